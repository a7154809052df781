/** Bytes looked at four at a time, for passes over whole images that have nothing to do for most of them. */
import type { NumericValues } from './npy.ts';

/**
 * The whole 32-bit words of an array of bytes, a view of the same memory.
 * Empty where elements are wider or the array does not begin at a multiple of four.
 */
export function wordsOf(values: NumericValues | Uint8Array): Int32Array {
  const isAligned = values.BYTES_PER_ELEMENT === 1 && values.byteOffset % 4 === 0;
  return new Int32Array(values.buffer, isAligned ? values.byteOffset : 0, isAligned ? values.length >> 2 : 0);
}
