import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { areaCupDiscError, verticalCupDiscError, verticalCupDiscRatio } from './cup-disc-ratio.ts';
import { squaredDistanceTransform } from './distance-transform.ts';
import { countOverlap, scoreImage, scoreOverlap } from './overlap.ts';
import { areaUnderRoc, meanPixelAuc } from './pixel-auc.ts';
import { hd95Under, surfaceDistances } from './surface-distance.ts';

const mask = (...values: number[]) => Uint8Array.from(values);

describe('overlap', () => {
  it('counts rim, cup and disc from one pass', () => {
    const counts = countOverlap(mask(0, 1, 1, 2, 2, 0), mask(1, 1, 2, 2, 0, 0));
    expect(counts).toEqual({
      rim: { predicted: 2, truth: 2, intersection: 1 },
      cup: { predicted: 2, truth: 2, intersection: 1 },
      disc: { predicted: 4, truth: 4, intersection: 3 },
    });
    const scores = scoreImage(counts, 'published');
    expect(scores.regions.disc).toEqual({ dice: 0.75, iou: 0.6, rule: 'none' });
    expect(scores.overall).toEqual({ dice: 0.5, iou: 1 / 3 });
  });

  it.each([
    [0, 0, 'both-empty', 0, 1],
    [0, 5, 'prediction-empty', 0, 0],
    [5, 0, 'truth-empty', 1, 0],
  ] as const)('%i predicted and %i true pixels: %s', (predicted, truth, rule, published, strict) => {
    const counts = { predicted, truth, intersection: 0 };
    expect(scoreOverlap(counts, 'published')).toEqual({ dice: published, iou: published, rule });
    expect(scoreOverlap(counts, 'strict')).toEqual({ dice: strict, iou: strict, rule });
  });

  it('refuses masks of different sizes and values that are no class', () => {
    expect(() => countOverlap(mask(0, 1), mask(0))).toThrow(
      expect.objectContaining({ code: 'evaluate/prediction-shape' }),
    );
    expect(() => countOverlap(mask(0, 255), mask(0, 1))).toThrow(
      expect.objectContaining({ code: 'evaluate/prediction-values' }),
    );
  });
});

describe('distance transform', () => {
  it.each([
    [1, 1],
    [1, 17],
    [13, 1],
    [9, 14],
  ])('equals the search over all pixels at %i x %i', (height, width) => {
    const random = createRandom(height * width);
    for (let trial = 0; trial < 20; trial++) {
      const pixels = Uint8Array.from({ length: height * width }, () => Number(random.uniform() < 0.1));
      const wanted = Array.from(pixels, (_, i) => {
        let nearest = Infinity;
        pixels.forEach((value, j) => {
          if (value === 0) return;
          const dy = Math.floor(i / width) - Math.floor(j / width);
          nearest = Math.min(nearest, dy * dy + ((i % width) - (j % width)) ** 2);
        });
        return nearest;
      });
      expect(Array.from(squaredDistanceTransform(pixels, height, width))).toEqual(wanted);
    }
  });
});

describe('surface distances', () => {
  it('are right for two single pixels and do not depend on where the pair lies', () => {
    const a = new Uint8Array(100);
    const b = new Uint8Array(100);
    a[0] = 1;
    b[3 * 10 + 4] = 1;
    const distances = surfaceDistances(a, b, 10, 10);
    expect(distances).toEqual({
      hd95: 5,
      hausdorff: 5,
      predictedToTruth: 5,
      truthToPredicted: 5,
      assd: 5,
    });
    const shifted = (m: Uint8Array) => m.map((_, i) => m[i - 25] ?? 0);
    expect(surfaceDistances(shifted(a), shifted(b), 10, 10)).toEqual(distances);
  });

  it('leave the inside of a mask out of its surface', () => {
    const outer = new Uint8Array(49).fill(1);
    const core = new Uint8Array(49);
    core[24] = 1;
    // Surface of the full 7 x 7 square: its 24 border pixels, at distance 3 to 3 sqrt 2 from the centre.
    const distances = surfaceDistances(outer, core, 7, 7);
    expect(distances?.truthToPredicted).toBe(3);
    expect(distances?.hausdorff).toBeCloseTo(3 * Math.SQRT2, 14);
  });

  it('are undefined with an empty mask; published HD95 is then 0', () => {
    const empty = new Uint8Array(4);
    const distances = surfaceDistances(empty, mask(1, 0, 0, 0), 2, 2);
    expect(distances).toBeUndefined();
    expect(hd95Under('published', distances)).toBe(0);
    expect(hd95Under('strict', distances)).toBeUndefined();
  });

  it('refuse masks of another size', () => {
    expect(() => surfaceDistances(new Uint8Array(4), new Uint8Array(6), 2, 2)).toThrow(
      expect.objectContaining({ code: 'evaluate/prediction-shape' }),
    );
  });
});

describe('cup-to-disc ratio', () => {
  // Columns: 0 background, 1 rim, 2 cup; disc 4 rows high, cup 2 or 1.
  const truth = mask(0, 1, 0, 0, 2, 1, 0, 2, 0, 0, 1, 0);
  const predicted = mask(0, 1, 0, 0, 2, 0, 0, 1, 0, 0, 1, 0);

  it('by height and by area', () => {
    expect(verticalCupDiscRatio(truth, 3)).toBe(0.5);
    expect(verticalCupDiscError(predicted, truth, 3)).toBe(0.25);
    expect(areaCupDiscError(countOverlap(predicted, truth))).toBeCloseTo(2 / 5 - 1 / 4, 14);
  });

  it('is undefined without a disc', () => {
    const empty = new Uint8Array(12);
    expect(verticalCupDiscError(empty, truth, 3)).toBeUndefined();
    expect(areaCupDiscError(countOverlap(empty, truth))).toBeUndefined();
  });
});

describe('pixel AUC', () => {
  it('counts ties one half and is undefined with one class only', () => {
    const positives = [0, 1, 3];
    expect(areaUnderRoc(Float64Array.of(0.1, 0.5, 0.5, 0.9), (i) => positives.includes(i))).toBe(
      (0 + 0.5 + 1) / 3,
    );
    expect(areaUnderRoc(Float64Array.of(0.1, 0.5), () => true)).toBeUndefined();
    expect(areaUnderRoc(Float64Array.of(0.1, 0.5), () => false)).toBeUndefined();
  });

  it('is the mean of the classes but the background', () => {
    // Class 1 is ranked perfectly, class 2 upside down.
    const probabilities = Float64Array.of(0.3, 0.1, 0.2, 0.1, 0.8, 0.3, 0.6, 0.1, 0.5);
    expect(meanPixelAuc(probabilities, mask(0, 1, 2))).toBe((1 + 0.5) / 2);
  });
});
