/**
 * The slice of jobs: what runs, what has ended and how. Plain records only; signals and promises stay in
 * services/jobs.ts.
 */
import type { SerializedError } from '../../core/errors.ts';
import type { Progress } from '../../core/tasks.ts';
import type { PlaceName } from './ui.ts';

/** What is known of a job from its first moment. */
export interface JobFacts {
  readonly id: string;
  /** One job per kind runs at a time, such as `ingest` or `search`. */
  readonly kind: string;
  /** What a person reads, such as "Reading 2,000 files". */
  readonly label: string;
  readonly place: PlaceName;
  /** Where the result is shown, a hash address. */
  readonly resultHref: string;
  /** Epoch time. */
  readonly startedMs: number;
}

export interface RunningJob extends JobFacts {
  readonly status: 'running';
  readonly progress: Progress | null;
  /** Units a second, smoothed; null until about a second has been seen. */
  readonly rateHz: number | null;
  readonly rateBytesHz: number | null;
  /** Time left of the present phase; null until there is a rate. */
  readonly remainingMs: number | null;
  readonly canPause: boolean;
  readonly paused: boolean;
  /** A cancel was asked for and the work has not stopped yet. */
  readonly cancelling: boolean;
}

interface EndedFacts extends JobFacts {
  readonly elapsedMs: number;
  /** One sentence about the result, or about what was kept of a cancelled job. */
  readonly summary: string;
}

export interface DoneJob extends EndedFacts {
  readonly status: 'done';
}
export interface CancelledJob extends EndedFacts {
  readonly status: 'cancelled';
}
export interface FailedJob extends EndedFacts {
  readonly status: 'failed';
  readonly error: SerializedError;
}
export type EndedJob = DoneJob | CancelledJob | FailedJob;
export type Job = RunningJob | EndedJob;

export interface JobsState {
  /** In the order they were started. */
  readonly running: readonly RunningJob[];
  /** Latest first. */
  readonly ended: readonly EndedJob[];
  /** Failed jobs whose notice was not dismissed, by id. */
  readonly unseenFailures: readonly string[];
}

export const initialJobs: JobsState = { running: [], ended: [], unseenFailures: [] };

/** Enough to look back over a day's work; older records are dropped. */
export const ENDED_JOBS_KEPT = 50;

/** Adds a running job. */
export function withStarted(jobs: JobsState, job: RunningJob): JobsState {
  return { ...jobs, running: [...jobs.running, job] };
}

/** Changes a running job; unknown ids change nothing. */
export function withRunning(
  jobs: JobsState,
  id: string,
  change: Partial<
    Pick<RunningJob, 'progress' | 'rateHz' | 'rateBytesHz' | 'remainingMs' | 'paused' | 'cancelling'>
  >,
): JobsState {
  if (!jobs.running.some((job) => job.id === id)) return jobs;
  return { ...jobs, running: jobs.running.map((job) => (job.id === id ? { ...job, ...change } : job)) };
}

/** Moves a job from the running to the ended ones. */
export function withEnded(jobs: JobsState, job: EndedJob): JobsState {
  return {
    running: jobs.running.filter((running) => running.id !== job.id),
    ended: [job, ...jobs.ended].slice(0, ENDED_JOBS_KEPT),
    unseenFailures: job.status === 'failed' ? [job.id, ...jobs.unseenFailures] : jobs.unseenFailures,
  };
}

/** Forgets that a failure wants attention; its record stays. */
export function withFailureSeen(jobs: JobsState, id: string): JobsState {
  return { ...jobs, unseenFailures: jobs.unseenFailures.filter((unseen) => unseen !== id) };
}

/** True while a job of this kind runs. */
export function isKindRunning(jobs: JobsState, kind: string): boolean {
  return jobs.running.some((job) => job.kind === kind);
}

/** The running job of a kind, or undefined. */
export function runningOfKind(jobs: JobsState, kind: string): RunningJob | undefined {
  return jobs.running.find((job) => job.kind === kind);
}
