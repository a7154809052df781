/**
 * Starts, pauses and cancels long actions. The only code of the page that holds signals: components and the store
 * know a job by its id. One job per kind: starting again cancels the old one and awaits its end.
 */
import { isAbortError, type SerializedError, serializeError } from '../../core/errors.ts';
import type { Progress, Report } from '../../core/tasks.ts';
import { type EndedJob, type JobFacts, withEnded, withRunning, withStarted } from '../state/jobs.ts';
import { advanceTrack, rateOf, type RateTrack, startTrack } from '../state/jobs-rate.ts';
import { update } from '../state/store.ts';
import type { PlaceName } from '../state/ui.ts';
import { announce } from './announce.ts';

/** The one end of a job. */
export type JobEnd<Value> =
  | { readonly status: 'done'; readonly value: Value }
  | { readonly status: 'cancelled' }
  | { readonly status: 'failed'; readonly error: SerializedError };

export interface JobSpec<Value> {
  readonly kind: string;
  readonly label: string;
  readonly place: PlaceName;
  /** Where the result is shown; the place itself unless given. */
  readonly resultHref?: string;
  readonly run: (signal: AbortSignal, report: Report) => Promise<Value>;
  /** One sentence for the record: what came out, or what was kept of a cancelled job. */
  readonly summarize?: (end: JobEnd<Value>) => string;
  /** Present where the work can be paused; called with the wanted state. */
  readonly setPaused?: (paused: boolean) => void;
}

export interface StartedJob<Value> {
  readonly id: string;
  /** Settles once; never rejects. */
  readonly end: Promise<JobEnd<Value>>;
}

interface Control {
  readonly kind: string;
  readonly abort: AbortController;
  readonly end: Promise<unknown>;
  readonly setPaused: ((paused: boolean) => void) | undefined;
  readonly forgetRate: () => void;
}

/** The page redraws a job at most this often. */
const PUBLISH_EVERY_MS = 100;
/** A long job tells screen readers where it stands this often. */
const ANNOUNCE_EVERY_MS = 20_000;

const controls = new Map<string, Control>();
let startedCount = 0;

/** Publishes progress into the store, latest wins, with rate and time left. */
function createReporter({ id, label }: JobFacts): {
  report: Report;
  forgetRate: () => void;
  stop: () => void;
} {
  let track: RateTrack | undefined;
  let latest: Progress | undefined;
  let publishedMs = -Infinity;
  let announcedMs = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function publish(): void {
    timer = undefined;
    const progress = latest;
    if (progress === undefined) return;
    const nowMs = performance.now();
    publishedMs = nowMs;
    track = track === undefined ? startTrack(progress, nowMs) : advanceTrack(track, progress, nowMs);
    const rate = rateOf(track, progress);
    update('jobs', (jobs) => withRunning(jobs, id, { progress, ...rate }));
    if (nowMs - announcedMs < ANNOUNCE_EVERY_MS) return;
    announcedMs = nowMs;
    announce(`${label}: ${progress.phase}, ${progress.done} of ${progress.total} ${progress.unit}.`);
  }

  return {
    report(progress) {
      const samePhase = latest?.phase === progress.phase;
      latest = progress;
      if (!samePhase || performance.now() - publishedMs >= PUBLISH_EVERY_MS) {
        clearTimeout(timer);
        publish();
      } else timer ??= setTimeout(publish, PUBLISH_EVERY_MS);
    },
    forgetRate() {
      track = undefined;
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
      latest = undefined;
    },
  };
}

async function runToEnd<Value>(
  spec: JobSpec<Value>,
  before: readonly Promise<unknown>[],
  signal: AbortSignal,
  report: Report,
): Promise<JobEnd<Value>> {
  try {
    await Promise.all(before);
    signal.throwIfAborted();
    return { status: 'done', value: await spec.run(signal, report) };
  } catch (error) {
    if (signal.aborted || isAbortError(error)) return { status: 'cancelled' };
    return { status: 'failed', error: serializeError(error) };
  }
}

function endedRecord<Value>(spec: JobSpec<Value>, facts: JobFacts, end: JobEnd<Value>): EndedJob {
  const elapsedMs = Date.now() - facts.startedMs;
  const summary = spec.summarize?.(end) ?? '';
  if (end.status === 'failed') {
    return { ...facts, status: 'failed', elapsedMs, summary: summary || end.error.message, error: end.error };
  }
  return { ...facts, status: end.status, elapsedMs, summary };
}

/**
 * Starts a job and returns its id and its end. A running job of the same kind is cancelled first, and `run` is
 * called only after that one has ended.
 */
export function startJob<Value>(spec: JobSpec<Value>): StartedJob<Value> {
  const before = [...controls.entries()].filter(([, control]) => control.kind === spec.kind);
  for (const [id] of before) cancelJob(id);

  startedCount++;
  const { kind, label, place } = spec;
  const facts: JobFacts = {
    id: `${kind}-${startedCount}`,
    kind,
    label,
    place,
    resultHref: spec.resultHref ?? `#/${place}`,
    startedMs: Date.now(),
  };
  const { id } = facts;
  const abort = new AbortController();
  const reporter = createReporter(facts);
  update('jobs', (jobs) =>
    withStarted(jobs, {
      ...facts,
      status: 'running',
      progress: null,
      rateHz: null,
      rateBytesHz: null,
      remainingMs: null,
      canPause: spec.setPaused !== undefined,
      paused: false,
      cancelling: false,
    }),
  );
  announce(`${label}: started.`);

  const ends = before.map(([, control]) => control.end);
  const end = runToEnd(spec, ends, abort.signal, reporter.report).then((outcome) => {
    reporter.stop();
    controls.delete(id);
    const record = endedRecord(spec, facts, outcome);
    update('jobs', (jobs) => withEnded(jobs, record));
    announce(`${label}: ${outcome.status}. ${record.summary}`.trimEnd());
    return outcome;
  });
  controls.set(id, { kind, abort, end, setPaused: spec.setPaused, forgetRate: reporter.forgetRate });
  return { id, end };
}

/** Asks a running job to stop; its end follows when the work has let go. An unknown or ended id is left alone. */
export function cancelJob(id: string): void {
  const control = controls.get(id);
  if (control === undefined || control.abort.signal.aborted) return;
  update('jobs', (jobs) => withRunning(jobs, id, { cancelling: true }));
  control.abort.abort();
}

/** Pauses or resumes a running job that can; any other is left alone. */
export function setJobPaused(id: string, paused: boolean): void {
  const control = controls.get(id);
  if (control?.setPaused === undefined) return;
  control.setPaused(paused);
  // The time of the pause is not working time: the rate starts anew.
  control.forgetRate();
  update('jobs', (jobs) =>
    withRunning(jobs, id, { paused, rateHz: null, rateBytesHz: null, remainingMs: null }),
  );
}
