/** Halves as kernels read them: without padding, element i in half i of 32-bit words, the low half first. */
import { toFloat16 } from '../../models/onnx/float16.ts';
import { ELEMENT_BYTES } from './buffers.ts';

/** Bytes of so many halves: whole words. */
export function halvesBytes(count: number): number {
  return Math.ceil(count / 2) * ELEMENT_BYTES;
}

/** The words of values rounded to the nearest halves, ties to even; a half too many at the end is 0. Cost: one pass, half the bytes. */
export function packHalves(values: Float32Array): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(halvesBytes(values.length) / ELEMENT_BYTES);
  // Little-endian, as every machine that a browser runs on.
  new Uint16Array(words.buffer).set(toFloat16(values));
  return words;
}
