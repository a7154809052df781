/** Thinning keeps what matters of 20,000 points, smoothing has no bias at its start, axes change rarely. */
import { describe, expect, it } from 'vitest';
import { calmEnd, choose, indexAt, pointsOf, smooth, thin, unionOf } from './line-series.ts';

const count = 20_000;
const steps = Array.from({ length: count }, (_, i) => i + 1);
const many = pointsOf(
  steps,
  steps.map((step) => (step === 7_777 ? 50 : Math.sin(step))),
);

describe('pointsOf', () => {
  it('leaves out what is not a finite number, and nothing else', () => {
    const { x, y } = pointsOf([1, 2, 3, 4, 5], [0, null, Number.NaN, Infinity, -2]);
    expect([...x]).toEqual([1, 5]);
    expect([...y]).toEqual([0, -2]);
  });
});

describe('thin', () => {
  it('keeps ends, outlier and order of 20,000 points', () => {
    const { x, y } = thin(many, 300);
    expect(x.length).toBeLessThanOrEqual(600);
    expect(x.length).toBeGreaterThan(300);
    expect([x[0], x.at(-1)]).toEqual([1, count]);
    expect(Math.max(...y)).toBe(50);
    expect([...x]).toEqual([...new Set(x)].toSorted((a, b) => a - b));
    x.forEach((step, i) => expect(y[i]).toBe(many.y[step - 1]));
  });

  it('returns few points as they are', () => {
    const few = pointsOf([1, 2, 3], [3, 2, 1]);
    expect(thin(few, 2)).toBe(few);
  });
});

describe('smooth', () => {
  it('is the weighted mean of a point and those before it', () => {
    const { y } = smooth(pointsOf([1, 2, 3], [8, 2, 4]), 1);
    expect(y[0]).toBe(8);
    expect(y[1]).toBeCloseTo((0.5 * 8 + 2) / 1.5, 12);
    expect(y[2]).toBeCloseTo((0.25 * 8 + 0.5 * 2 + 4) / 1.75, 12);
  });
});

describe('indexAt, unionOf and choose', () => {
  it('find the last point at or before a place', () => {
    const points = pointsOf([2, 4, 6], [1, 1, 1]);
    expect([1, 2, 3, 6, 9].map((x) => indexAt(points, x))).toEqual([-1, 0, 0, 2, 2]);
  });

  it('unite the places of all series and choose evenly among too many', () => {
    const [a, b] = [pointsOf([1, 3], [0, 0]), pointsOf([2, 3], [0, 0])];
    expect([...unionOf([a, b])]).toEqual([1, 2, 3]);
    expect([...unionOf([])]).toEqual([]);
    const chosen = choose(many.x, 5);
    expect([...chosen]).toEqual([1, 5001, 10001, 15000, 20000]);
    expect(choose(a.x, 2)).toBe(a.x);
  });
});

describe('calmEnd', () => {
  it('grows by 1, 2 and 5, never past the known end and never below the values', () => {
    const ends = [1, 3, 5, 6, 49, 51, 200].map((value) => calmEnd(value, 180));
    expect(ends).toEqual([1, 5, 5, 10, 50, 100, 200]);
    expect(calmEnd(0, 4)).toBe(4);
  });
});
