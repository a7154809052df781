/** One running job in a line: label, phase, how far, how fast, time left, pause and cancel. */
import { ActionIcon, Progress, Tooltip } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconX } from '@tabler/icons-react';
import { cancelJob, setJobPaused } from '../services/jobs.ts';
import type { RunningJob } from '../state/jobs.ts';
import { formatBytes, formatCount, formatRate, formatTimeLeft } from '../ui/format.ts';
import styles from './JobTray.module.css';

/**
 * "reading files: 1,200 of 2,000 files · 341 MB of 568 MB · 3 s left · 396 files/s · 114 MB/s", with only what is known;
 * the time is the phase's. While files are still being found, the totals are those "so far" and the time is "at least".
 */
export function describeProgress(job: RunningJob): string {
  const { progress, rateHz, rateBytesHz, remainingMs } = job;
  if (job.cancelling) return 'cancelling';
  if (progress === null) return 'starting';
  const { phase, done, total, unit, doneBytes, totalBytes, totalsGrow = false } = progress;
  const count = total > 0 ? `${formatCount(done)} of ${formatCount(total)}` : formatCount(done);
  const parts = [`${phase}: ${count} ${unit}${totalsGrow && total > 0 ? ' found so far' : ''}`];
  if (unit !== 'bytes' && doneBytes !== undefined && totalBytes !== undefined) {
    parts.push(`${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`);
  }
  if (job.paused) return [...parts, 'paused'].join(' · ');
  if (remainingMs !== null && total > 0) {
    parts.push(`${totalsGrow ? 'at least ' : ''}${formatTimeLeft(remainingMs)} left`);
  }
  if (rateHz !== null) parts.push(formatRate(rateHz, unit));
  if (rateBytesHz !== null) parts.push(`${formatBytes(rateBytesHz)}/s`);
  return parts.join(' · ');
}

function PauseButton({ job }: { readonly job: RunningJob }) {
  const word = job.paused ? 'Resume' : 'Pause';
  const Icon = job.paused ? IconPlayerPlay : IconPlayerPause;
  return (
    <Tooltip label={word}>
      <ActionIcon
        size="sm"
        onClick={() => setJobPaused(job.id, !job.paused)}
        aria-label={`${word}: ${job.label}`}
      >
        <Icon size={15} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

/** A job that runs. Progress without a total shows no bar, because none would be true. */
export function RunningJobLine({ job }: { readonly job: RunningJob }) {
  const { progress } = job;
  const hasTotal = progress !== null && progress.total > 0;
  return (
    <div className={styles['line']}>
      <span className={styles['label']} title={job.label}>
        {job.label}
      </span>
      {hasTotal && (
        <Progress.Root size={6} transitionDuration={0} className={styles['bar'] ?? ''}>
          <Progress.Section
            value={(100 * progress.done) / progress.total}
            aria-label={`Progress of ${job.label}`}
          />
        </Progress.Root>
      )}
      <span className={styles['facts']} title={describeProgress(job)}>
        {describeProgress(job)}
      </span>
      {job.canPause && !job.cancelling && <PauseButton job={job} />}
      <Tooltip label="Cancel">
        <ActionIcon
          size="sm"
          onClick={() => cancelJob(job.id)}
          disabled={job.cancelling}
          aria-label={`Cancel: ${job.label}`}
        >
          <IconX size={15} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
