/** Errors that no job and no component caught, in the page and in its workers: told in the job tray with their details, as failures are. */
import { isAbortError, serializeError, type SerializedError } from '../../core/errors.ts';
import type { Observed } from '../../workers/api/observed.ts';
import { withEnded } from '../state/jobs.ts';
import { store, update } from '../state/store.ts';
import { PLACES } from '../state/ui.ts';
import { announce } from './announce.ts';

const KIND = 'unhandled';

let count = 0;

/** Lists an error of a thread among the failures; the same error again, while the last is the newest entry, is told once. */
export function reportUnhandled(thread: string, error: SerializedError): void {
  const { jobs, ui } = store.getState();
  const [last] = jobs.ended;
  const label = `A step of the ${thread}`;
  if (last?.kind === KIND && last.label === label && last.summary === error.message) return;
  count++;
  const place = PLACES.find((name) => name === ui.page) ?? 'cohort';
  const record = {
    id: `${KIND}-${count}`,
    kind: KIND,
    label,
    place,
    resultHref: `#/${place}`,
    startedMs: Date.now(),
    status: 'failed',
    elapsedMs: 0,
    summary: error.message,
    error,
  } as const;
  update('jobs', (state) => withEnded(state, record));
  announce(`${label} failed. ${error.message}`);
}

/** Starts to listen for the page's own; called once, before anything else of the page runs. */
export function listenForUnhandledErrors(): void {
  window.addEventListener('error', ({ error }) => {
    // Without an error it is a notice of the browser, such as that of a size that was observed too often.
    if (error !== undefined && error !== null) reportUnhandled('page', serializeError(error));
  });
  window.addEventListener('unhandledrejection', ({ reason }) => {
    if (!isAbortError(reason)) reportUnhandled('page', serializeError(reason));
  });
}

/** Follows a worker's for as long as it lives. */
export async function followUnhandled(thread: string, worker: Observed): Promise<void> {
  try {
    for (;;) reportUnhandled(thread, await worker.unhandled());
  } catch {
    // The worker is gone, which those who call it hear.
  }
}
