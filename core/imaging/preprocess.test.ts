/** Edge clauses of preprocessing, and masks put back where they came from. */
import { describe, expect, it } from 'vitest';
import { placeMask, prepareForFeatures, prepareForSegmentation } from './preprocess.ts';

describe('preparing for a segmenter', () => {
  it('clips to 0..255 before scaling, whatever the dtype', () => {
    const image = Float64Array.of(-20, 51, 255, 300);
    const prepared = prepareForSegmentation(image, new Uint8Array(4), 2, 2, {
      kind: 'segmentation',
      crop: null,
      side: 2,
      preset: 'corrected',
    });
    expect([...prepared.image]).toEqual([...Float32Array.of(0, 0.2, 1, 1)]);
    expect(prepared.notes).toEqual([]);
  });

  it('says which axis was shorter than the crop', () => {
    const settings = { kind: 'segmentation', crop: 32, side: 16, preset: 'corrected' } as const;
    const prepared = prepareForSegmentation(
      new Uint8Array(20 * 40),
      new Uint8Array(20 * 40),
      20,
      40,
      settings,
    );
    expect(prepared.frame).toEqual({ top: 0, left: 4, height: 20, width: 32 });
    expect(prepared.notes).toEqual(['The image has 20 rows, fewer than the crop of 32: all were kept.']);
  });

  it('places its own mask back where it came from', () => {
    const mask = Uint8Array.from({ length: 66 * 51 }, (_, i) => (i % 51 > 20 && i > 30 * 51 ? 2 : 1));
    for (const side of [44, 22]) {
      const prepared = prepareForSegmentation(mask, mask, 66, 51, {
        kind: 'segmentation',
        crop: 44,
        side,
        preset: 'corrected',
      });
      const placed = placeMask(
        { height: side, width: side, mask: prepared.mask, frame: prepared.frame },
        66,
        51,
      );
      const { top, left, height, width } = prepared.frame;
      let wrongInside = 0;
      let labelledOutside = 0;
      placed.forEach((label, i) => {
        const y = Math.floor(i / 51) - top;
        const x = (i % 51) - left;
        if (y < 0 || x < 0 || y >= height || x >= width) labelledOutside += label;
        else if (label !== mask[i]) wrongInside++;
      });
      expect(labelledOutside).toBe(0);
      // At half the side, one line of pixels on each of the two borders may fall to the other class.
      expect(wrongInside).toBeLessThanOrEqual(side === 44 ? 0 : 2 * 44);
    }
  });
});

describe('preparing for a feature extractor', () => {
  it('takes the whole image to a square in [0, 1], each preset in its own way', () => {
    const image = Uint8Array.from({ length: 200 * 150 }, (_, i) => (i * 97) % 256);
    const [full, small, clean] = (['full', 'via-64', 'clean'] as const).map((preset) =>
      prepareForFeatures(image, 200, 150, { kind: 'features', side: 99, preset }),
    );
    for (const features of [full, small]) {
      expect(features?.length).toBe(99 * 99);
      expect(features?.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
    expect(small).not.toEqual(full);
    expect(clean).not.toEqual(full);
  });
});
