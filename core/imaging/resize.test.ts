/** Properties of the resizes; agreement with scikit-image and PyTorch is checked in `resize.golden.test.ts`. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { describeDifference } from '../testing.ts';
import { resizeAntialiased, resizeBilinear, resizeLikeSkimage } from './resize.ts';

const RESIZES = { resizeBilinear, resizeAntialiased, resizeLikeSkimage };

describe.each(Object.entries(RESIZES))('%s', (_name, resize) => {
  it('keeps a constant image constant', () => {
    const constant = new Float64Array(17 * 23).fill(0.7);
    for (const [height, width] of [
      [5, 7],
      [40, 31],
      [1, 1],
    ] as const) {
      for (const value of resize(constant, 17, 23, height, width)) expect(value).toBeCloseTo(0.7, 12);
    }
  });

  it('is the identity at equal size', () => {
    const random = createRandom(4, 'resize-test');
    const image = Float64Array.from({ length: 11 * 8 }, () => random.uniform());
    expect(describeDifference(resize(image, 11, 8, 11, 8), image, { abs: 1e-12, rel: 0 })).toBeUndefined();
  });

  it('keeps a ramp where the edges do not reach', () => {
    const ramp = Float64Array.from({ length: 120 }, (_, x) => x);
    const resized = resize(ramp, 1, 120, 1, 30);
    for (let i = 6; i < 24; i++) expect(resized[i]).toBeCloseTo((i + 0.5) * 4 - 0.5, 9);
  });
});

describe('aliasing', () => {
  const stripes = Float64Array.from({ length: 128 }, (_, x) => (x % 4 < 2 ? 1 : 0));
  const spread = (values: Float64Array) => Math.max(...values) - Math.min(...values);

  it('is left in by the plain resize and taken out by the antialiased ones', () => {
    expect(spread(resizeBilinear(stripes, 1, 128, 1, 42))).toBeGreaterThan(0.9);
    expect(spread(resizeAntialiased(stripes, 1, 128, 1, 21).subarray(3, 18))).toBeLessThan(0.2);
    expect(spread(resizeLikeSkimage(stripes, 1, 128, 1, 21).subarray(3, 18))).toBeLessThan(0.2);
  });
});

describe('antialiased bicubic', () => {
  it('takes the weights of the kernel stretched by the factor', () => {
    // Halving 8 pixels: output 1 is centred at 3, so taps lie 0.25, 0.75, 1.25 and 1.75 kernel units to each side.
    const w = (d: number) =>
      d < 1 ? 1.5 * d ** 3 - 2.5 * d ** 2 + 1 : -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2;
    const half = [w(0.25), w(0.75), w(1.25), w(1.75)];
    const sum = half.reduce((total, value) => total + value, 0) * 2 - w(1.75);
    const impulse = (at: number) => Float64Array.from({ length: 8 }, (_, i) => (i === at ? 1 : 0));
    expect(resizeAntialiased(impulse(3), 1, 8, 1, 4)[1]).toBeCloseTo(w(0.25) / sum, 12);
    expect(resizeAntialiased(impulse(1), 1, 8, 1, 4)[1]).toBeCloseTo(w(0.75) / sum, 12);
    expect(resizeAntialiased(impulse(0), 1, 8, 1, 4)[1]).toBeCloseTo(w(1.25) / sum, 12);
    expect(resizeAntialiased(impulse(7), 1, 8, 1, 4)[1]).toBe(0);
  });
});
