/** The error function against digits of tables. */
import { describe, expect, it } from 'vitest';

import { errorFunction } from './error-function.ts';

describe('the error function', () => {
  // Abramowitz and Stegun, table 7.1, and the complementary function of table 7.3 beyond it.
  it.each([
    [0, 0],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [2.999, 0.9999777698314002],
    [3, 0.9999779095030014],
    [3.5, 0.9999992569016276],
    [6, 1],
  ])('is right at %f', (x, expected) => {
    expect(errorFunction(x)).toBeCloseTo(expected, 14);
    expect(errorFunction(-x)).toBeCloseTo(-expected, 14);
  });

  it('keeps NaN and has its limits', () => {
    expect(errorFunction(Number.NaN)).toBeNaN();
    expect(errorFunction(Infinity)).toBe(1);
    expect(errorFunction(-Infinity)).toBe(-1);
  });
});
