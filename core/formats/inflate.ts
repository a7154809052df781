/**
 * Inflate: raw deflate data of known size into one buffer. Ours, because it is faster on image data than the peers
 * that were measured, it never allocates more than it is told, and it can stop after a prefix.
 * Source: RFC 1951; the layout of tables and the refill of the bit buffer follow libdeflate's decompressor.
 */
import {
  buildTable,
  damaged,
  DISTANCE_BITS,
  DISTANCE_SYMBOLS,
  KIND_BASE,
  KIND_END,
  KIND_SUBTABLE,
  LENGTH_CODE_BITS,
  LENGTH_CODE_SYMBOLS,
  LITERAL_BITS,
  LITERAL_SYMBOLS,
  SUBTABLE_ROOM,
} from './huffman-table.ts';
import { type Allocate, allocateFresh } from './scratch.ts';

const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const literalTable = new Int32Array((1 << LITERAL_BITS) + SUBTABLE_ROOM);
const distanceTable = new Int32Array((1 << DISTANCE_BITS) + SUBTABLE_ROOM);
const lengthCodeTable = new Int32Array(1 << LENGTH_CODE_BITS);
const codeLengths = new Uint8Array(320);

/** Bytes that may be read behind the data and written behind the output, so that the inner loop needs no end cases. */
const INPUT_SLACK = 32;
const OUTPUT_SLACK = 272;

/**
 * A stream on its way. The functions that work on it stand outside of `inflate`: the engine drops the compiled code of a
 * function that no one holds, and would compile it again after nearly every collection of garbage.
 */
interface Stream {
  readonly bytes: Uint8Array;
  readonly input: DataView;
  /** Where the stream ends in `bytes`. */
  readonly end: number;
  readonly output: Uint8Array;
  readonly outputView: DataView;
  readonly sizeBytes: number;
  readonly isWhole: boolean;
  /** The next `bits` bits of the stream, lowest first; bits above them are equal to what will be read. */
  buffer: number;
  bits: number;
  inOffset: number;
  outOffset: number;
}

/** Takes up to 16 bits. */
function take(stream: Stream, count: number): number {
  if (stream.bits < count) {
    if (stream.inOffset > stream.end) throw damaged('it ends too early');
    stream.buffer |= stream.input.getInt32(stream.inOffset, true) << stream.bits;
    stream.inOffset += (31 - stream.bits) >> 3;
    stream.bits |= 24;
  }
  const value = stream.buffer & ((1 << count) - 1);
  stream.buffer >>>= count;
  stream.bits -= count;
  return value;
}

function copyStored(stream: Stream): void {
  // Whole bytes still in the buffer go back to the input.
  stream.inOffset -= stream.bits >> 3;
  stream.buffer = 0;
  stream.bits = 0;
  if (stream.inOffset + 4 > stream.end) throw damaged('it ends too early');
  const length = stream.input.getUint16(stream.inOffset, true);
  if ((length ^ stream.input.getUint16(stream.inOffset + 2, true)) !== 0xffff)
    throw damaged('a stored block has a wrong length');
  stream.inOffset += 4;
  if (stream.inOffset + length > stream.end) throw damaged('it ends too early');
  if (stream.isWhole && stream.outOffset + length > stream.sizeBytes)
    throw damaged('it holds more than was said');
  const room = Math.min(length, stream.sizeBytes - stream.outOffset);
  stream.output.set(stream.bytes.subarray(stream.inOffset, stream.inOffset + room), stream.outOffset);
  stream.inOffset += length;
  stream.outOffset += room;
}

