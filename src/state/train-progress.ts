/** Where a run stands: its status on this page, what of its samples is missing, and how long another would take. Pure. */
import type { SampleId } from '../../core/cohort/sample.ts';
import type { TrainEstimate, TrainRun, TrainSpec, TrainStatus } from '../../workers/api/train.ts';
import type { RunningJob } from './jobs.ts';
import type { TrainState } from './train.ts';

/**
 * A run's status as this page knows it: one that is recorded as running and does not run here was interrupted. `job` is the
 * running job of training, if there is one.
 */
export function statusOf(
  { spec, status }: TrainRun,
  incidents: TrainState['incidents'],
  job: RunningJob | undefined,
): TrainStatus {
  if (job !== undefined && incidents?.runId === spec.runId) return job.paused ? 'paused' : 'running';
  return status === 'running' || status === 'paused' ? 'interrupted' : status;
}

/** How many of a run's samples cannot be read now: without them it would not go on as it began. */
export function missingSampleCount(
  { training, validation }: TrainSpec,
  indexById: ReadonlyMap<SampleId, number>,
  withoutFile: ReadonlySet<SampleId>,
): number {
  return [...training, ...validation].filter(({ id }) => !indexById.has(id) || withoutFile.has(id)).length;
}

/** Fewer steps are mostly the compiling of shaders. */
const MIN_MEASURED_STEPS = 5;

export interface TimeEstimate {
  readonly elapsedMs: number;
  /** The run whose rate it is. */
  readonly measuredOn: string;
}

/** How long a run would take at the rate of the newest run on the same adapter; undefined while none was measured. */
export function timeOf(
  estimate: TrainEstimate,
  runs: readonly TrainRun[],
  adapter: string,
): TimeEstimate | undefined {
  const measured = runs.find(
    (run) => run.adapter === adapter && run.step >= MIN_MEASURED_STEPS && run.elapsedMs > 0,
  );
  if (measured === undefined) return undefined;
  const flopsPerMs = (measured.estimate.flopsPerStep * measured.step) / measured.elapsedMs;
  return {
    elapsedMs: (estimate.flopsPerStep * estimate.stepCount) / flopsPerMs,
    measuredOn: measured.spec.name,
  };
}
