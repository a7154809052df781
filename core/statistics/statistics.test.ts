import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { acceleration, bcaInterval } from './bca.ts';
import { bootstrapStatistics, type StratumStatistics } from './bootstrap.ts';
import { normalCdf, normalQuantile } from './normal.ts';

/** Mean over all strata. */
const overallMean: StratumStatistics = (sums, counts) => [
  sums.reduce((a, b) => a + b, 0) / counts.reduce((a, b) => a + b, 0),
];

describe('normal distribution', () => {
  // Values of scipy.stats.norm.
  it.each([
    [0, 0.5],
    [1, 0.8413447460685429],
    [-1.959963984540054, 0.025],
    [-3, 0.0013498980316300933],
    [-5, 2.866515718791933e-7],
    [6, 0.9999999990134123],
  ])('P(Z <= %f) = %f', (x, p) => {
    expect(Math.abs(normalCdf(x) - p)).toBeLessThan(1e-9 * p);
  });

  it('quantiles invert probabilities', () => {
    for (const p of [1e-12, 1e-4, 0.02, 0.025, 0.3, 0.5, 0.77, 0.975, 0.9999]) {
      expect(Math.abs(normalCdf(normalQuantile(p)) / p - 1)).toBeLessThan(1e-9);
    }
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12);
    expect([normalQuantile(0), normalQuantile(1), normalQuantile(2)]).toEqual([-Infinity, Infinity, NaN]);
  });
});

describe('BCa interval', () => {
  it('is the percentile interval where nothing is biased or skewed', () => {
    const replicates = Float64Array.from({ length: 1001 }, (_, i) => i);
    const interval = bcaInterval(500, replicates, 0);
    expect(interval?.low).toBeCloseTo(25, 8);
    expect(interval?.high).toBeCloseTo(975, 8);
  });

  it('moves as the formula says, worked by hand', () => {
    // 599.5 of 1001 replicates lie below the estimate: z0 = Phi^-1(0.5989); a = 0.05.
    const replicates = Float64Array.from({ length: 1001 }, (_, i) => i);
    const z0 = normalQuantile(599.5 / 1001);
    const z = 1.959963984540054;
    const level = (w: number) => normalCdf(z0 + w / (1 - 0.05 * w));
    const interval = bcaInterval(599, replicates, 0.05);
    expect(interval?.low).toBeCloseTo(1000 * level(z0 - z), 8);
    expect(interval?.high).toBeCloseTo(1000 * level(z0 + z), 8);
    expect(interval?.low).toBeGreaterThan(25);
  });

  it('has acceleration (1/6) skewness / sqrt(n) for a mean, and 0 without variation', () => {
    const values = [1, 2, 4, 9];
    const sum = 16;
    const leaveOneOut = values.map((x) => (sum - x) / 3);
    const deviations = values.map((x) => x - 4);
    const cubes = deviations.reduce((s, x) => s + x ** 3, 0);
    const squares = deviations.reduce((s, x) => s + x ** 2, 0);
    expect(acceleration([leaveOneOut])).toBeCloseTo(cubes / (6 * squares ** 1.5), 14);
    expect(acceleration([[1, 1, 1]])).toBe(0);
    expect(acceleration([[1]])).toBe(0);
  });

  it('is a point for a constant statistic and missing for one that is sometimes undefined', () => {
    expect(bcaInterval(3, new Float64Array(100).fill(3), 0)).toEqual({ low: 3, high: 3 });
    expect(bcaInterval(3, Float64Array.of(3, NaN, 3), 0)).toBeNull();
    expect(bcaInterval(NaN, Float64Array.of(3, 3), 0)).toBeNull();
  });
});

describe('bootstrap', () => {
  const values = Array.from({ length: 30 }, (_, i) => (i * 7) % 30);
  const single = { strata: new Uint8Array(30), strataCount: 1, statistics: overallMean, stream: 'test' };

  it('is the same for a seed and different for another', async () => {
    const run = (seed: number) => bootstrapStatistics({ ...single, series: [values], seed });
    expect(await run(1)).toEqual(await run(1));
    expect((await run(2))[0]?.[0]?.interval).not.toEqual((await run(1))[0]?.[0]?.interval);
  });

  it('has the standard error of the mean', async () => {
    const [row] = await bootstrapStatistics({ ...single, series: [values], seed: 1, resampleCount: 8000 });
    const { value, interval } = row?.[0] ?? { value: NaN, interval: null };
    expect(value).toBe(14.5);
    // 0..29: population sd 8.6554, over sqrt 30 is 1.580; the interval is about 2 x 1.96 of it wide.
    const width = (interval?.high ?? NaN) - (interval?.low ?? NaN);
    expect(width / (2 * 1.96 * 1.5803)).toBeGreaterThan(0.96);
    expect(width / (2 * 1.96 * 1.5803)).toBeLessThan(1.04);
  });

  it('redraws within strata: a statistic of constant strata does not vary', async () => {
    const strata = values.map((_, i) => i % 2);
    const [row] = await bootstrapStatistics({
      series: [strata.map((group) => (group === 0 ? 0.2 : 0.8))],
      strata,
      strataCount: 2,
      statistics: (sums, counts) => [Number(sums[1]) / Number(counts[1]), ...overallMean(sums, counts)],
      seed: 1,
      stream: 'strata',
    });
    for (const estimate of row ?? []) {
      expect(estimate.interval?.high).toBeCloseTo(estimate.value, 12);
      expect(estimate.interval?.low).toBeCloseTo(estimate.value, 12);
    }
  });

  it('recomputes the overall mean in each resample: the interval of a ratio to it knows both', async () => {
    // A group's share of the total would vary twice as much if the total were held fixed.
    const strata = values.map(() => 0);
    const [row] = await bootstrapStatistics({
      series: [values],
      strata,
      strataCount: 1,
      statistics: (sums, counts) => [
        Number(sums[0]) / Number(counts[0]) / Number(overallMean(sums, counts)[0]),
      ],
      seed: 1,
      stream: 'joint',
    });
    expect(row?.[0]?.interval).toEqual({ low: 1, high: 1 });
  });

  it('stops when cancelled', async () => {
    await expect(
      bootstrapStatistics({ ...single, series: [values], seed: 1, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('covers the true mean of a skewed distribution about 95 % of the time', async () => {
    const random = createRandom(7);
    const trials = 400;
    let covered = 0;
    for (let trial = 0; trial < trials; trial++) {
      const sample = Float64Array.from({ length: 40 }, () => -Math.log(1 - random.uniform()));
      const [row] = await bootstrapStatistics({
        series: [sample],
        strata: new Uint8Array(40),
        strataCount: 1,
        statistics: overallMean,
        seed: trial,
        stream: 'coverage',
        resampleCount: 500,
      });
      const interval = row?.[0]?.interval;
      if (interval && interval.low <= 1 && interval.high >= 1) covered++;
    }
    // BCa at n = 40 on an exponential covers 93 to 95 %; one standard error here is 1.2 %.
    expect(covered / trials).toBeGreaterThan(0.905);
    expect(covered / trials).toBeLessThan(0.98);
  });
});
