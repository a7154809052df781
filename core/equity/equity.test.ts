import { describe, expect, it } from 'vitest';
import { equityScaled, equityScaledDistance } from './equity-scaled.ts';
import { gapsBetween } from './gaps.ts';
import { includeGroups } from './group-inclusion.ts';
import { groupMeans } from './group-means.ts';

describe('equity-scaled scores', () => {
  it('gives the three published readings of one table', () => {
    const means = [0.7, 0.78, 0.82];
    const rounded = (['sum', 'sd', 'pop-sd'] as const).map((definition) =>
      Math.round(1000 * equityScaled(0.8, means, definition)),
    );
    expect(rounded).toEqual([702, 754, 762]);
  });

  it('equals the overall mean when all groups agree, and weighs the disparity by alpha', () => {
    expect(equityScaled(0.8, [0.8, 0.8], 'sum')).toBe(0.8);
    expect(equityScaled(0.8, [0.7, 0.9], 'sum', 0)).toBe(0.8);
    expect(equityScaled(0.8, [0.7, 0.9], 'sum', 2)).toBeCloseTo(0.8 / 1.4, 14);
  });

  it('is undefined with an empty group, without groups, and for the sample sd of one', () => {
    expect(equityScaled(0.8, [0.8, NaN], 'sum')).toBeNaN();
    expect(equityScaled(0.8, [], 'sum')).toBeNaN();
    expect(equityScaled(0.8, [0.8], 'sd')).toBeNaN();
  });

  it('grows a distance with disparity, where a score falls', () => {
    expect(equityScaledDistance(5, [4, 7])).toBe(5 * (1 + (1 + 2) / 5));
    expect(equityScaledDistance(0, [0, 0])).toBe(0);
  });
});

it('images of unknown group count in the overall mean and in no group', () => {
  expect(groupMeans([1, 0, 0.5, 0.25], [0, 0, -1, 2], 3)).toEqual({
    overall: 0.4375,
    means: [0.5, NaN, 0.25],
    counts: [2, 0, 1],
    unknownCount: 1,
  });
});

describe('gaps', () => {
  it('are computed from the group means', () => {
    const gaps = gapsBetween([0.8, 0.6, 0.9]);
    expect(gaps.gap).toBeCloseTo(0.3, 14);
    expect(gaps.minMaxRatio).toBeCloseTo(2 / 3, 14);
    expect(gaps.skewedErrorRatio).toBeCloseTo(4, 12);
    expect([gaps.worst, gaps.best]).toEqual([1, 2]);
  });

  it('have no ratio where the divisor is 0, and nothing for one group', () => {
    expect(gapsBetween([0, 0]).minMaxRatio).toBeNaN();
    expect(gapsBetween([0.5, 1]).skewedErrorRatio).toBeNaN();
    expect(gapsBetween([0.5])).toMatchObject({ gap: NaN, worst: -1, best: -1 });
  });
});

it('small and empty groups are left out with a warning each', () => {
  const { included, excluded, warnings } = includeGroups([120, 3, 0, 12], 4, 10);
  expect(included).toEqual([0, 3]);
  expect(excluded).toEqual([1, 2]);
  expect(warnings).toEqual([
    { code: 'group-below-minimum-size', group: 1, count: 3 },
    { code: 'too-few-subjects-for-interval', group: 1, count: 3 },
    { code: 'group-empty', group: 2, count: 0 },
    { code: 'few-subjects', group: 3, count: 12 },
    { code: 'unknown-group', group: null, count: 4 },
  ]);
  expect(includeGroups([5, 0], 0, 0).included).toEqual([0]);
  expect(includeGroups([5, 0], 0, 0).warnings).toContainEqual({
    code: 'fewer-than-two-groups',
    group: null,
    count: 1,
  });
});