function readTables(stream: Stream): void {
  const literalCount = take(stream, 5) + 257;
  const distanceCount = take(stream, 5) + 1;
  const lengthCodeCount = take(stream, 4) + 4;
  if (literalCount > 286 || distanceCount > 30) throw damaged('a block has too many codes');
  codeLengths.fill(0, 0, 19);
  for (let i = 0; i < lengthCodeCount; i++) codeLengths[LENGTH_ORDER[i] as number] = take(stream, 3);
  buildTable(lengthCodeTable, LENGTH_CODE_BITS, codeLengths.subarray(0, 19), LENGTH_CODE_SYMBOLS, false);
  const total = literalCount + distanceCount;
  for (let i = 0; i < total;) {
    // Peeking seven bits may look past the end of the last block; `take` counts what is really used.
    if (stream.bits < LENGTH_CODE_BITS) {
      if (stream.inOffset > stream.end) throw damaged('it ends too early');
      stream.buffer |= stream.input.getInt32(stream.inOffset, true) << stream.bits;
      stream.inOffset += (31 - stream.bits) >> 3;
      stream.bits |= 24;
    }
    const entry = lengthCodeTable[stream.buffer & 127] as number;
    stream.buffer >>>= entry;
    stream.bits -= entry & 31;
    const symbol = (entry >>> 12) & 31;
    if (symbol < 16) {
      codeLengths[i++] = symbol;
      continue;
    }
    if (symbol === 16 && i === 0) throw damaged('a code length repeats nothing');
    const value = symbol === 16 ? (codeLengths[i - 1] as number) : 0;
    const repeat =
      symbol === 16 ? 3 + take(stream, 2) : symbol === 17 ? 3 + take(stream, 3) : 11 + take(stream, 7);
    if (i + repeat > total) throw damaged('there are too many code lengths');
    codeLengths.fill(value, i, i + repeat);
    i += repeat;
  }
  if (codeLengths[256] === 0) throw damaged('a block cannot end');
  const distances = codeLengths.slice(literalCount, total);
  buildTable(literalTable, LITERAL_BITS, codeLengths.subarray(0, literalCount), LITERAL_SYMBOLS, true);
  buildTable(distanceTable, DISTANCE_BITS, distances, DISTANCE_SYMBOLS, true);
}

function inflateBlock(stream: Stream): void {
  const literals = literalTable;
  const distances = distanceTable;
  const view = stream.input;
  const out = stream.output;
  const outView = stream.outputView;
  const { sizeBytes, isWhole } = stream;
  const inLimit = stream.end + 4;
  let buf = stream.buffer;
  let n = stream.bits;
  let p = stream.inOffset;
  let o = stream.outOffset;
  for (;;) {
    if (o > sizeBytes) {
      if (isWhole) throw damaged('it holds more than was said');
      break;
    }
    if (p > inLimit) throw damaged('it ends too early');
    buf |= view.getInt32(p, true) << n;
    p += (31 - n) >> 3;
    n |= 24;
    let entry = literals[buf & ((1 << LITERAL_BITS) - 1)] as number;
    if (entry >= 0) {
      buf = (buf >>> entry) | 0;
      n -= entry & 31;
      out[o++] = entry >>> 8;
      entry = literals[buf & ((1 << LITERAL_BITS) - 1)] as number;
      if (entry >= 0) {
        buf = (buf >>> entry) | 0;
        n -= entry & 31;
        out[o++] = entry >>> 8;
        // Codes are short on average, so that a third lookup mostly finds its bits.
        if (n < LITERAL_BITS) continue;
        entry = literals[buf & ((1 << LITERAL_BITS) - 1)] as number;
        if (entry >= 0) {
          buf = (buf >>> entry) | 0;
          n -= entry & 31;
          out[o++] = entry >>> 8;
          continue;
        }
      }
      buf |= view.getInt32(p, true) << n;
      p += (31 - n) >> 3;
      n |= 24;
    }
    buf = (buf >>> entry) | 0;
    n -= entry & 31;
    let kind = (entry >>> 9) & 7;
    if (kind === KIND_SUBTABLE) {
      const extra = (entry >>> 5) & 15;
      entry = literals[((entry >>> 12) & 0x7ffff) + (buf & ((1 << extra) - 1))] as number;
      buf = (buf >>> entry) | 0;
      n -= entry & 31;
      if (entry >= 0) {
        out[o++] = entry >>> 8;
        continue;
      }
      kind = (entry >>> 9) & 7;
    }
    if (kind !== KIND_BASE) {
      if (kind === KIND_END) break;
      throw damaged('a code is not in its table');
    }
    let extra = (entry >>> 5) & 15;
    const length = ((entry >>> 12) & 0x7ffff) + (buf & ((1 << extra) - 1));
    buf = (buf >>> extra) | 0;
    n -= extra;
    buf |= view.getInt32(p, true) << n;
    p += (31 - n) >> 3;
    n |= 24;
    entry = distances[buf & ((1 << DISTANCE_BITS) - 1)] as number;
    buf = (buf >>> entry) | 0;
    n -= entry & 31;
    kind = (entry >>> 9) & 7;
    if (kind !== KIND_BASE) {
      if (kind !== KIND_SUBTABLE) throw damaged('a code is not in its table');
      extra = (entry >>> 5) & 15;
      entry = distances[((entry >>> 12) & 0x7ffff) + (buf & ((1 << extra) - 1))] as number;
      buf = (buf >>> entry) | 0;
      n -= entry & 31;
      if (((entry >>> 9) & 7) !== KIND_BASE) throw damaged('a code is not in its table');
    }
    extra = (entry >>> 5) & 15;
    // 15 bits of code and 13 of extra do not fit in what one refill guarantees.
    if (n < extra) {
      buf |= view.getInt32(p, true) << n;
      p += (31 - n) >> 3;
      n |= 24;
    }
    const distance = ((entry >>> 12) & 0x7ffff) + (buf & ((1 << extra) - 1));
    buf = (buf >>> extra) | 0;
    n -= extra;
    if (distance > o) throw damaged('a copy starts before the data');
    if (length <= 4 && distance >= 4) {
      // Nearly all copies in noisy images; a byte too many is written over by what follows.
      outView.setInt32(o, outView.getInt32(o - distance, true), true);
    } else if (distance === 1) {
      if (length < 24) for (let i = 0, v = out[o - 1] as number; i < length; i++) out[o + i] = v;
      else out.fill(out[o - 1] as number, o, o + length);
    } else if (distance >= length && length > 48) {
      out.copyWithin(o, o - distance, o - distance + length);
    } else {
      for (let i = o, from = o - distance, stop = o + length; i < stop;) out[i++] = out[from++] as number;
    }
    o += length;
  }
  stream.buffer = buf;
  stream.bits = n;
  stream.inOffset = p;
  stream.outOffset = o;
}

