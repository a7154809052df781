/** Who shares a buffer, and where in it. */
import { describe, expect, it } from 'vitest';

import type { Life, Uses } from './lifetimes.ts';
import { shareRegions } from './regions.ts';

const life = (first: number, last: number, sizeBytes: number): Life => ({ name: '', first, last, sizeBytes });
const action = (
  inputs: readonly number[],
  results: readonly number[],
  scratch: readonly number[] = [],
): Uses => ({
  inputs,
  results,
  scratch,
});

describe('regions', () => {
  it('are shared by lives at different times', () => {
    const lives = [life(0, 1, 800), life(2, 3, 400), life(4, 5, 800)];
    expect(shareRegions(lives, [])).toEqual({ sizes: [800], regionOf: [0, 0, 0], offsetOf: [0, 0, 0] });
  });

  it('are divided among lives at the same time, each from a multiple of 256 bytes on', () => {
    const lives = [life(0, 0, 1024), life(1, 2, 300), life(1, 2, 200), life(2, 2, 256), life(2, 2, 4)];
    const { sizes, regionOf, offsetOf } = shareRegions(lives, []);
    expect(sizes).toEqual([1024, 4]);
    expect(regionOf).toEqual([0, 0, 0, 0, 1]);
    expect(offsetOf).toEqual([0, 0, 768, 512, 0]);
  });

  it('keep what an action writes from all else that it touches', () => {
    const lives = [life(0, 0, 4096), life(1, 3, 256), life(1, 3, 256), life(3, 3, 256), life(3, 3, 256)];
    const { regionOf } = shareRegions(lives, [action([], [0]), action([1, 2], [3], [4])]);
    expect(regionOf[1]).toBe(regionOf[2]);
    expect(new Set([regionOf[1], regionOf[3], regionOf[4]]).size).toBe(3);
  });

  it('are new where a stretch between two lives is too short', () => {
    const lives = [life(0, 0, 1024), life(1, 1, 512), life(1, 1, 511), life(1, 1, 260)];
    expect(shareRegions(lives, [])).toEqual({
      sizes: [1024, 260],
      regionOf: [0, 0, 0, 1],
      offsetOf: [0, 0, 512, 0],
    });
  });

  it('are none without lives', () => {
    expect(shareRegions([], [])).toEqual({ sizes: [], regionOf: [], offsetOf: [] });
  });
});
