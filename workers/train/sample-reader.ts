/** Prepared images and masks from the data workers, of several of them at once and in the order asked for. */
import type { SampleId } from '../../core/cohort/sample.ts';
import { serializeError, type SerializedError, WorkbenchError } from '../../core/errors.ts';
import type { Augmentation } from '../../core/imaging/augment.ts';
import type { SegmentationPreprocess } from '../../core/imaging/preprocess.ts';
import type { SampleRef } from '../api/compute.ts';
import type { PreparedBatch, SampleSource } from '../api/data.ts';

export interface PreparedSample {
  /** [side, side] f32, one channel. */
  readonly image: Float32Array<ArrayBuffer>;
  /** [side, side] u8 classes. */
  readonly mask: Uint8Array<ArrayBuffer>;
}

export type ReadSample = PreparedSample | { readonly error: SerializedError };

/** A sample that is left out, and why. */
export interface SampleFailure {
  readonly id: SampleId;
  readonly error: SerializedError;
}

export interface SampleRequest {
  readonly ref: SampleRef;
  /** Undefined for an image as it is, which is kept for the next time as far as memory allows. */
  readonly augmentation: Augmentation | undefined;
}

export interface SampleReader {
  /** The samples in the order asked for; one that cannot be had is its reason, never an error. */
  read(requests: readonly SampleRequest[]): Promise<readonly ReadSample[]>;
}

/** Of prepared images that are read without augmentation, again at every validation: 200 of side 512, or 3,200 of side 128. */
const KEPT_BYTES = 256 * 2 ** 20;

function takeApart(batch: PreparedBatch, pixelCount: number): Map<SampleId, ReadSample[]> {
  const found = new Map<SampleId, ReadSample[]>();
  const add = (id: SampleId, sample: ReadSample) => found.set(id, [...(found.get(id) ?? []), sample]);
  for (const [index, id] of batch.ids.entries()) {
    const [start, end] = [index * pixelCount, (index + 1) * pixelCount];
    add(id, { image: batch.images.slice(start, end), mask: batch.masks.slice(start, end) });
  }
  for (const { id, error } of batch.failures) add(id, { error });
  return found;
}

/** A reader over the connected data workers. */
export function createSampleReader(
  sources: () => ReadonlyMap<number, SampleSource>,
  preprocess: SegmentationPreprocess,
): SampleReader {
  const kept = new Map<SampleId, PreparedSample>();
  const pixelCount = preprocess.side ** 2;
  const keptLimit = Math.floor(KEPT_BYTES / (pixelCount * 5));

  async function ask(shard: number, requests: readonly SampleRequest[]): Promise<readonly ReadSample[]> {
    const ids = requests.map(({ ref }) => ref.id);
    try {
      const source = sources().get(shard);
      if (source === undefined) {
        throw new WorkbenchError('sample/not-loaded', 'The worker that has this sample is not connected.');
      }
      const augmentations = requests.flatMap(({ augmentation }) => augmentation ?? []);
      const batch = await source.prepare(
        ids,
        preprocess,
        augmentations.length === ids.length ? augmentations : undefined,
      );
      const samples = takeApart(batch, pixelCount);
      return ids.map((id) => {
        const sample = samples.get(id)?.shift();
        return sample ?? { error: serializeError(new Error(`The data worker did not return ${id}.`)) };
      });
    } catch (error) {
      return ids.map(() => ({ error: serializeError(error) }));
    }
  }

  return {
    async read(requests) {
      const results = new Map<number, ReadSample>();
      const asked = new Map<string, number[]>();
      for (const [index, { ref, augmentation }] of requests.entries()) {
        const known = augmentation === undefined ? kept.get(ref.id) : undefined;
        if (known !== undefined) {
          results.set(index, known);
          continue;
        }
        const key = `${ref.shard} ${augmentation === undefined ? 'plain' : 'augmented'}`;
        asked.set(key, [...(asked.get(key) ?? []), index]);
      }
      await Promise.all(
        [...asked.values()].map(async (indices) => {
          const wanted = indices.flatMap((index) => requests[index] ?? []);
          const samples = await ask(wanted[0]?.ref.shard ?? -1, wanted);
          for (const [at, index] of indices.entries()) results.set(index, samples[at] as ReadSample);
        }),
      );
      return requests.map(({ ref, augmentation }, index) => {
        const sample = results.get(index) as ReadSample;
        if (augmentation === undefined && 'image' in sample && kept.size < keptLimit)
          kept.set(ref.id, sample);
        return sample;
      });
    },
  };
}
