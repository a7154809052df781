/** Writing `.npy` arrays that NumPy reads: format 1.0, little-endian, C order, data aligned to 64 bytes. */
import { invariant } from '../errors.ts';
import { isStrings, type NpyValues } from './npy.ts';

/** An array to be written. The dtype follows from the kind of typed array; strings become `<U`. */
export interface WritableArray {
  /** Empty for a single value. */
  readonly shape: readonly number[];
  readonly values: NpyValues;
}

function dtypeOf(values: NpyValues): string {
  if (isStrings(values)) {
    return `<U${Math.max(1, ...values.map((text) => Array.from(text).length))}`;
  }
  if (values instanceof Uint8Array) return '|u1';
  if (values instanceof Int8Array) return '|i1';
  if (values instanceof Uint16Array) return '<u2';
  if (values instanceof Int16Array) return '<i2';
  if (values instanceof Uint32Array) return '<u4';
  if (values instanceof Int32Array) return '<i4';
  if (values instanceof BigUint64Array) return '<u8';
  if (values instanceof BigInt64Array) return '<i8';
  if (values instanceof Float32Array) return '<f4';
  return '<f8';
}

/** Text as UTF-32, each padded with NUL to `width` characters. */
function encodeStrings(strings: readonly string[], width: number): Uint8Array {
  const codes = new Uint32Array(strings.length * width);
  strings.forEach((text, item) => {
    Array.from(text).forEach((character, i) => {
      codes[item * width + i] = character.codePointAt(0) ?? 0;
    });
  });
  return new Uint8Array(codes.buffer);
}

/** The bytes of a `.npy` file. */
export function writeNpy({ shape, values }: WritableArray): Uint8Array<ArrayBuffer> {
  const elementCount = shape.reduce((product, length) => product * length, 1);
  invariant(
    elementCount === values.length,
    `the shape (${shape.join(', ')}) does not fit ${values.length} values`,
  );
  const dtype = dtypeOf(values);
  const shapeText = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dictionary = `{'descr': '${dtype}', 'fortran_order': False, 'shape': ${shapeText}, }`;
  const dataOffset = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const header = `\u0093NUMPY\u0001\0\0\0${dictionary.padEnd(dataOffset - 11)}\n`;

  const data = isStrings(values)
    ? encodeStrings(values, Number(dtype.slice(2)))
    : new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const bytes = new Uint8Array(dataOffset + data.length);
  for (let i = 0; i < dataOffset; i++) bytes[i] = header.charCodeAt(i);
  new DataView(bytes.buffer).setUint16(8, dataOffset - 10, true);
  bytes.set(data, dataOffset);
  return bytes;
}
