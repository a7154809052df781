import { describe, expect, it } from 'vitest';
import { createRandom } from '../../core/random.ts';
import type { OverlapCounts, RegionCounts } from '../../core/segmentation/overlap.ts';
import type { SummarySpec } from '../api/analysis.ts';
import { runEvaluation } from './run-evaluation.ts';

const region = (dice: number): RegionCounts => ({
  predicted: 1000,
  truth: 1000,
  intersection: Math.round(1000 * dice),
});
const image = (rim: number, cup: number): OverlapCounts => ({
  rim: region(rim),
  cup: region(cup),
  disc: region((rim + cup) / 2),
});
const EMPTY: RegionCounts = { predicted: 0, truth: 0, intersection: 0 };

/** 30 + 20 + 4 images of three groups, and 6 of unknown group. */
const groups = [30, 20, 4, 6].flatMap((count, group) =>
  Array.from({ length: count }, () => (group === 3 ? -1 : group)),
);
const random = createRandom(2);
const overlaps = groups.map((group) => {
  const noise = 0.05 * random.uniform();
  return image(0.7 - 0.1 * Math.max(0, group) + noise, 0.9 - 0.1 * Math.max(0, group) + noise);
});
const spec: SummarySpec = {
  overlaps,
  groupings: [
    { id: 'race', groups: ['A', 'B', 'C'], indices: Int16Array.from(groups) },
    { id: 'none', groups: ['all'], indices: new Int16Array(groups.length) },
  ],
  convention: 'published',
  equityDefinition: 'sum',
  minGroupSize: 10,
  resampleCount: 500,
  seed: 3,
};
const { signal } = new AbortController();
const evaluate = (change: Partial<SummarySpec> = {}) =>
  runEvaluation({ ...spec, ...change }, signal, () => {});

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const cupDice = overlaps.map(({ cup }) => cup.intersection / 1000);
const inGroup = (group: number) => mean(cupDice.filter((_, i) => groups[i] === group));

describe('runEvaluation', () => {
  it('gives means, equity-scaled score and gap as computed by hand', async () => {
    const { metrics, imageCount } = await evaluate();
    expect(imageCount).toBe(60);
    expect(metrics.map(({ region: name, metric }) => `${name} ${metric}`)).toEqual([
      'overall dice',
      'overall iou',
      'rim dice',
      'rim iou',
      'cup dice',
      'cup iou',
      'disc dice',
      'disc iou',
    ]);
    const cup = metrics[4];
    expect(cup?.overall.value).toBeCloseTo(mean(cupDice), 12);
    const race = cup?.groupings[0];
    expect(race?.groups.map(({ count }) => count)).toEqual([30, 20, 4]);
    expect(race?.unknownCount).toBe(6);
    [0, 1, 2].forEach((group) => {
      expect(race?.groups[group]?.mean.value).toBeCloseTo(inGroup(group), 12);
    });
    // The group of four is shown but takes part in nothing.
    const disparity = Math.abs(inGroup(0) - mean(cupDice)) + Math.abs(inGroup(1) - mean(cupDice));
    expect(race?.equityScaled.value).toBeCloseTo(mean(cupDice) / (1 + disparity), 12);
    expect(race?.gap.value).toBeCloseTo(inGroup(0) - inGroup(1), 12);
    expect([race?.bestGroup, race?.worstGroup]).toEqual([0, 1]);
    expect(race?.groups.map(({ included }) => included)).toEqual([true, true, false]);
    expect(race?.warnings.map(({ code }) => code)).toContain('group-below-minimum-size');
  });

  it('puts intervals around the values and none where subjects are too few', async () => {
    const race = (await evaluate()).metrics[0]?.groupings[0];
    for (const estimate of [race?.groups[0]?.mean, race?.equityScaled, race?.gap, race?.sd]) {
      expect(estimate?.interval?.low).toBeLessThan(Number(estimate?.value));
      expect(estimate?.interval?.high).toBeGreaterThan(Number(estimate?.value));
    }
    expect(race?.groups[2]?.mean.interval).toBeNull();
    const withSmall = (await evaluate({ minGroupSize: 2 })).metrics[0]?.groupings[0];
    expect(withSmall?.groups[2]?.included).toBe(true);
    expect(withSmall?.gap.value).not.toBeNull();
    expect(withSmall?.gap.interval).toBeNull();
  });

  it('has no equity-scaled score and no gap for a single group', async () => {
    const none = (await evaluate()).metrics[0]?.groupings[1];
    expect([none?.equityScaled, none?.gap]).toEqual([
      { value: null, interval: null },
      { value: null, interval: null },
    ]);
    expect([none?.worstGroup, none?.bestGroup]).toEqual([null, null]);
  });

  it('counts the images that each rule for empty masks touched, under both conventions', async () => {
    const special: OverlapCounts[] = [
      { rim: EMPTY, cup: { ...EMPTY, truth: 5 }, disc: region(1) },
      { rim: region(1), cup: { ...EMPTY, predicted: 5 }, disc: region(1) },
      { rim: EMPTY, cup: EMPTY, disc: EMPTY },
    ];
    const change = { overlaps: special, groupings: [] };
    const published = (await evaluate(change)).metrics;
    const strict = (await evaluate({ ...change, convention: 'strict' })).metrics;
    const rules = { 'both-empty': 1, 'prediction-empty': 1, 'truth-empty': 1 };
    expect(published[4]?.emptyRuleCounts).toEqual(rules);
    expect(strict[4]?.emptyRuleCounts).toEqual(rules);
    expect(published[0]?.emptyRuleCounts).toEqual({ ...rules, 'both-empty': 2 });
    // Cup: prediction empty 0, truth empty 1 or 0, both empty 0 or 1.
    expect(published[4]?.overall.value).toBeCloseTo(1 / 3, 14);
    expect(strict[4]?.overall.value).toBeCloseTo(1 / 3, 14);
    expect(published[2]?.overall.value).toBeCloseTo(1 / 3, 14);
    expect(strict[2]?.overall.value).toBe(1);
    expect(published[4]?.overall.interval).toBeNull();
  });

  it('is the same for a seed; a grouping keeps its numbers when others are added', async () => {
    const both = (await evaluate()).metrics[0];
    const alone = (await evaluate({ groupings: spec.groupings.slice(1) })).metrics[0];
    expect(alone?.groupings[0]).toEqual(both?.groupings[1]);
  });

  it('refuses an evaluation without images and a grouping of another length', async () => {
    await expect(evaluate({ overlaps: [] })).rejects.toMatchObject({ code: 'evaluate/no-images' });
    await expect(evaluate({ overlaps: overlaps.slice(1) })).rejects.toMatchObject({
      code: 'internal/invariant',
    });
  });

  it('stops when cancelled', async () => {
    await expect(runEvaluation(spec, AbortSignal.abort(), () => {})).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
