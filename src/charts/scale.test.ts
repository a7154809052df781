import { describe, expect, it } from 'vitest';
import { createRandom } from '../../core/random.ts';
import { histogramBins, jitter, linearScale, roundDomain, roundTicks } from './scale.ts';

describe('roundTicks', () => {
  it('gives decimal numbers without rounding noise', () => {
    expect(roundTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(roundTicks(0.62, 0.83, 5)).toEqual([0.65, 0.7, 0.75, 0.8]);
    expect(roundTicks(-15, 15, 6)).toEqual([-15, -10, -5, 0, 5, 10, 15]);
  });

  it('gives one tick for an empty domain', () => {
    expect(roundTicks(3, 3, 5)).toEqual([3]);
  });
});

describe('roundDomain', () => {
  it('holds the values it was made for, at random', () => {
    const random = createRandom(1);
    for (let i = 0; i < 500; i++) {
      const a = random.normal() * 10 ** random.integer(5);
      const b = a + random.uniform() * 10 ** (random.integer(6) - 3) + 1e-6;
      const [low, high] = roundDomain(a, b, 5);
      const slack = (b - a) * 1e-6;
      expect(low).toBeLessThanOrEqual(a + slack);
      expect(high).toBeGreaterThanOrEqual(b - slack);
    }
  });
});

describe('histogramBins', () => {
  it('counts every finite value once and leaves out the others', () => {
    const random = createRandom(2);
    const values = Array.from({ length: 1000 }, (_, i) => (i % 10 === 0 ? NaN : random.normal() * 14 + 60));
    const bins = histogramBins(values, 30);
    expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(900);
    expect(bins.length).toBeLessThanOrEqual(30);
    for (const { low, high, count } of bins.slice(0, -1)) {
      expect(count).toBe(values.filter((value) => value >= low && value < high).length);
    }
  });

  it('puts a value on an edge into the bin above, and the highest value into the last bin', () => {
    const bins = histogramBins([0, 0.1, 0.2, 0.3, 0.4], 5);
    expect(bins.map(({ low, count }) => [low, count])).toEqual([
      [0, 1],
      [0.1, 1],
      [0.2, 1],
      [0.3, 2],
    ]);
  });

  it('gives no bin for no value and one for equal values', () => {
    expect(histogramBins([NaN], 10)).toEqual([]);
    expect(histogramBins([4, 4], 10)).toEqual([{ low: 3.5, high: 4.5, count: 2 }]);
  });
});

it('maps the ends of the domain to the ends of the pixels, and an empty domain to the middle', () => {
  const scale = linearScale([0, 1], [300, 20]);
  expect([scale.at(0), scale.at(1), scale.at(0.5)]).toEqual([300, 20, 160]);
  expect(linearScale([2, 2], [0, 10]).at(2)).toBe(5);
});

it('jitters inside half a band', () => {
  for (let i = 0; i < 200; i++) expect(Math.abs(jitter(i))).toBeLessThanOrEqual(0.5);
});
