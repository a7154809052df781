/** The batches of a run, read while the steps before them are computed. What cannot be read is left out and told. */
import { WorkbenchError } from '../../core/errors.ts';
import { drawAugmentation } from '../../core/imaging/augment.ts';
import type { TrainSpec } from '../api/train.ts';
import type { BatchPlan, PlannedImage } from './batch-plan.ts';
import type { SampleFailure, SampleReader } from './sample-reader.ts';
import type { WeightedSample } from './step-inputs.ts';

/** Batches that are read before they are needed. */
const AHEAD_COUNT = 2;

export interface FedBatch {
  readonly samples: readonly WeightedSample[];
  readonly failures: readonly SampleFailure[];
}

/**
 * The batches after `doneSteps` steps, in order.
 * Errors: `train/no-samples` for a batch of which nothing can be read.
 */
export async function* feedBatches(
  { training, settings }: Pick<TrainSpec, 'training' | 'settings'>,
  plan: BatchPlan,
  reader: SampleReader,
  doneSteps: number,
): AsyncGenerator<FedBatch, void, undefined> {
  async function read(images: readonly PlannedImage[]): Promise<FedBatch> {
    const wanted = images.flatMap(({ sample, position }) => {
      const ref = training[sample];
      if (ref === undefined) return [];
      const weight = plan.weights[sample] ?? 1;
      const augmentation = settings.isAugmented ? drawAugmentation(settings.seed, position) : undefined;
      return [{ ref, weight, augmentation }];
    });
    const found = await reader.read(wanted);
    const samples: WeightedSample[] = [];
    const failures: SampleFailure[] = [];
    for (const [index, { ref, weight }] of wanted.entries()) {
      const sample = found[index];
      if (sample === undefined) continue;
      if ('error' in sample) failures.push({ id: ref.id, error: sample.error });
      else samples.push({ sample, group: ref.group, weight });
    }
    return { samples, failures };
  }

  const planned = plan.batches(doneSteps);
  const ahead: Promise<FedBatch>[] = [];
  const askNext = () => {
    const next = planned.next();
    if (!next.done) ahead.push(read(next.value));
  };
  for (let count = 0; count < AHEAD_COUNT; count++) askNext();
  for (let next = ahead.shift(); next !== undefined; next = ahead.shift()) {
    const batch = await next;
    const [failure] = batch.failures;
    if (batch.samples.length === 0) {
      throw new WorkbenchError(
        'train/no-samples',
        `None of the images of a batch could be read: ${failure?.error.message ?? 'it is empty'}`,
      );
    }
    askNext();
    yield batch;
  }
}
