/** The Evaluate place: runs of a segmenter or of predictions made elsewhere, and their scores by group. */
import { IconChartBar, IconPlayerPlay } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { ModelReport } from '../../../workers/api/compute.ts';
import '../../services/evaluate-predictions.ts';
import { EVALUATE_JOB, startSegmenterRun } from '../../services/evaluate.ts';
import { restoreRuns } from '../../services/evaluate-runs.ts';
import { goTo } from '../../services/navigation.ts';
import { selectEvaluationSet, selectHeldOut, setLabel } from '../../state/evaluate-set.ts';
import { shownRunOf } from '../../state/evaluate.ts';
import { isKindRunning } from '../../state/jobs.ts';
import { activeModelOf } from '../../state/models.ts';
import { useStore } from '../../state/store.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { formatCounted } from '../../ui/format.ts';
import { PlaceLayout } from '../../ui/PlaceLayout.tsx';
import { DropPredictions } from './DropPredictions.tsx';
import styles from './EvaluatePlace.module.css';
import { EvaluateSettings } from './EvaluateSettings.tsx';
import { RunList } from './RunList.tsx';
import { RunResults } from './RunResults.tsx';
import { RunningNotice } from './RunningNotice.tsx';

function nextStep(hasCohort: boolean, isRunning: boolean, hasRun: boolean, count: number): string {
  if (isRunning) return 'The run is under way; cancelling it keeps what was scored, marked as partial.';
  if (!hasCohort && !hasRun) return 'Load a cohort first; then run a segmenter over its test split.';
  if (!hasCohort) return 'Load the cohort of these runs again to see their scores by group.';
  if (!hasRun) {
    return `Run the active segmenter over ${formatCounted(count, 'image')}, or drop predictions made elsewhere onto this page.`;
  }
  return 'Read the scores by group, look at the worst cases, then export the run or add one to compare with.';
}

/** Why no run can start now; undefined when one can. */
function blockedBecause(
  count: number,
  openCount: number,
  label: string,
  segmenter: ModelReport | undefined,
  side: number,
): string | undefined {
  if (count > 0 && openCount === 0) return 'No file is open: open the folder again in Cohort';
  if (count === 0) return `No image: ${label.charAt(0).toLowerCase()}${label.slice(1)}, filtered, is empty`;
  const wanted = segmenter?.input.side ?? side;
  return wanted === side
    ? undefined
    : `Set the network input to ${wanted} px, which ${segmenter?.name} takes`;
}

/** Shown at #/evaluate. */
export function EvaluatePlace() {
  const hasCohort = useStore((state) => state.cohort.records.length > 0);
  const setCount = useStore((state) => selectEvaluationSet(state).length);
  const openCount = useStore(
    (state) => selectEvaluationSet(state).filter(({ id }) => !state.cohort.withoutFile.has(id)).length,
  );
  const label = useStore((state) => setLabel(state.evaluate.settings.set, selectHeldOut(state).length > 0));
  const isRunning = useStore((state) => isKindRunning(state.jobs, EVALUATE_JOB));
  const run = useStore((state) => shownRunOf(state.evaluate));
  const hasRuns = useStore((state) => state.evaluate.runs.length > 0 || state.evaluate.deleted !== null);
  const segmenter = useStore((state) => activeModelOf(state.models, 'segmenter'));
  const side = useStore((state) => state.evaluate.settings.side);
  useEffect(() => void restoreRuns(), []);

  const action = hasCohort
    ? {
        label: `Evaluate ${formatCounted(setCount, 'image')}`,
        icon: <IconPlayerPlay size={16} aria-hidden />,
        onClick: () => void startSegmenterRun(),
        busy: isRunning,
        blockedBecause: blockedBecause(setCount, openCount, label, segmenter, side),
      }
    : { label: 'Go to Cohort', onClick: () => goTo('cohort') };

  return (
    <PlaceLayout
      title="Evaluate"
      next={nextStep(hasCohort, isRunning, run !== undefined, setCount)}
      action={action}
      settings={<EvaluateSettings />}
    >
      <div className={styles['page']}>
        {isRunning ? <RunningNotice /> : hasCohort && <DropPredictions />}
        {hasRuns && <RunList />}
        {run !== undefined && <RunResults run={run} />}
        {run === undefined && !isRunning && (
          <EmptyState icon={<IconChartBar size={40} stroke={1.25} />} title="Nothing evaluated yet">
            {hasCohort
              ? 'Dice and IoU of rim, cup and disc by group will stand here, with intervals, equity-scaled scores and the worst cases. A run of the active segmenter needs nothing but the button above.'
              : 'Dice and IoU of rim, cup and disc by group will stand here. They need a cohort with masks: load yours, or the demo cohort, in Cohort.'}
          </EmptyState>
        )}
      </div>
    </PlaceLayout>
  );
}
