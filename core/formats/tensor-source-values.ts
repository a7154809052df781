/** What all readers of tensors share: the stored number types, their values as f32, and the error of a missing tensor. */
import { WorkbenchError } from '../errors.ts';
import { decodeHalf } from './npy.ts';
import type { TensorDtype } from './tensor-source.ts';

/** Bytes of one element. */
export const ITEM_BYTES: Readonly<Record<TensorDtype, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint64: 8,
  uint32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1,
};

/** Elements of a shape; 1 for a scalar. */
export function countElements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** bfloat16 is the upper half of a float32: exact. */
function decodeBrainFloat(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = (bits[i] as number) << 16;
  return new Float32Array(words.buffer);
}

const DECODERS: Readonly<Record<TensorDtype, (buffer: ArrayBuffer) => Float32Array<ArrayBuffer>>> = {
  float64: (buffer) => new Float32Array(new Float64Array(buffer)),
  float32: (buffer) => new Float32Array(buffer),
  float16: (buffer) => decodeHalf(new Uint16Array(buffer)),
  bfloat16: (buffer) => decodeBrainFloat(new Uint16Array(buffer)),
  int64: (buffer) => Float32Array.from(new BigInt64Array(buffer), Number),
  uint64: (buffer) => Float32Array.from(new BigUint64Array(buffer), Number),
  int32: (buffer) => new Float32Array(new Int32Array(buffer)),
  uint32: (buffer) => new Float32Array(new Uint32Array(buffer)),
  int16: (buffer) => new Float32Array(new Int16Array(buffer)),
  uint16: (buffer) => new Float32Array(new Uint16Array(buffer)),
  int8: (buffer) => new Float32Array(new Int8Array(buffer)),
  uint8: (buffer) => new Float32Array(new Uint8Array(buffer)),
  bool: (buffer) => new Float32Array(new Uint8Array(buffer)),
};

/**
 * Little-endian values as f32: exact for the 16-bit and 8-bit types, rounded for float64 and large integers.
 * Ownership: takes `bytes`; float32 is returned as a view of their buffer where they fill it.
 */
export function toFloat32(bytes: Uint8Array<ArrayBuffer>, dtype: TensorDtype): Float32Array<ArrayBuffer> {
  const isWholeBuffer = bytes.length === bytes.buffer.byteLength;
  return DECODERS[dtype](isWholeBuffer ? bytes.buffer : bytes.slice().buffer);
}

/** The error of a tensor that a file does not have. */
export function missingTensor(name: string): WorkbenchError {
  return new WorkbenchError('checkpoint/missing-tensor', `The file has no tensor "${name}".`, {
    context: { tensor: name },
  });
}
