/** One ended job in a line: how it ended, what came of it, and the way to the result or to the failure's details. */
import { Anchor, Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { update } from '../state/store.ts';
import type { EndedJob } from '../state/jobs.ts';
import { formatDuration } from '../ui/format.ts';
import styles from './JobTray.module.css';

const ENDS = {
  done: { word: 'done', icon: IconCircleCheck },
  cancelled: { word: 'cancelled', icon: IconCircleX },
  failed: { word: 'failed', icon: IconAlertTriangle },
} as const;

function showFailure(id: string): void {
  update('ui', (ui) => ({ ...ui, shownFailureId: id }));
}

/** A job that has ended. */
export function EndedJobLine({ job }: { readonly job: EndedJob }) {
  const { word, icon: Icon } = ENDS[job.status];
  return (
    <div className={styles['line']}>
      <Icon size={16} stroke={1.75} aria-hidden className={styles['end']} data-end={job.status} />
      <span className={styles['label']} title={job.label}>
        {job.label}
      </span>
      <span className={styles['phase']}>
        {word} after {formatDuration(job.elapsedMs)}
      </span>
      <span className={styles['facts']} title={job.summary}>
        {job.summary}
      </span>
      {job.status === 'failed' ? (
        <Button variant="subtle" color="gray" size="compact-xs" onClick={() => showFailure(job.id)}>
          Details
        </Button>
      ) : (
        <Anchor
          href={job.resultHref}
          className={styles['result'] ?? ''}
          aria-label={`Show the result: ${job.label}`}
        >
          Show
        </Anchor>
      )}
    </div>
  );
}
