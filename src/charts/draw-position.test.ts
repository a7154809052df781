import { expect, it } from 'vitest';
import { locateInDraws } from './draw-position.ts';

it('gives mean, sample standard deviation, z and mid-rank percentile', () => {
  expect(locateInDraws(4, [2, 4, 6, 8])).toEqual({
    drawCount: 4,
    mean: 5,
    sd: Math.sqrt(20 / 3),
    z: -1 / Math.sqrt(20 / 3),
    belowCount: 1,
    equalCount: 1,
    percentileFrac: 0.375,
  });
});

it('has no z for one draw or for equal draws', () => {
  expect(locateInDraws(4, [2])).toMatchObject({ sd: null, z: null });
  expect(locateInDraws(4, [2, 2])).toMatchObject({ sd: 0, z: null });
});

it('leaves out draws that are not finite, and is undefined without any', () => {
  expect(locateInDraws(1, [NaN, 2])?.drawCount).toBe(1);
  expect(locateInDraws(1, [NaN])).toBeUndefined();
  expect(locateInDraws(NaN, [1, 2])).toBeUndefined();
});
