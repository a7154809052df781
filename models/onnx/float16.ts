/** Half precision (IEEE 754 binary16): 1 sign bit, 5 bits of exponent, 10 of fraction. */

/** Largest finite value. */
export const FLOAT16_MAX = 65_504;

/** From here on f32 rounds to infinity: halfway between the largest finite half and the next that would be. */
const OVERFLOW_BITS = 0x477ff000;
/** 2^-14 as f32 bits: below it halves are subnormal. */
const NORMAL_BITS = 0x38800000;
/** 0.5 as f32 bits: a subnormal half x is the low bits of 0.5 + x, for their last place is 2^-24 in both. */
const HALF_BITS = 0x3f000000;

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/**
 * The bits of the nearest halves, ties to even. Too large values become infinity; infinities and NaN stay what they are.
 * Cost: one pass, half the bytes of `values`.
 */
export function toFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const all = bits[i] as number;
    const sign = (all >>> 16) & 0x8000;
    const magnitude = all & 0x7fffffff;
    let half: number;
    if (magnitude >= OVERFLOW_BITS) {
      half = magnitude > 0x7f800000 ? 0x7e00 : 0x7c00;
    } else if (magnitude >= NORMAL_BITS) {
      // The exponent's bias goes from 127 to 15; half a last place, less one for an even result, makes ties go to even.
      half = (magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13;
    } else {
      // Adding 0.5 lets the machine round to even at the right place.
      scratchBits[0] = magnitude;
      scratch[0] = (scratch[0] as number) + 0.5;
      half = scratchBits[0] - HALF_BITS;
    }
    out[i] = sign | half;
  }
  return out;
}
