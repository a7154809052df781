/** The fast mask against the plain definition: resize every class, then compare. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { resizeBilinear } from './resize.ts';
import { upsampleArgmax } from './upsample-argmax.ts';

describe('upsampling to a mask', () => {
  it.each([
    [3, 16, 16, 64],
    [3, 7, 5, 20],
    [4, 8, 8, 8],
    [2, 9, 9, 5],
    [3, 1, 1, 4],
  ])('is the arg-max of %i classes of %i x %i resized to %i', (classCount, height, width, side) => {
    const random = createRandom(5, 'argmax-test');
    // A blob for each class besides noise, so that some regions are decided and some are not.
    const logits = Float32Array.from({ length: classCount * height * width }, (_, i) => {
      const [c, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
      return 4 * Math.cos(0.7 * y + 0.4 * x + 2 * c) + random.normal();
    });
    const planes = Array.from({ length: classCount }, (_, c) => {
      const plane = logits.subarray(c * height * width, (c + 1) * height * width);
      return resizeBilinear(plane, height, width, side, side);
    });
    const mask = upsampleArgmax(logits, classCount, height, width, side);
    const atBest = Float64Array.from(mask, (label, i) => planes[label]?.[i] as number);
    const best = atBest.map((_, i) => Math.max(...planes.map((plane) => plane[i] as number)));
    // Compared by value: the two orders of operations may disagree about a tie to the last bit.
    best.forEach((value, i) => expect(atBest[i]).toBeCloseTo(value, 12));
    expect(new Set(mask).size).toBeGreaterThan(height > 1 ? 1 : 0);
  });

  it('gives a tie to the lower class', () => {
    expect([...upsampleArgmax(Float32Array.of(1, 1, 1), 3, 1, 1, 1)]).toEqual([0]);
    expect([...upsampleArgmax(Float32Array.of(0, 1, 1), 3, 1, 1, 1)]).toEqual([1]);
  });

  it('refuses logits that are not finite', () => {
    expect(() => upsampleArgmax(Float32Array.of(0, NaN, 1), 3, 1, 1, 1)).toThrow(
      expect.objectContaining({ code: 'runtime/run-failed' }),
    );
  });
});
