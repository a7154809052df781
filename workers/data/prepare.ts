/** Makes network inputs of kept samples: what a data worker does for the compute worker. */
import type { SampleId } from '../../core/cohort/sample.ts';
import { serializeError } from '../../core/errors.ts';
import type { Augmentation } from '../../core/imaging/augment.ts';
import type { CropFrame } from '../../core/imaging/crop.ts';
import { prepareForFeatures, prepareForSegmentation } from '../../core/imaging/preprocess.ts';
import type { PreparedBatch, Preprocess } from '../api/data.ts';
import { readStored } from './read-stored.ts';
import type { SampleCache, SamplePicture } from './sample-cache.ts';
import type { SampleStore } from './sample-store.ts';

/** Puts one sample at place `at` of the batch. */
function prepareInto(
  batch: { readonly images: Float32Array; readonly masks: Uint8Array; readonly frames: CropFrame[] },
  at: number,
  { image, mask, height, width }: SamplePicture,
  preprocess: Preprocess,
  augmentation: Augmentation | undefined,
): void {
  const pixelCount = preprocess.side * preprocess.side;
  if (preprocess.kind === 'features') {
    batch.images.set(prepareForFeatures(image, height, width, preprocess), at * pixelCount);
    return;
  }
  const prepared = prepareForSegmentation(image, mask, height, width, preprocess, augmentation);
  batch.images.set(prepared.image, at * pixelCount);
  batch.masks.set(prepared.mask, at * pixelCount);
  batch.frames.push(prepared.frame);
}

async function readThrough(store: SampleStore, cache: SampleCache, id: SampleId): Promise<SamplePicture> {
  const kept = cache.get(id);
  if (kept !== undefined) return kept;
  const sample = await readStored(store, id);
  cache.keep(id, sample);
  return sample;
}

/**
 * Inputs of the samples that can be read, in the order asked for; the others are listed with their reason. Those with an
 * augmentation are taken from the cache and put into it.
 * Shapes: `images [ids.length, side, side]` f32, `masks` alike u8, empty for features.
 */
export async function prepareBatch(
  store: SampleStore,
  cache: SampleCache,
  ids: readonly SampleId[],
  preprocess: Preprocess,
  augmentations?: readonly Augmentation[],
): Promise<PreparedBatch> {
  const pixelCount = preprocess.side * preprocess.side;
  const images = new Float32Array(ids.length * pixelCount);
  const masks = new Uint8Array(preprocess.kind === 'segmentation' ? ids.length * pixelCount : 0);
  const frames: CropFrame[] = [];
  const read: SampleId[] = [];
  const failures: { id: SampleId; error: ReturnType<typeof serializeError> }[] = [];
  for (const [index, id] of ids.entries()) {
    const augmentation = augmentations?.[index];
    try {
      const sample =
        augmentation === undefined ? await readStored(store, id) : await readThrough(store, cache, id);
      prepareInto({ images, masks, frames }, read.length, sample, preprocess, augmentation);
      read.push(id);
    } catch (error) {
      failures.push({ id, error: serializeError(error) });
    }
  }
  if (failures.length === 0) return { ids: read, images, masks, frames, failures };
  return {
    ids: read,
    images: images.slice(0, read.length * pixelCount),
    masks: masks.slice(0, preprocess.kind === 'segmentation' ? read.length * pixelCount : 0),
    frames,
    failures,
  };
}
