/** Properties of the zoom; agreement with SciPy is checked in `preprocess.golden.test.ts`. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { describeDifference } from '../testing.ts';
import { hasZeroEdge, zoomCubic, zoomNearest } from './zoom.ts';

function noise(length: number): Float64Array {
  const random = createRandom(3, 'zoom-test');
  return Float64Array.from({ length }, () => random.normal());
}

describe('cubic zoom', () => {
  it('passes through the input at equal size and does not change its argument', () => {
    const image = noise(13 * 9);
    const before = image.slice();
    expect(describeDifference(zoomCubic(image, 13, 9, 13, 9, 'clamped'), image, { abs: 1e-12, rel: 0 })).toBe(
      undefined,
    );
    expect(image).toEqual(before);
  });

  it('meets the corners at any size', () => {
    const image = noise(13 * 9);
    const zoomed = zoomCubic(image, 13, 9, 31, 4, 'clamped');
    const corners = [zoomed[0], zoomed[3], zoomed[30 * 4], zoomed[31 * 4 - 1]];
    const expected = [image[0], image[8], image[12 * 9], image[13 * 9 - 1]];
    corners.forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 12));
  });

  it('reproduces a ramp between the corners, away from the mirrored edges', () => {
    const ramp = Float64Array.from({ length: 40 }, (_, i) => 3 * i + 1);
    const zoomed = zoomCubic(ramp, 1, 40, 1, 79, 'clamped');
    for (let i = 30; i < 50; i++) expect(zoomed[i]).toBeCloseTo(1.5 * i + 1, 6);
  });

  it('zeroes the last row and column of 512 to 224 as published, and not when clamped', () => {
    expect(hasZeroEdge(512, 224)).toBe(true);
    const image = new Float64Array(512 * 512).fill(0.5);
    const published = zoomCubic(image, 512, 512, 224, 224, 'published');
    const clamped = zoomCubic(image, 512, 512, 224, 224, 'clamped');
    expect(published[224 * 224 - 1]).toBe(0);
    expect(published[223]).toBe(0);
    expect(published[222]).toBeCloseTo(0.5, 12);
    expect(clamped.every((value) => Math.abs(value - 0.5) < 1e-12)).toBe(true);
  });

  it('handles an axis of one pixel on either side', () => {
    for (const value of zoomCubic([4], 1, 1, 2, 3, 'clamped')) expect(value).toBeCloseTo(4, 12);
    expect(zoomCubic([1, 2, 5], 1, 3, 1, 1, 'clamped')[0]).toBeCloseTo(1, 12);
  });
});

describe('nearest zoom', () => {
  it('rounds a half up and keeps only labels that were there', () => {
    expect([...zoomNearest(Uint8Array.of(0, 1, 2), 1, 3, 1, 5, 'clamped')]).toEqual([0, 1, 1, 2, 2]);
  });

  it('zeroes the edge as published', () => {
    const mask = new Uint8Array(512).fill(2);
    expect(zoomNearest(mask, 1, 512, 1, 224, 'published')[223]).toBe(0);
    expect(zoomNearest(mask, 1, 512, 1, 224, 'clamped')[223]).toBe(2);
  });
});
