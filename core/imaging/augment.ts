/** Which augmentation an image gets: drawn from the seed and the image's place in the run alone, whatever worker carries it out. */
import { createRandom } from '../random.ts';
import { type PixelMap, quarterTurnMap, rotationMap } from './pixel-map.ts';

export type Augmentation =
  | { readonly kind: 'none' }
  /** Quarter turns counter-clockwise, then a flip: axis 0 swaps top and bottom, axis 1 left and right. */
  | { readonly kind: 'turn'; readonly turns: 0 | 1 | 2 | 3; readonly flipAxis: 0 | 1 }
  /** Counter-clockwise, nearest pixel for image and mask, nothing outside. */
  | { readonly kind: 'rotate'; readonly degrees: number };

/** Rotations are by -20 to 19 whole degrees. */
const LARGEST_ROTATION = 20;

/**
 * The augmentation of the image at `position` of a run, counted over all epochs: with probability 1/2 a random quarter turn and
 * a random flip, else with probability 1/2 a rotation by a whole angle in [-20, 20) degrees, else none.
 * Source: spec page data.md, "Training augmentation".
 */
export function drawAugmentation(seed: number, position: number): Augmentation {
  const random = createRandom(seed, `augmentation ${position}`);
  if (random.uniform() < 0.5) {
    return { kind: 'turn', turns: random.integer(4) as 0 | 1 | 2 | 3, flipAxis: random.integer(2) as 0 | 1 };
  }
  if (random.uniform() < 0.5) {
    return { kind: 'rotate', degrees: random.integer(2 * LARGEST_ROTATION) - LARGEST_ROTATION };
  }
  return { kind: 'none' };
}

/** Where the pixels of an augmented image come from; undefined for none. */
export function augmentationMap(
  augmentation: Augmentation,
  height: number,
  width: number,
): PixelMap | undefined {
  if (augmentation.kind === 'none') return undefined;
  return augmentation.kind === 'turn'
    ? quarterTurnMap(height, width, augmentation.turns, augmentation.flipAxis)
    : rotationMap(height, width, augmentation.degrees);
}
