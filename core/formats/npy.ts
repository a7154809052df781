/**
 * Reading and writing `.npy` arrays: numbers, booleans and strings in every byte order and memory order.
 * Object arrays are pickles and are refused by name; nothing in a file is ever executed.
 */
import { WorkbenchError } from '../errors.ts';
import { type NpyHeader, readNpyHeader } from './npy-header.ts';

/** Values as they are stored. Booleans become 0 and 1, 16-bit floats become 32-bit floats, both without loss. */
export type NumericValues =
  | Uint8Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

export type NpyValues =
  NumericValues | BigInt64Array<ArrayBuffer> | BigUint64Array<ArrayBuffer> | readonly string[];

export interface NpyArray {
  /** As it stands in the file, such as `<i8`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** In row-major order, whatever the order in the file. */
  readonly values: NpyValues;
}

/** True for a list of strings, which `Array.isArray` does not tell a compiler about read-only arrays. */
export function isStrings(values: NpyValues): values is readonly string[] {
  return Array.isArray(values);
}

const READERS = {
  b1: Uint8Array,
  u1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
  u8: BigUint64Array,
  i8: BigInt64Array,
  f2: Uint16Array,
  f4: Float32Array,
  f8: Float64Array,
} as const;

/** Copies `bytes` with the order of bytes inside each word reversed. */
function swapBytes(bytes: Uint8Array, wordBytes: number): Uint8Array<ArrayBuffer> {
  const swapped = new Uint8Array(bytes.length);
  for (let word = 0; word < bytes.length; word += wordBytes) {
    for (let i = 0; i < wordBytes; i++) swapped[word + i] = bytes[word + wordBytes - 1 - i] as number;
  }
  return swapped;
}

/** Elements in row-major order from elements in column-major (Fortran) order, as untyped words. */
function toRowMajor(bytes: Uint8Array, shape: readonly number[], itemBytes: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(bytes.length);
  const index = shape.map(() => 0);
  const strides: number[] = [];
  shape.reduce((stride, length) => (strides.push(stride), stride * length), itemBytes);
  let source = 0;
  for (let target = 0; target < bytes.length; target += itemBytes) {
    for (let i = 0; i < itemBytes; i++) result[target + i] = bytes[source + i] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] as number) + 1;
      source += strides[axis] as number;
      if (next < (shape[axis] as number)) {
        index[axis] = next;
        break;
      }
      index[axis] = 0;
      source -= (strides[axis] as number) * next;
    }
  }
  return result;
}

/** IEEE 754 half precision to single: exact. */
export function decodeHalf(half: Uint16Array): Float32Array<ArrayBuffer> {
  const result = new Float32Array(half.length);
  for (let i = 0; i < half.length; i++) {
    const bits = half[i] as number;
    const exponent = (bits >>> 10) & 31;
    const fraction = bits & 1023;
    let value: number;
    if (exponent === 0) value = fraction * 2 ** -24;
    else if (exponent === 31) value = fraction === 0 ? Infinity : NaN;
    else value = (1 + fraction / 1024) * 2 ** (exponent - 15);
    result[i] = (bits & 0x8000) === 0 ? value : -value;
  }
  return result;
}

/** Strings padded with NUL to a fixed width, as UTF-32 code points (`U`) or bytes read as Latin-1 (`S`). */
function decodeStrings(bytes: Uint8Array, header: NpyHeader): string[] {
  const { kind, itemBytes, elementCount } = header;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const strings: string[] = [];
  for (let item = 0; item < elementCount; item++) {
    let text = '';
    for (let offset = item * itemBytes; offset < (item + 1) * itemBytes; offset += kind === 'U' ? 4 : 1) {
      const code = kind === 'U' ? view.getUint32(offset, !header.isBigEndian) : view.getUint8(offset);
      if (code > 0x10ffff)
        throw new WorkbenchError('npy/damaged', `A string holds ${code}, which is no character.`);
      text += String.fromCodePoint(code);
    }
    strings.push(text.replace(/\0+$/, ''));
  }
  return strings;
}

/**
 * Reads one array.
 * Ownership: `values` may be a view of `bytes` and is not to be written to.
 * Errors: `npy/damaged`, `npy/unsupported-dtype`, `npy/object-array`. The claimed size is checked before memory is taken.
 */
export function readNpy(bytes: Uint8Array<ArrayBuffer>): NpyArray {
  const header = readNpyHeader(bytes);
  const { dtype, kind, itemBytes, shape } = header;
  if (kind === 'O') {
    throw new WorkbenchError(
      'npy/object-array',
      'This array holds pickled Python objects, which are never opened.',
      {
        hint: 'Save it again as numbers or text, for example with array.astype(int).',
      },
    );
  }
  const dataBytes = bytes.length - header.dataOffset;
  // Strings of width 0 take no bytes, so nothing else would bound how many there are.
  if (header.elementCount * itemBytes !== dataBytes || header.elementCount > Math.max(1, dataBytes)) {
    throw new WorkbenchError(
      'npy/damaged',
      `The array claims the shape (${shape.join(', ')}) of ${itemBytes}-byte elements but holds ${dataBytes} bytes.`,
      { context: { shape, itemBytes, dataBytes } },
    );
  }
  let data = bytes.subarray(header.dataOffset);
  if (header.isFortranOrder && shape.length > 1) data = toRowMajor(data, shape, itemBytes);
  if (kind === 'U' || kind === 'S') return { dtype, shape, values: decodeStrings(data, header) };
  if (header.isBigEndian && itemBytes > 1) data = swapBytes(data, itemBytes);
  if (data.byteOffset % itemBytes !== 0) data = data.slice();

  const Values = READERS[`${kind}${itemBytes}` as keyof typeof READERS];
  const values = new Values(data.buffer, data.byteOffset, header.elementCount);
  return {
    dtype,
    shape,
    values: kind === 'f' && itemBytes === 2 ? decodeHalf(values as Uint16Array) : values,
  };
}

/** The same numbers without 64-bit integers, for arithmetic. Integers beyond 2^53 are rounded. Errors: `npy/unsupported-dtype` for strings. */
export function toNumbers(array: NpyArray): NumericValues {
  const { values } = array;
  if (isStrings(values)) {
    throw new WorkbenchError('npy/unsupported-dtype', 'This array holds text where numbers are needed.', {
      context: { dtype: array.dtype },
    });
  }
  if (!(values instanceof BigInt64Array || values instanceof BigUint64Array)) return values;
  // By halves: a BigInt for every pixel would be a hundred times slower.
  const low = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  const high =
    values instanceof BigInt64Array
      ? new Int32Array(values.buffer, values.byteOffset, values.length * 2)
      : low;
  const numbers = new Float64Array(values.length);
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = (high[2 * i + 1] as number) * 4294967296 + (low[2 * i] as number);
  }
  return numbers;
}
