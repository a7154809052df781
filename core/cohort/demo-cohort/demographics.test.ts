/** Quotas and splits at every count. */
import { describe, expect, it } from 'vitest';
import { drawDemographics, largestRemainderQuotas } from './demographics.ts';

describe('largest remainders', () => {
  it('sum to the count and differ from the exact share by less than one', () => {
    const weights = [919, 1473, 7608];
    for (let count = 0; count <= 500; count++) {
      const quotas = largestRemainderQuotas(count, weights);
      expect(quotas.reduce((sum, quota) => sum + quota, 0)).toBe(count);
      quotas.forEach((quota, i) => {
        expect(Math.abs(quota - (count * (weights[i] as number)) / 10_000)).toBeLessThan(1);
      });
    }
  });

  it('gives a tie to the earlier entry', () => {
    expect(largestRemainderQuotas(1, [1, 1])).toEqual([1, 0]);
    expect(largestRemainderQuotas(5, [1, 1, 1])).toEqual([2, 2, 1]);
  });
});

describe('splits', () => {
  it('hold a fifth for testing at any count, never more of a race than there is', () => {
    for (let count = 1; count <= 300; count++) {
      const subject = drawDemographics(count, 1);
      let testCount = 0;
      for (let i = 0; i < count; i++) testCount += subject(i).split === 'test' ? 1 : 0;
      expect({ count, testCount }).toEqual({ count, testCount: Math.round(count / 5) });
    }
  });

  it('change with the seed, and so does the order of the races', () => {
    const codes = (seed: number) => Array.from({ length: 60 }, (_, i) => drawDemographics(60, seed)(i));
    expect(codes(1)).toEqual(codes(1));
    expect(codes(1)).not.toEqual(codes(2));
  });
});
