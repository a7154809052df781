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
 * The batches after `doneSteps` steps, in order. One of which nothing can be read, such as a last batch of one image, takes the
 * next image of the list that can be, so that one bad file ends no run. Errors: `train/no-samples` where nothing at all can be read.
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

  /** The batch, or where it is empty one of the next image that can be read, with the failures on the way. */
  async function readSome(images: readonly PlannedImage[]): Promise<FedBatch> {
    const batch = await read(images);
    const [first] = images;
    if (first === undefined || batch.samples.length > 0) return batch;
    const failures = [...batch.failures];
    for (let on = 1; on < training.length; on++) {
      const other = await read([{ ...first, sample: (first.sample + on) % training.length }]);
      failures.push(...other.failures);
      if (other.samples.length > 0) return { samples: other.samples, failures };
    }
    return { samples: [], failures };
  }

  const planned = plan.batches(doneSteps);
  const ahead: Promise<FedBatch>[] = [];
  const askNext = () => {
    const next = planned.next();
    if (!next.done) ahead.push(readSome(next.value));
  };
  for (let count = 0; count < AHEAD_COUNT; count++) askNext();
  for (let next = ahead.shift(); next !== undefined; next = ahead.shift()) {
    const batch = await next;
    const [failure] = batch.failures;
    if (batch.samples.length === 0) {
      throw new WorkbenchError(
        'train/no-samples',
        `None of the training images can be read. The first: ${failure?.error.message ?? 'there is none'}`,
      );
    }
    askNext();
    yield batch;
  }
}
