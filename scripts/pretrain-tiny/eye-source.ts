/** Eyes of the pretraining and of the demo cohort as a data worker serves them, drawn when they are first asked for. */
import { createDemoCohort } from '../../core/cohort/demo-cohort.ts';
import type { DemoImage } from '../../core/cohort/demo-cohort/fundus.ts';
import { createPretrainingCohort } from '../../core/cohort/demo-cohort/pretraining-cohort.ts';
import { createRandom, permutation } from '../../core/random.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { centreCrop } from '../../core/imaging/crop.ts';
import { prepareForSegmentation } from '../../core/imaging/preprocess.ts';
import { createYielder } from '../../core/tasks.ts';
import type { SampleSource } from '../../workers/api/data.ts';
import type { TrainSample } from '../../workers/api/train.ts';

/** Counts of eyes and the seeds that they are drawn from. */
export interface EyeCounts {
  readonly seed: number;
  readonly trainingCount: number;
  readonly validationCount: number;
  /** Subjects of the demo cohort; a fifth of them is its test split. */
  readonly demoCount: number;
  readonly demoSeed: number;
  /** Subjects of the demo cohort's train split that fine-tuning sees. */
  readonly fineTuningCount: number;
}

export interface Eyes {
  readonly source: SampleSource;
  readonly training: readonly TrainSample[];
  readonly validation: readonly TrainSample[];
  readonly fineTuning: readonly TrainSample[];
  readonly heldOut: readonly TrainSample[];
}

interface Crop {
  readonly side: number;
  readonly image: Uint8Array;
  readonly mask: Uint8Array;
}

/** The crop of an eye, its mask as classes: what is kept, for every preparation starts from it. */
function cropOf({ image, mask, height, width }: DemoImage, crop: number): Crop {
  const frame = centreCrop(height, width, crop, 'corrected');
  const cut = { side: crop, image: new Uint8Array(crop * crop), mask: new Uint8Array(crop * crop) };
  for (let row = 0; row < crop; row++) {
    const start = (frame.top + row) * width + frame.left;
    cut.image.set(image.subarray(start, start + crop), row * crop);
    // Files hold classes as 0, -1, -2.
    for (let column = 0; column < crop; column++) {
      cut.mask[row * crop + column] = -(mask[start + column] as number);
    }
  }
  return cut;
}

/** The eyes of all cohorts. `crop` is that of every preparation. Memory: 2 crop² bytes for every eye that was asked for. */
export function createEyes(counts: EyeCounts, crop: number): Eyes {
  const { seed, trainingCount, validationCount, demoCount, demoSeed, fineTuningCount } = counts;
  const pretraining = createPretrainingCohort(trainingCount + validationCount, seed);
  const demo = createDemoCohort({ count: demoCount, seed: demoSeed });
  const drawn = new Map<string, Crop>();
  const draw = (id: string): Crop => {
    const known = drawn.get(id);
    if (known !== undefined) return known;
    const [cohort, index] = id.split(' ');
    const eye = (cohort === 'demo' ? demo : pretraining).render(Number(index));
    const cut = cropOf(eye, crop);
    drawn.set(id, cut);
    return cut;
  };

  const source: SampleSource = {
    async prepare(ids, preprocess, augmentations) {
      if (preprocess.kind !== 'segmentation' || preprocess.crop !== crop) {
        throw new WorkbenchError('cohort/bad-demo-settings', `Eyes are kept for a crop of ${crop}.`);
      }
      const pixelCount = preprocess.side ** 2;
      const images = new Float32Array(ids.length * pixelCount);
      const masks = new Uint8Array(ids.length * pixelCount);
      const yieldNow = createYielder();
      for (const [at, id] of ids.entries()) {
        await yieldNow();
        const { image, mask, side } = draw(id);
        const ready = prepareForSegmentation(image, mask, side, side, preprocess, augmentations?.[at]);
        images.set(ready.image, at * pixelCount);
        masks.set(ready.mask, at * pixelCount);
      }
      return { ids, images, masks, frames: [], failures: [] };
    },
  };

  const eye = (index: number): TrainSample => ({ id: `pretraining ${index}`, shard: 0, group: -1 });
  const indices = Array.from({ length: demoCount }, (_, index) => index);
  const ofSplit = (split: 'train' | 'test') =>
    indices.filter((index) => demo.describe(index).split === split);
  const subject = (index: number): TrainSample => ({
    id: `demo ${index}`,
    shard: 0,
    group: demo.describe(index).codes.race,
  });
  const train = ofSplit('train');
  const order = permutation(train.length, createRandom(seed, 'fine-tuning subjects'));
  return {
    source,
    training: Array.from({ length: trainingCount }, (_, index) => eye(index)),
    validation: Array.from({ length: validationCount }, (_, index) => eye(trainingCount + index)),
    fineTuning: Array.from(order.slice(0, fineTuningCount), (at) => subject(train[at] as number)),
    heldOut: ofSplit('test').map(subject),
  };
}
