/**
 * The demo cohort: a seeded generator of fundus-like images with masks and demographics. Deterministic and lazy: sample i
 * depends on the seed, the count and the size only, never on what was asked for before.
 * Everything is synthetic; group differences are those of `demo-cohort/imaging-differences.ts` and no others.
 */
import { WorkbenchError } from '../errors.ts';
import type { CompressionLevel } from '../formats/npz.ts';
import { createRandom } from '../random.ts';
import { drawAnatomy } from './demo-cohort/anatomy.ts';
import { type DemoSubject, drawDemographics } from './demo-cohort/demographics.ts';
import { type DemoImage, paintFundus } from './demo-cohort/fundus.ts';
import { writeDemoSample } from './demo-cohort/sample-file.ts';

export { type DemoSubject, demoSampleName } from './demo-cohort/demographics.ts';
export type { DemoImage } from './demo-cohort/fundus.ts';
export {
  DEMO_AGE_DIFFERENCES,
  DEMO_IMAGING_DIFFERENCES,
  type ImagingDifferences,
} from './demo-cohort/imaging-differences.ts';

export interface DemoImageSize {
  readonly height: number;
  readonly width: number;
}

/** The size of the real data set's images. */
export const DEMO_IMAGE_SIZE: DemoImageSize = { height: 664, width: 512 };

/** As many subjects as the real data set has. */
export const DEMO_COHORT_MAX_COUNT = 10_000;

/** Shortest side that still shows a disc of some thirty pixels. */
const SMALLEST_SIDE = 128;

export interface DemoCohortSpec {
  readonly count: number;
  readonly seed: number;
  readonly size?: DemoImageSize;
}

export interface DemoCohort {
  readonly count: number;
  readonly seed: number;
  readonly size: DemoImageSize;
  /** File name, attributes and split of subject `index`, from 0. */
  describe(index: number): DemoSubject;
  /** Image and mask of subject `index`, from 0. */
  render(index: number): DemoImage;
}

function requireWhole(value: number, min: number, max: number, name: string): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new WorkbenchError(
    'cohort/bad-demo-settings',
    `The ${name} of a demo cohort must be a whole number from ${min} to ${max}, not ${value}.`,
  );
}

/**
 * A demo cohort of `count` subjects. The image of a subject needs a width no larger than its height, as real ones have.
 * Errors: `cohort/bad-demo-settings` for a count, seed, size or index out of range.
 * Cost: some bytes a subject; images are drawn when asked for.
 */
export function createDemoCohort(spec: DemoCohortSpec): DemoCohort {
  const { count, seed, size = DEMO_IMAGE_SIZE } = spec;
  requireWhole(count, 1, DEMO_COHORT_MAX_COUNT, 'count');
  requireWhole(seed, 0, 0xffffffff, 'seed');
  requireWhole(size.width, SMALLEST_SIDE, 2048, 'image width');
  requireWhole(size.height, size.width, 4096, 'image height');
  const describe = drawDemographics(count, seed);
  const checked = (index: number) => {
    requireWhole(index, 0, count - 1, 'sample index');
    return index;
  };
  return {
    count,
    seed,
    size,
    describe: (index) => describe(checked(index)),
    render(index) {
      const { race, age } = describe(checked(index)).codes;
      const random = createRandom(seed, `demo-cohort/eye/${index}`);
      const anatomy = drawAnatomy(random, race, age, size.height, size.width);
      return paintFundus(anatomy, size.height, size.width, seed, `demo-cohort/pixels/${index}`);
    },
  };
}

let latest: DemoCohort | undefined;

/**
 * The bytes of sample `index` of a cohort, an `.npz` file as NumPy would write it; the same bytes every time. Compressed
 * unless `level` is 0: compressing noise costs more than drawing it, so what is read at once is better stored.
 * The cohort of the latest call is kept, because files are asked for one by one, mostly of the same cohort.
 * Errors: as `createDemoCohort`.
 */
export function demoSampleFile(
  spec: DemoCohortSpec,
  index: number,
  level: CompressionLevel = 6,
): Uint8Array<ArrayBuffer> {
  const { height, width } = spec.size ?? DEMO_IMAGE_SIZE;
  const isLatest =
    latest?.count === spec.count &&
    latest.seed === spec.seed &&
    latest.size.height === height &&
    latest.size.width === width;
  if (latest === undefined || !isLatest) latest = createDemoCohort(spec);
  return writeDemoSample(latest.describe(index), latest.render(index), level);
}
