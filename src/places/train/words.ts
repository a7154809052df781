/** How runs are put into words. */
import type { RunStatus } from '../../state/train-progress.ts';

export const STATUS_WORDS: Readonly<Record<RunStatus, string>> = {
  running: 'running',
  paused: 'paused',
  interrupted: 'interrupted',
  finished: 'finished',
  'stopped-early': 'stopped early',
  failed: 'failed',
  elsewhere: 'other tab',
};

export const STARTED = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

/** Where there is little room. */
export const SHORT_DATE = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
