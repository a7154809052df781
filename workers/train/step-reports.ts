/** Tells a run's steps as their reports are read, late and together, with the rate at which images were computed meanwhile. */
import type { TrainEvent } from '../api/train.ts';
import { type BatchPlan, epochOf } from './batch-plan.ts';
import type { TrainingEngine } from './engine.ts';
import type { PackedTrainables } from './plan/plan.ts';
import { requireFinite, stepEvent } from './step-events.ts';

/** Reports are read this often: reading waits for the device. */
const READ_EVERY_MS = 500;
const MS_PER_SECOND = 1000;

export interface StepReports {
  /** A step on so many images was given to the engine. */
  count(imageCount: number): void;
  /** Whether it is time to read. */
  readonly isDue: boolean;
  /** Adds an event for every step that was not told yet. Errors: `train/non-finite`, after the steps before it; the engine's. */
  read(): Promise<void>;
  /** Time until now was spent on something else than steps. */
  restart(): void;
}

/** The reports of an engine as events. */
export function createStepReports(
  engine: TrainingEngine,
  trainables: PackedTrainables,
  batches: Pick<BatchPlan, 'stepsPerEpoch'>,
  learningRateOf: (step: number) => number,
  events: TrainEvent[],
): StepReports {
  let imageCount = 0;
  let sinceMs = performance.now();
  function restart(): void {
    imageCount = 0;
    sinceMs = performance.now();
  }
  return {
    count(images) {
      imageCount += images;
    },
    get isDue() {
      return performance.now() - sinceMs >= READ_EVERY_MS;
    },
    restart,
    async read() {
      const reports = await engine.reports();
      const samplesPerSecond = (imageCount * MS_PER_SECOND) / (performance.now() - sinceMs);
      for (const report of reports) {
        requireFinite(report, trainables);
        const epoch = epochOf(report.step, batches);
        const learningRate = learningRateOf(report.step);
        events.push(stepEvent(report, trainables, { epoch, learningRate, samplesPerSecond }));
      }
      restart();
    },
  };
}