/**
 * The first `sizeBytes` bytes of the raw deflate stream in `bytes[start, end)`.
 * With `isWhole`, the stream must end there exactly; without, what follows is not looked at.
 * Errors: `zip/damaged` for a broken stream and for one that is longer or shorter than said.
 * Cost: allocates `sizeBytes` and a constant, from `allocate`.
 */
export function inflate(
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  end: number,
  sizeBytes: number,
  isWhole = true,
  allocate: Allocate = allocateFresh,
): Uint8Array<ArrayBuffer> {
  if (bytes.length < end + INPUT_SLACK) {
    const padded = new Uint8Array(end - start + INPUT_SLACK);
    padded.set(bytes.subarray(start, end));
    return inflate(padded, 0, end - start, sizeBytes, isWhole, allocate);
  }
  const output = allocate(sizeBytes + OUTPUT_SLACK);
  const stream: Stream = {
    bytes,
    input: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    end,
    output,
    outputView: new DataView(output.buffer, output.byteOffset, output.length),
    sizeBytes,
    isWhole,
    buffer: 0,
    bits: 0,
    inOffset: start,
    outOffset: 0,
  };
  const isEnough = () => !isWhole && stream.outOffset >= sizeBytes;
  for (let isLast = false; !isLast && !isEnough();) {
    isLast = take(stream, 1) === 1;
    const kind = take(stream, 2);
    if (kind === 0) copyStored(stream);
    else if (kind === 3) throw damaged('a block has an unknown kind');
    else {
      if (kind === 2) readTables(stream);
      else buildFixedTables();
      inflateBlock(stream);
    }
  }
  const lastByte = stream.inOffset - (stream.bits >> 3);
  if (lastByte > end) throw damaged('it ends too early');
  if (isWhole && lastByte < end) throw damaged('something follows its end');
  if (isWhole ? stream.outOffset !== sizeBytes : stream.outOffset < sizeBytes) {
    throw damaged('it holds another amount than was said');
  }
  return output.subarray(0, sizeBytes);
}

function buildFixedTables(): void {
  const lengths = new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280);
  buildTable(literalTable, LITERAL_BITS, lengths, LITERAL_SYMBOLS, false);
  buildTable(distanceTable, DISTANCE_BITS, new Uint8Array(32).fill(5), DISTANCE_SYMBOLS, false);
}
