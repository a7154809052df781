/** Reading the operands of pickle operations one after another, never past the end of the bytes. */
import { WorkbenchError } from '../errors.ts';

/** An integer of 8,192 bits is more than any checkpoint counts to; turning bytes into a bigint takes quadratic time. */
const MAX_LONG_BYTES = 1024;

/** The error of a pickle that is not whole. */
export function damagedPickle(problem: string, isTruncated = false): WorkbenchError {
  return new WorkbenchError('pickle/damaged', `The list of tensors in this file is broken: ${problem}.`, {
    context: { truncated: isTruncated },
  });
}

/** True for the error of a pickle whose bytes end too early. */
export function isTruncatedPickle(error: unknown): boolean {
  return (
    error instanceof WorkbenchError &&
    error.code === 'pickle/damaged' &&
    error.context?.['truncated'] === true
  );
}

export interface PickleCursor {
  offset(): number;
  skip(lengthBytes: number): void;
  u8(): number;
  u16(): number;
  u32(): number;
  /** Rounded beyond 2^53, which is far past the end of any file. */
  u64(): number;
  i32(): number;
  /** Big-endian, unlike everything else. */
  f64(): number;
  /** A signed integer of that many bytes; a bigint beyond 2^53. */
  long(lengthBytes: number): number | bigint;
  text(lengthBytes: number): string;
  /** Text up to a line feed. */
  line(): string;
}

/** A cursor that starts at `offset`. Errors of every reader: `pickle/damaged`. */
export function createPickleCursor(bytes: Uint8Array, offset: number): PickleCursor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let position = offset;

  function take(lengthBytes: number): number {
    if (lengthBytes > bytes.length - position) throw damagedPickle('it ends too early', true);
    const start = position;
    position += lengthBytes;
    return start;
  }
  function decode(start: number, end: number): string {
    try {
      return decoder.decode(bytes.subarray(start, end));
    } catch (cause) {
      throw new WorkbenchError('pickle/damaged', 'A name in this file is not UTF-8 text.', { cause });
    }
  }

  return {
    offset: () => position,
    skip: (lengthBytes) => void take(lengthBytes),
    u8: () => view.getUint8(take(1)),
    u16: () => view.getUint16(take(2), true),
    u32: () => view.getUint32(take(4), true),
    u64: () => Number(view.getBigUint64(take(8), true)),
    i32: () => view.getInt32(take(4), true),
    f64: () => view.getFloat64(take(8), false),
    long(lengthBytes) {
      if (lengthBytes > MAX_LONG_BYTES) throw damagedPickle(`an integer claims ${lengthBytes} bytes`);
      const start = take(lengthBytes);
      let value = 0n;
      for (let i = lengthBytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(view.getUint8(start + i));
      value = BigInt.asIntN(8 * lengthBytes, value);
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    },
    text(lengthBytes) {
      const start = take(lengthBytes);
      return decode(start, start + lengthBytes);
    },
    line() {
      const end = bytes.indexOf(0x0a, position);
      if (end < 0) throw damagedPickle('it ends too early', true);
      const text = decode(position, end);
      position = end + 1;
      return text;
    },
  };
}
