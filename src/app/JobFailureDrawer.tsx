/** What happened to a failed job: code, sentence, hint, and the details to copy. */
import { Drawer } from '@mantine/core';
import type { FailedJob } from '../state/jobs.ts';
import { update, useStore, type WorkbenchState } from '../state/store.ts';
import { withFailureSeen } from '../state/jobs.ts';
import { ErrorNotice, errorDetails } from '../ui/ErrorNotice.tsx';
import { formatDuration } from '../ui/format.ts';
import { softwareVersion } from '../services/version.ts';
import styles from './JobFailureDrawer.module.css';

function shownFailure(state: WorkbenchState): FailedJob | undefined {
  const job = state.jobs.ended.find(({ id }) => id === state.ui.shownFailureId);
  return job?.status === 'failed' ? job : undefined;
}

/** Closing it also takes the failure off the list of those that want attention. */
function closeFailure(id: string): void {
  update('ui', (ui) => ({ ...ui, shownFailureId: null }));
  update('jobs', (jobs) => withFailureSeen(jobs, id));
}

function Failure({ job }: { readonly job: FailedJob }) {
  return (
    <div className={styles['failure']}>
      <p className={styles['when']}>
        {job.label} failed after {formatDuration(job.elapsedMs)}, started{' '}
        {new Date(job.startedMs).toLocaleTimeString()}.
      </p>
      <ErrorNotice error={job.error} />
      <h3 className={styles['heading']}>Details</h3>
      <pre className={styles['details']}>{errorDetails(job.error, softwareVersion)}</pre>
    </div>
  );
}

/** Opens at the right when a failure's details are asked for. */
export function JobFailureDrawer({ opened }: { readonly opened: boolean }) {
  const job = useStore(shownFailure);
  return (
    <Drawer
      opened={opened && job !== undefined}
      onClose={() => job && closeFailure(job.id)}
      title="What happened"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {job !== undefined && <Failure job={job} />}
    </Drawer>
  );
}
