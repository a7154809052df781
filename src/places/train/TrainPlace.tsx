/** The Train place: choose images, model and method, train, watch it, go on with it, take away what was learnt. */
import { Button } from '@mantine/core';
import { IconActivity, IconPlayerPlay } from '@tabler/icons-react';
import { useEffect } from 'react';
import { goTo } from '../../services/navigation.ts';
import { startTraining, TRAIN_JOB } from '../../services/train.ts';
import { watchEstimate } from '../../services/train-estimate.ts';
import { prepareTraining, watchOtherTabs } from '../../services/train-runs.ts';
import { runningOfKind } from '../../state/jobs.ts';
import { useStore } from '../../state/store.ts';
import { shownTrainRunOf } from '../../state/train.ts';
import { statusOf } from '../../state/train-progress.ts';
import { selectTrainPlan, selectTrainProblem } from '../../state/train-selectors.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { formatCounted } from '../../ui/format.ts';
import { PlaceLayout } from '../../ui/PlaceLayout.tsx';
import { GpuCheckCard } from './GpuCheckCard.tsx';
import { NoGpuNotice } from './NoGpuNotice.tsx';
import { PlanSummary } from './PlanSummary.tsx';
import { RunList } from './RunList.tsx';
import { RunView } from './RunView.tsx';
import styles from './TrainPlace.module.css';
import { TrainSettings } from './TrainSettings.tsx';
import { useTrainJob } from './use-run.ts';

interface NextFacts {
  readonly hasCohort: boolean;
  readonly isRunning: boolean;
  readonly isPaused: boolean;
  readonly isInterrupted: boolean;
  readonly hasRuns: boolean;
  readonly trainingCount: number;
}

function nextStep(facts: NextFacts): string {
  if (facts.isPaused) return 'The run is paused; it goes on, or is cancelled, in the tray below.';
  if (facts.isRunning) return 'The run trains; it can be paused and cancelled in the tray below.';
  if (!facts.hasCohort) return 'Load a cohort first; then search for a training set, or train on a split.';
  if (facts.isInterrupted) return 'The shown run was interrupted: go on with it, or start another one.';
  if (facts.hasRuns) return 'Evaluate what a run has learnt, or change a setting and train again to compare.';
  if (facts.trainingCount === 0)
    return 'Choose images that can be trained on, or bring back those of the cohort.';
  return `Start training on ${formatCounted(facts.trainingCount, 'image')}.`;
}

function Empty({ hasCohort }: { readonly hasCohort: boolean }) {
  return (
    <EmptyState
      icon={<IconActivity size={40} stroke={1.25} />}
      title="Nothing trained yet"
      actions={
        hasCohort && (
          <Button component="a" href="#/search" variant="default">
            Select a training set in Search
          </Button>
        )
      }
    >
      <p>
        A SAMed is fine-tuned here on the GPU of this machine, its LoRA adapters and its decoder, or a
        TransUNet is trained; plainly or with a fairness method. No image leaves the machine.
      </p>
      <p>
        Loss, loss by group, Dice on the validation set and the contours of its images are shown while it
        trains.
      </p>
    </EmptyState>
  );
}

/** Shown at #/train. */
export function TrainPlace() {
  const plan = useStore(selectTrainPlan);
  const problem = useStore(selectTrainProblem);
  const hasCohort = useStore((state) => state.cohort.records.length > 0);
  const isRestored = useStore((state) => state.train.restored);
  const hasRuns = useStore((state) => state.train.runs.length > 0);
  const shown = useStore((state) => shownTrainRunOf(state.train));
  const isInterrupted = useStore(
    ({ train, jobs }) =>
      shown !== undefined && statusOf(shown, train, runningOfKind(jobs, TRAIN_JOB)) === 'interrupted',
  );
  const job = useTrainJob();
  useEffect(() => void prepareTraining(), []);
  useEffect(watchEstimate, []);
  useEffect(watchOtherTabs, []);
  const isRunning = job !== undefined;
  const facts = {
    hasCohort,
    isRunning,
    isPaused: job?.paused ?? false,
    isInterrupted,
    hasRuns,
    trainingCount: plan.training.length,
  };
  const action = hasCohort
    ? {
        label: 'Start training',
        icon: <IconPlayerPlay size={16} aria-hidden />,
        onClick: () => void startTraining(),
        busy: isRunning && !job.paused,
        blockedBecause: isRunning ? (job.paused ? 'A run is paused.' : undefined) : problem,
      }
    : { label: 'Go to Cohort', onClick: () => goTo('cohort') };
  return (
    <PlaceLayout title="Train" next={nextStep(facts)} action={action} settings={<TrainSettings />}>
      <div className={styles['page']}>
        <NoGpuNotice />
        {hasCohort && <PlanSummary plan={plan} />}
        {hasRuns && <RunList />}
        {shown !== undefined && <RunView key={shown.spec.runId} run={shown} />}
        {isRestored && !hasRuns && !isRunning && <Empty hasCohort={hasCohort} />}
        <GpuCheckCard />
      </div>
    </PlaceLayout>
  );
}
