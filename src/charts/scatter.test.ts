import { expect, it } from 'vitest';
import { nearestPoint, scatterScales, scatterTable, visiblePoints } from './scatter.ts';
import type { ScatterSeries } from './scatter.ts';

const pool: ScatterSeries = { role: 'pool', x: [0, 1, 1, 10, Number.NaN], y: [0, 1, 1, 10, 5] };
const target: ScatterSeries = { role: 'target', x: [1], y: [1] };
const scales = scatterScales([pool, target], { left: 0, right: 100, top: 0, bottom: 100 });

it('leaves out points that are not finite or hidden under one of their own series', () => {
  expect(visiblePoints(pool, scales)).toEqual([0, 1, 3]);
});

it('finds the nearest point in reach, the upper series first', () => {
  expect(nearestPoint([pool, target], scales, { x: 11, y: 89 }, 12)).toMatchObject({
    series: target,
    index: 0,
  });
  expect(nearestPoint([pool, target], scales, { x: 98, y: 3 }, 12)).toMatchObject({ series: pool, index: 3 });
  expect(nearestPoint([pool, target], scales, { x: 50, y: 50 }, 12)).toBeUndefined();
});

it('tells means and sample standard deviations of what is finite', () => {
  const [row, single] = scatterTable([pool, target], 'a', 'b').rows;
  expect(row).toMatchObject({ set: 'Pool', n: 5, x_mean: 3 });
  expect(row?.['x_sd']).toBeCloseTo(Math.sqrt((9 + 4 + 4 + 49) / 3), 12);
  expect(single).toMatchObject({ x_mean: 1, x_sd: null });
});
