/** Which images every step of a run sees: a function of the seed alone, so that a run goes on from any step as if it had not stopped. */
import { createRandom } from '../../core/random.ts';
import type { TrainSettings } from '../api/train.ts';
import { balancedOrder, epochOrder } from './objectives/group-sampling.ts';
import { inverseFrequencyWeights } from './objectives/inverse-frequency.ts';

/** An image of a batch. */
export interface PlannedImage {
  /** Index into the training samples. */
  readonly sample: number;
  /** How many images the run has seen before it. */
  readonly position: number;
}

export interface BatchPlan {
  readonly stepsPerEpoch: number;
  readonly stepCount: number;
  /** Weight of each training sample in the loss. */
  readonly weights: readonly number[];
  /** The batches after `doneSteps` steps, to the end of the run. The last one of an epoch may be smaller. */
  batches(doneSteps: number): Generator<readonly PlannedImage[], void, undefined>;
}

type OrderSettings = Pick<TrainSettings, 'objective' | 'batchSize' | 'epochCount' | 'seed'>;

/** The batches of a run on samples of these groups, of which there is at least one. An epoch has as many images as there are samples. */
export function planBatches(
  groups: readonly number[],
  groupCount: number,
  settings: OrderSettings,
): BatchPlan {
  const { objective, batchSize, epochCount, seed } = settings;
  const stepsPerEpoch = Math.ceil(groups.length / batchSize);
  const stepCount = stepsPerEpoch * epochCount;
  return {
    stepsPerEpoch,
    stepCount,
    weights:
      objective.kind === 'inverseFrequency'
        ? inverseFrequencyWeights(groups, groupCount)
        : groups.map(() => 1),
    *batches(doneSteps) {
      const random = createRandom(seed, 'image-order');
      const order =
        objective.kind === 'balancedSampling'
          ? balancedOrder(groups, random)
          : epochOrder(groups.length, random);
      let position = 0;
      for (let step = 0; step < stepCount; step++) {
        const start = (step % stepsPerEpoch) * batchSize;
        const size = Math.min(batchSize, groups.length - start);
        const batch = Array.from({ length: size }, () => ({ sample: order.next(), position: position++ }));
        if (step >= doneSteps) yield batch;
      }
    },
  };
}

/** The epoch, counted from 1, of a step counted from 1. */
export function epochOf(step: number, { stepsPerEpoch }: Pick<BatchPlan, 'stepsPerEpoch'>): number {
  return Math.ceil(step / stepsPerEpoch);
}
