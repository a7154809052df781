/**
 * Reading PNG images exactly: grey, palette and colour samples of 1 to 16 bits as they are stored, with no colour
 * management and no scaling, because a mask's values are labels. Interlaced files are refused.
 * Source: PNG specification, third edition, W3C 2025.
 */
import { WorkbenchError } from '../errors.ts';
import { crc32 } from './crc32.ts';
import { inflate } from './inflate.ts';

export interface PngImage {
  readonly height: number;
  readonly width: number;
  /** Samples of a pixel: 1 grey or an index, 2 grey and alpha, 3 colour, 4 colour and alpha. */
  readonly channels: 1 | 2 | 3 | 4;
  /** [height, width, channels], as stored. */
  readonly samples: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;
  /** Red, green and blue of every index, where the samples are indices. */
  readonly palette?: Uint8Array<ArrayBuffer>;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** 8192 x 8192: far above any fundus image, and 512 MiB at the worst sample size. */
const MAX_PIXELS = 2 ** 26;
const PALETTE_TYPE = 3;
const CHANNELS_OF_TYPE: Readonly<Record<number, 1 | 2 | 3 | 4>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const DEPTHS_OF_TYPE: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

function damaged(problem: string): WorkbenchError {
  return new WorkbenchError('png/damaged', `This is not a whole PNG image: ${problem}.`);
}

/** The chunks that matter, each checked against its checksum. */
function readChunks(bytes: Uint8Array<ArrayBuffer>) {
  if (SIGNATURE.some((byte, i) => bytes[i] !== byte))
    throw damaged('it does not start with the PNG signature');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let header: DataView | undefined;
  let palette: Uint8Array<ArrayBuffer> | undefined;
  const data: Uint8Array[] = [];
  for (let offset = 8; ;) {
    if (offset + 12 > bytes.length) throw damaged('it ends too early');
    const length = view.getUint32(offset);
    const end = offset + 8 + length;
    if (end + 4 > bytes.length) throw damaged('it ends too early');
    const type = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
    if (crc32(bytes.subarray(offset + 4, end)) !== view.getUint32(end)) throw damaged('a checksum is wrong');
    const content = bytes.subarray(offset + 8, end);
    if (type === 'IHDR' && length === 13) header = new DataView(bytes.buffer, content.byteOffset, length);
    else if (type === 'PLTE') palette = content;
    else if (type === 'IDAT') data.push(content);
    else if (type === 'IEND') break;
    offset = end + 4;
  }
  if (header === undefined) throw damaged('it has no header');
  return { header, palette, data };
}

function joinChunks(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    joined.set(chunk, offset);
    offset += chunk.length;
  }
  return joined;
}

function inflateRows(stream: Uint8Array<ArrayBuffer>, sizeBytes: number): Uint8Array<ArrayBuffer> {
  // Two bytes of zlib header in front, four of its checksum behind: the chunks' own checksums cover both.
  if (stream.length < 6 || ((stream[0] as number) & 15) !== 8) throw damaged('its pixels are not deflated');
  try {
    return inflate(stream, 2, stream.length - 4, sizeBytes);
  } catch (cause) {
    throw new WorkbenchError('png/damaged', 'This is not a whole PNG image: its pixels are damaged.', {
      cause,
    });
  }
}

function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

/** Undoes the filter of each row, in place. `rows` [height, 1 + rowBytes] with the filter's number first. */
function unfilter(rows: Uint8Array, height: number, rowBytes: number, pixelBytes: number): void {
  const stride = rowBytes + 1;
  for (let y = 0; y < height; y++) {
    const start = y * stride + 1;
    const filter = rows[start - 1] as number;
    if (filter > 4) throw damaged('a row has an unknown filter');
    if (filter === 0) continue;
    for (let x = 0; x < rowBytes; x++) {
      const left = x >= pixelBytes ? (rows[start + x - pixelBytes] as number) : 0;
      const above = y > 0 ? (rows[start + x - stride] as number) : 0;
      const corner = x >= pixelBytes && y > 0 ? (rows[start + x - stride - pixelBytes] as number) : 0;
      const added =
        filter === 1
          ? left
          : filter === 2
            ? above
            : filter === 3
              ? (left + above) >> 1
              : paeth(left, above, corner);
      rows[start + x] = (rows[start + x] as number) + added;
    }
  }
}

/** Samples from unfiltered rows, highest bits first. */
function unpackSamples(
  rows: Uint8Array,
  height: number,
  rowSamples: number,
  rowBytes: number,
  depth: number,
) {
  const samples = depth === 16 ? new Uint16Array(height * rowSamples) : new Uint8Array(height * rowSamples);
  for (let y = 0; y < height; y++) {
    const start = y * (rowBytes + 1) + 1;
    for (let i = 0; i < rowSamples; i++) {
      const bit = i * depth;
      const byte = rows[start + (bit >> 3)] as number;
      samples[y * rowSamples + i] =
        depth === 16
          ? (byte << 8) | (rows[start + (bit >> 3) + 1] as number)
          : (byte >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
    }
  }
  return samples;
}

/**
 * Reads a PNG image.
 * Errors: `png/damaged`, `png/unsupported` (interlaced, or above 8192 x 8192 pixels).
 */
export function readPng(bytes: Uint8Array<ArrayBuffer>): PngImage {
  const { header, palette, data } = readChunks(bytes);
  const width = header.getUint32(0);
  const height = header.getUint32(4);
  const depth = header.getUint8(8);
  const type = header.getUint8(9);
  const channels = CHANNELS_OF_TYPE[type];
  if (channels === undefined || DEPTHS_OF_TYPE[type]?.includes(depth) !== true)
    throw damaged('its kind is unknown');
  if (width === 0 || height === 0) throw damaged('it has no pixels');
  if (width * height > MAX_PIXELS) {
    throw new WorkbenchError(
      'png/unsupported',
      `The image claims ${width} x ${height} pixels, more than is read.`,
    );
  }
  if (header.getUint8(12) !== 0) {
    throw new WorkbenchError(
      'png/unsupported',
      'Interlaced PNG images are not read. Save it without interlacing.',
    );
  }
  const rowBytes = Math.ceil((width * channels * depth) / 8);
  const rows = inflateRows(joinChunks(data), height * (rowBytes + 1));
  unfilter(rows, height, rowBytes, Math.max(1, (channels * depth) >> 3));
  const samples = unpackSamples(rows, height, width * channels, rowBytes, depth);
  if (type !== PALETTE_TYPE) return { height, width, channels, samples };
  if (palette === undefined) throw damaged('its palette is missing');
  if (samples.some((index) => index * 3 + 3 > palette.length))
    throw damaged('a pixel is outside its palette');
  return { height, width, channels, samples, palette };
}
