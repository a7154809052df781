/** Everything about the shown run: what it is, its statements, figures, tables, worst cases and failures. */
import { groupingId } from '../../../core/cohort/groups.ts';
import { comparedRunOf, type EvaluationRun, hasNoCup, NO_CUP_WARNING } from '../../state/evaluate.ts';
import { useStore } from '../../state/store.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { formatCounted } from '../../ui/format.ts';
import { Notice } from '../../ui/Notice.tsx';
import { ComparisonFigure } from './ComparisonFigure.tsx';
import { EquityTableCard } from './EquityTableCard.tsx';
import styles from './EvaluatePlace.module.css';
import { GroupFigures } from './GroupFigures.tsx';
import { RunHead } from './RunHead.tsx';
import { RunFacts } from './RunFacts.tsx';
import { RunProblems } from './RunProblems.tsx';
import { RunStatements } from './RunStatements.tsx';
import { TargetOverlap } from './TargetOverlap.tsx';
import { TrainingOverlap } from './TrainingOverlap.tsx';
import { type Evaluation, useEvaluatedImages, useEvaluation } from './use-evaluation.ts';
import { WorstCases } from './WorstCases.tsx';

function Coverage({ evaluation }: { readonly evaluation: Evaluation }) {
  const { run, images, missingCount, hiddenCount } = evaluation;
  return (
    <>
      {run.status === 'partial' && (
        <Notice tone="warn" title="Partial run">
          It stopped after {run.images.length + run.failures.length} of{' '}
          {formatCounted(run.plannedCount, 'image')} ({run.stoppedBecause}) Its numbers stand for these images
          and not for the whole set.
        </Notice>
      )}
      {hasNoCup(run) && (
        <Notice tone="warn" title="No cup in any prediction">
          {NO_CUP_WARNING}
        </Notice>
      )}
      {missingCount > 0 && (
        <Notice tone="warn">
          {formatCounted(missingCount, 'image')} of this run {missingCount === 1 ? 'is' : 'are'} not in the
          present cohort and {missingCount === 1 ? 'is' : 'are'} left out. Load the cohort of the run in
          Cohort to see all.
        </Notice>
      )}
      {hiddenCount > 0 && (
        <Notice tone="note">
          The cohort&apos;s filter hides {formatCounted(hiddenCount, 'image')} of this run; {images.length}{' '}
          are shown. Clear the filter in Cohort, or switch off &quot;Obey the cohort&apos;s filter&quot;, to
          see all.
        </Notice>
      )}
    </>
  );
}

function Figures({ evaluation }: { readonly evaluation: Evaluation }) {
  const groupings = useStore((state) => state.cohort.groupings);
  const chosenId = useStore((state) => state.evaluate.settings.groupingId);
  const compared = useStore((state) => comparedRunOf(state.evaluate));
  // A grouping that was removed in Cohort gives way to the first.
  const grouping = groupings.find((each) => groupingId(each) === chosenId) ?? groupings[0];
  const { view } = evaluation;
  if (view.status === 'failed') return <ErrorNotice error={view.error} />;
  if (grouping === undefined || view.status === 'empty') return null;
  return (
    <div className={styles['figures']}>
      <RunStatements evaluation={evaluation} grouping={grouping} />
      <GroupFigures evaluation={evaluation} grouping={grouping} />
      {compared !== undefined && (
        <ComparisonFigure evaluation={evaluation} compared={compared} grouping={grouping} />
      )}
      <EquityTableCard evaluation={evaluation} />
      <WorstCases evaluation={evaluation} grouping={grouping} />
    </div>
  );
}

/** The results of one run. */
export function RunResults({ run }: { readonly run: EvaluationRun }) {
  const images = useEvaluatedImages(run);
  const evaluation = useEvaluation(run, images);
  return (
    <>
      <RunHead evaluation={evaluation} />
      <Coverage evaluation={evaluation} />
      <TargetOverlap run={run} />
      <TrainingOverlap run={run} />
      <Figures evaluation={evaluation} />
      <RunProblems run={run} />
      <RunFacts evaluation={evaluation} />
    </>
  );
}
