/** The run that is under way, with its cancel beside what will come of it. */
import { Button, Progress } from '@mantine/core';
import { EVALUATE_JOB } from '../../services/evaluate.ts';
import { cancelJob } from '../../services/jobs.ts';
import { runningOfKind } from '../../state/jobs.ts';
import { useStore } from '../../state/store.ts';
import { formatCount } from '../../ui/format.ts';
import styles from './EvaluatePlace.module.css';

/** Nothing while no run is under way. */
export function RunningNotice() {
  const job = useStore((state) => runningOfKind(state.jobs, EVALUATE_JOB));
  if (job === undefined) return null;
  const { progress } = job;
  return (
    <section className={styles['running']} aria-label="Run under way">
      <div className={styles['cardHead']}>
        <h2 className={styles['cardTitle']}>{job.label}</h2>
        <Button
          variant="default"
          size="compact-xs"
          disabled={job.cancelling}
          onClick={() => cancelJob(job.id)}
        >
          {job.cancelling ? 'Cancelling' : 'Cancel, keep what is scored'}
        </Button>
      </div>
      <Progress
        value={progress === null ? 0 : (100 * progress.done) / Math.max(1, progress.total)}
        aria-label="Images scored"
        transitionDuration={0}
      />
      <p className={styles['small']}>
        {progress === null
          ? 'Starting'
          : `${progress.phase}: ${formatCount(progress.done)} of ${formatCount(progress.total)} ${progress.unit}`}
      </p>
    </section>
  );
}
