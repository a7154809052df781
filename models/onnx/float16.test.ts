/** Rounding to half precision, against the definition: of all halves the nearest, of two equally near the even one. */
import { describe, expect, it } from 'vitest';

import { createRandom } from '../../core/random.ts';
import { FLOAT16_MAX, toFloat16 } from './float16.ts';

/** The value of a finite half's bits, by the definition of the format. */
function valueOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** Bits of the nearest half, by search over all positive ones. */
function nearest(value: number): number {
  const magnitude = Math.abs(value);
  let [low, high] = [0, 0x7bff];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (valueOf(middle) < magnitude) low = middle + 1;
    else high = middle;
  }
  const [below, above] = [Math.max(low - 1, 0), low];
  const gap = magnitude - valueOf(below) - (valueOf(above) - magnitude);
  const chosen = gap < 0 || (gap === 0 && below % 2 === 0) ? below : above;
  return chosen | (value < 0 || Object.is(value, -0) ? 0x8000 : 0);
}

describe('half precision', () => {
  it('leaves every half as it is', () => {
    const bits = Array.from({ length: 0x7c00 }, (_, i) => [i, i | 0x8000]).flat();
    expect(Array.from(toFloat16(Float32Array.from(bits, valueOf)))).toEqual(bits);
  });

  it('takes the even neighbour at every midpoint, and the nearer one beside it', () => {
    const lower = Array.from({ length: 0x7bff }, (_, i) => i);
    const middles = lower.map((i) => (valueOf(i) + valueOf(i + 1)) / 2);
    const round = (factor: number) =>
      Array.from(toFloat16(Float32Array.from(middles, (middle) => middle * factor)));
    expect(round(1 - 2 ** -22)).toEqual(lower);
    expect(round(1)).toEqual(lower.map((i) => (i % 2 === 0 ? i : i + 1)));
    expect(round(1 + 2 ** -22)).toEqual(lower.map((i) => i + 1));
  });

  it('rounds random values of every size to the nearest', () => {
    const random = createRandom(7, 'float16');
    const values = Float32Array.from(
      { length: 20_000 },
      () => (random.uniform() - 0.5) * 2 ** (40 * random.uniform() - 24),
    ).filter((value) => Math.abs(value) <= FLOAT16_MAX);
    expect(Array.from(toFloat16(values))).toEqual(Array.from(values, nearest));
  });

  it('overflows to infinity from halfway above the largest, and keeps what is not finite', () => {
    const { MAX_VALUE } = Number;
    expect(
      Array.from(
        toFloat16(Float32Array.of(65_519.99, 65_520, -65_520, MAX_VALUE, -Infinity, Number.NaN, -0, 1e-30)),
      ),
    ).toEqual([0x7bff, 0x7c00, 0xfc00, 0x7c00, 0xfc00, 0x7e00, 0x8000, 0]);
  });
});
