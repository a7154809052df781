/** Where a run stands: its status on this page, what of its samples is missing, and how long another would take. Pure. */
import type { SampleId } from '../../core/cohort/sample.ts';
import type { TrainEstimate, TrainEvent, TrainRun, TrainSpec, TrainStatus } from '../../workers/api/train.ts';
import type { RunningJob } from './jobs.ts';
import type { TrainState } from './train.ts';

/** Where a run stands on this page. */
export type RunStatus = TrainStatus | 'elsewhere';

/**
 * A run's status as this page knows it: one that is recorded as running, and runs neither here nor in another tab, was
 * interrupted. `job` is the running job of training, if there is one.
 */
export function statusOf(
  { spec, status }: TrainRun,
  { incidents, elsewhere }: Pick<TrainState, 'incidents' | 'elsewhere'>,
  job: RunningJob | undefined,
): RunStatus {
  if (elsewhere.includes(spec.runId)) return 'elsewhere';
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

/** Mean over the steps of a run: the last batch of an epoch may be smaller. */
export function imagesPerStep({ training, settings: { batchSize } }: TrainSpec): number {
  return training.length / Math.ceil(training.length / batchSize);
}

/** The first step of a run waits for the GPU to be ready, and single steps vary. */
const MEASURED_STEPS = 20;

/** How long the steps of a run would take at the rate of one that was measured on the same adapter; undefined without one. */
export function stepsTimeMs(
  estimate: TrainEstimate,
  measured: TrainRun | undefined,
  events: readonly TrainEvent[],
  adapter: string,
): number | undefined {
  if (measured === undefined || measured.adapter !== adapter) return undefined;
  const rates = events
    .filter((event) => event.kind === 'step')
    .slice(1)
    .slice(-MEASURED_STEPS)
    .map(({ samplesPerSecond }) => samplesPerSecond)
    .toSorted((a, b) => a - b);
  const median = rates[Math.floor(rates.length / 2)];
  if (median === undefined || !(median > 0)) return undefined;
  const flopsPerMs = (measured.estimate.flopsPerStep * median) / imagesPerStep(measured.spec) / 1000;
  return (estimate.flopsPerStep * estimate.stepCount) / flopsPerMs;
}
