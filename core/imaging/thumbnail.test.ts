/** Thumbnails: exact averages, and image and mask in the same place. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { makeThumbnail } from './thumbnail.ts';

describe('thumbnail', () => {
  it('averages the area that each pixel covers', () => {
    const image = Float64Array.of(0, 100, 20, 60, 200, 40, 0, 80, 10, 10, 20, 20, 10, 10, 20, 20);
    const { image: small } = makeThumbnail(image, new Uint8Array(16), 4, 4, 2);
    expect([...small]).toEqual([85, 40, 10, 20]);
  });

  it('weights pixels that it covers in part', () => {
    const { image } = makeThumbnail([0, 90, 180, 0, 90, 180, 0, 90, 180], new Uint8Array(9), 3, 3, 2);
    expect([...image]).toEqual([30, 150, 30, 150]);
  });

  it('keeps the mean brightness of an image that fills the square', () => {
    const random = createRandom(6, 'thumbnail-test');
    const image = Uint8Array.from({ length: 301 * 301 }, () => random.integer(256));
    const { image: small } = makeThumbnail(image, new Uint8Array(image.length), 301, 301, 96);
    const mean = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(small)).toBeCloseTo(mean(image), 0);
  });

  it('makes the same of bytes as of other numbers, at any ratio of sizes', () => {
    const random = createRandom(7, 'thumbnail-test');
    for (const [height, width] of [
      [664, 512],
      [100, 301],
      [97, 97],
      [5, 3],
      [30_000, 8],
    ] as const) {
      const image = Uint8Array.from({ length: height * width }, () => random.integer(256));
      const mask = new Uint8Array(image.length);
      const ofBytes = makeThumbnail(image, mask, height, width, 96).image;
      const ofNumbers = makeThumbnail(Float64Array.from(image), mask, height, width, 96).image;
      // The order of the sums differs, and with it which of two neighbours a half is rounded to.
      const differences = ofBytes.map((value, i) => Math.abs(value - (ofNumbers[i] as number)));
      expect(Math.max(...differences)).toBeLessThanOrEqual(1);
    }
  });

  it('sums whole columns of the brightest bytes without running over', () => {
    const { image } = makeThumbnail(
      new Uint8Array(40_000 * 4).fill(255),
      new Uint8Array(160_000),
      40_000,
      4,
      96,
    );
    expect([...image].filter((value) => value !== 0)).toEqual(Array.from({ length: 96 }, () => 255));
  });

  it('fits a tall image in the middle, image and mask in the same place', () => {
    const image = new Uint8Array(664 * 512).fill(200);
    const { image: small, mask } = makeThumbnail(image, new Uint8Array(664 * 512).fill(2), 664, 512, 96);
    for (let i = 0; i < small.length; i++) {
      const x = i % 96;
      const inside = x >= 11 && x < 85;
      expect([small[i], mask[i]]).toEqual(inside ? [200, 2] : [0, 0]);
    }
  });

  it('enlarges a small image and clips values outside 0..255', () => {
    const { image, mask } = makeThumbnail([-50, 999], Uint8Array.of(1, 2), 1, 2, 4);
    expect([...image.subarray(4, 12)]).toEqual([0, 0, 255, 255, 0, 0, 255, 255]);
    expect([...mask.subarray(4, 12)]).toEqual([1, 1, 2, 2, 1, 1, 2, 2]);
  });
});
