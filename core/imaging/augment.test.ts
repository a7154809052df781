/** Which augmentations are drawn, how often, and that an augmented sample is the augmented crop. */
import { describe, expect, it } from 'vitest';

import { type Augmentation, augmentationMap, drawAugmentation } from './augment.ts';
import { applyPixelMap } from './pixel-map.ts';
import { prepareForSegmentation } from './preprocess.ts';

const DRAW_COUNT = 20_000;
const drawn = Array.from({ length: DRAW_COUNT }, (_, position) => drawAugmentation(7, position));
const share = (isWanted: (augmentation: Augmentation) => boolean) =>
  drawn.filter(isWanted).length / DRAW_COUNT;

/** Distance from a share, in its standard deviations. */
function deviations(isWanted: (augmentation: Augmentation) => boolean, expected: number): number {
  return Math.abs(share(isWanted) - expected) / Math.sqrt((expected * (1 - expected)) / DRAW_COUNT);
}

describe('augmentations', () => {
  it('are turns in half of the cases, rotations in a quarter, none in a quarter', () => {
    expect(deviations(({ kind }) => kind === 'turn', 1 / 2)).toBeLessThan(5);
    expect(deviations(({ kind }) => kind === 'rotate', 1 / 4)).toBeLessThan(5);
    expect(deviations(({ kind }) => kind === 'none', 1 / 4)).toBeLessThan(5);
  });

  it('turn and flip alike often, and rotate by every whole angle in [-20, 20)', () => {
    for (const turns of [0, 1, 2, 3]) {
      for (const axis of [0, 1]) {
        const isThis = (one: Augmentation) =>
          one.kind === 'turn' && one.turns === turns && one.flipAxis === axis;
        expect(deviations(isThis, 1 / 16)).toBeLessThan(5);
      }
    }
    const angles = new Set(drawn.flatMap((one) => (one.kind === 'rotate' ? [one.degrees] : [])));
    expect([...angles].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i - 20));
  });

  it('depend on the seed and the position alone', () => {
    expect(drawAugmentation(7, 1234)).toEqual(drawn[1234]);
    expect(drawn.slice(0, 50)).not.toEqual(Array.from({ length: 50 }, (_, i) => drawAugmentation(8, i)));
    // Stored, so that a change of the generator, which would change every run, does not go unseen.
    expect(drawn.slice(0, 4)).toEqual([
      { kind: 'turn', turns: 2, flipAxis: 0 },
      { kind: 'turn', turns: 0, flipAxis: 1 },
      { kind: 'rotate', degrees: -8 },
      { kind: 'turn', turns: 3, flipAxis: 1 },
    ]);
  });

  it('are done on the crop, before the resize', () => {
    const [height, width] = [9, 7];
    const image = Uint8Array.from({ length: height * width }, (_, i) => (i * 37) % 256);
    const mask = Uint8Array.from(image, (value) => value % 3);
    const rotate: Augmentation = { kind: 'rotate', degrees: 17 };
    const plain = { kind: 'segmentation', crop: 7, side: 7, preset: 'corrected' } as const;
    const cropped = prepareForSegmentation(image, mask, height, width, plain);
    const map = augmentationMap(rotate, 7, 7);
    if (map === undefined) throw new Error('a rotation has a map');
    const rotated = applyPixelMap(map, cropped.image, new Float32Array(49));
    const augmented = prepareForSegmentation(image, mask, height, width, plain, rotate);
    expect(augmented.image).toEqual(rotated);
    expect(augmented.mask).toEqual(applyPixelMap(map, cropped.mask, new Uint8Array(49)));
    expect(augmented.frame).toEqual(cropped.frame);

    const shrunk = { ...plain, side: 4 };
    const thenShrunk = prepareForSegmentation(
      rotated.map((value) => value * 255),
      augmented.mask,
      7,
      7,
      { ...shrunk, crop: null },
    );
    const both = prepareForSegmentation(image, mask, height, width, shrunk, rotate);
    expect(both.mask).toEqual(thenShrunk.mask);
    for (const [i, value] of both.image.entries()) expect(value).toBeCloseTo(thenShrunk.image[i] ?? 9, 5);
  });
});
