/** Samples in memory while a training asks for them again and again: reading a file takes longer than augmenting its image. */
import type { Sample } from '../../core/cohort/read-sample.ts';
import type { SampleId } from '../../core/cohort/sample.ts';
import { createRandom } from '../../core/random.ts';

/** Of one data worker: 190 images of 664x512 pixels of eight bits with their masks. */
const CACHE_BYTES = 128 * 2 ** 20;

/** What an image's preparation reads. */
export type SamplePicture = Pick<Sample, 'image' | 'mask' | 'height' | 'width'>;

export interface SampleCache {
  get(id: SampleId): SamplePicture | undefined;
  /** Keeps a copy of the pixels, in place of others where there is no room. */
  keep(id: SampleId, sample: SamplePicture): void;
  clear(): void;
}

/**
 * An empty cache. What goes to make room is drawn at random: an epoch asks for everything once, for which the least recently
 * used would always be the next one needed.
 */
export function createSampleCache(limitBytes: number = CACHE_BYTES): SampleCache {
  const kept = new Map<SampleId, SamplePicture>();
  const random = createRandom(0, 'sample-cache');
  let keptBytes = 0;
  const bytesOf = ({ image, mask }: SamplePicture) => image.byteLength + mask.byteLength;
  return {
    get: (id) => kept.get(id),
    keep(id, { image, mask, height, width }) {
      // The image may be a view of its file's bytes, which must not stay with it.
      const sample = { image: image.slice(), mask: mask.slice(), height, width };
      const sizeBytes = bytesOf(sample);
      if (kept.has(id) || sizeBytes > limitBytes) return;
      const ids = [...kept.keys()];
      while (keptBytes + sizeBytes > limitBytes) {
        const [removed = ''] = ids.splice(random.integer(ids.length), 1);
        const picture = kept.get(removed);
        keptBytes -= picture === undefined ? 0 : bytesOf(picture);
        kept.delete(removed);
      }
      kept.set(id, sample);
      keptBytes += sizeBytes;
    },
    clear() {
      kept.clear();
      keptBytes = 0;
    },
  };
}
