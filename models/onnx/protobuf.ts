/**
 * The wire format of Protocol Buffers, as much of it as ONNX needs: a writer that copies large data once, and a reader
 * that trusts no length. Source: protobuf.dev, "Encoding".
 */
import { WorkbenchError } from '../../core/errors.ts';

/** A message as pieces in order; joined once at the very end, so that weights are not copied level by level. */
export type Chunks = readonly Uint8Array[];

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

function varint(value: number | bigint): Uint8Array {
  const out: number[] = [];
  // Negative int64 values are ten bytes of two's complement.
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    out.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(out);
}

function key(field: number, wireType: number): Uint8Array {
  return varint(field * 8 + wireType);
}

/** An int32, int64 or enum field. */
export function intField(field: number, value: number | bigint): Chunks {
  return [key(field, VARINT), varint(value)];
}

/** A float field: four bytes, little-endian, as every machine of ours. */
export function floatField(field: number, value: number): Chunks {
  return [key(field, FIXED32), new Uint8Array(Float32Array.of(value).buffer)];
}

/** A bytes field. Borrows `bytes` until the message is joined. */
export function bytesField(field: number, bytes: Uint8Array): Chunks {
  return [key(field, BYTES), varint(bytes.length), bytes];
}

export function stringField(field: number, text: string): Chunks {
  return bytesField(field, new TextEncoder().encode(text));
}

/** A message inside a message. */
export function messageField(field: number, message: Chunks): Chunks {
  const length = message.reduce((sum, chunk) => sum + chunk.length, 0);
  return [key(field, BYTES), varint(length), ...message];
}

/** The bytes of a message. */
export function joinChunks(message: Chunks): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(message.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of message) {
    out.set(chunk, offset);
    offset += chunk.length;
  }
  return out;
}

/** One field of a message: a number for varints, the bytes for everything else (fixed values are 4 or 8 bytes). */
export type Field =
  | { readonly field: number; readonly kind: 'int'; readonly value: number }
  | { readonly field: number; readonly kind: 'bytes'; readonly bytes: Uint8Array };

function damaged(message: string, offset: number): WorkbenchError {
  return new WorkbenchError('onnx/damaged', `The file is not a readable ONNX model: ${message}.`, {
    context: { offset },
  });
}

/**
 * The fields of a message, in file order. Bytes are views, not copies.
 * Errors: `onnx/damaged` for a length that runs past the end, an endless varint or a wire type that ONNX does not use.
 */
export function* readFields(bytes: Uint8Array): Generator<Field> {
  let offset = 0;
  const readVarint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[offset++];
      if (byte === undefined) throw damaged('it ends inside a number', bytes.length);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw damaged('a number is longer than ten bytes', offset);
  };
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - offset) throw damaged('a length runs past the end', offset);
    const view = bytes.subarray(offset, offset + length);
    offset += length;
    return view;
  };

  while (offset < bytes.length) {
    const tag = Number(readVarint());
    const field = Math.floor(tag / 8);
    if (field === 0 || field > 0x1fffffff) throw damaged('a field has an impossible number', offset);
    switch (tag % 8) {
      case VARINT:
        yield { field, kind: 'int', value: Number(BigInt.asIntN(64, readVarint())) };
        break;
      case FIXED64:
        yield { field, kind: 'bytes', bytes: take(8) };
        break;
      case BYTES:
        yield { field, kind: 'bytes', bytes: take(Number(readVarint())) };
        break;
      case FIXED32:
        yield { field, kind: 'bytes', bytes: take(4) };
        break;
      default:
        throw damaged(`it uses wire type ${tag % 8}`, offset);
    }
  }
}

/** The text of a bytes field. Errors: `onnx/damaged` when it is not UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new WorkbenchError('onnx/damaged', 'The file is not a readable ONNX model: a name is not text.', {
      cause,
    });
  }
}

/** The numbers of a repeated integer field, which writers may pack or not. */
export function readPackedInts(field: Field): number[] {
  if (field.kind === 'int') return [field.value];
  const values: number[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of field.bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte < 0x80) {
      values.push(Number(BigInt.asIntN(64, value)));
      value = 0n;
      shift = 0n;
    } else if (shift > 63n) {
      throw damaged('a number is longer than ten bytes', 0);
    }
  }
  if (shift !== 0n) throw damaged('it ends inside a number', 0);
  return values;
}
