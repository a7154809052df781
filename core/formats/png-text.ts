/** Words in a PNG image: title, description and comments as international text chunks, which viewers show and none draws. */
import { WorkbenchError } from '../errors.ts';
import { crc32 } from './crc32.ts';

/** Keywords of the PNG specification. */
export type PngKeyword = 'Title' | 'Description' | 'Software' | 'Comment';

/** Signature, then the header chunk: length, type, 13 bytes, checksum. Text may stand anywhere after it. */
const HEADER_END = 8 + 12 + 13;

/** One `iTXt` chunk, uncompressed, with no language and no translated keyword. */
function textChunk(keyword: PngKeyword, text: string): Uint8Array<ArrayBuffer> {
  const body = new TextEncoder().encode(`iTXt${keyword}\0\0\0\0\0${text}`);
  const chunk = new Uint8Array(body.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, body.length - 4);
  chunk.set(body, 4);
  view.setUint32(4 + body.length, crc32(body));
  return chunk;
}

/**
 * A copy of a PNG file with texts, in their order, behind its header. Line feeds separate lines.
 * Errors: `png/damaged` for bytes that are not a PNG file.
 * Source: PNG specification, third edition, W3C 2025, section 11.3.3.
 */
export function withPngText(
  png: Uint8Array<ArrayBuffer>,
  texts: Readonly<Partial<Record<PngKeyword, string>>>,
): Uint8Array<ArrayBuffer> {
  const type = String.fromCharCode(...png.subarray(1, 4), ...png.subarray(12, 16));
  if (type !== 'PNGIHDR' || png.length < HEADER_END)
    throw new WorkbenchError('png/damaged', 'This is not a whole PNG image: it has no header.');
  const chunks = Object.entries(texts).map(([keyword, text]) => textChunk(keyword as PngKeyword, text));
  const out = new Uint8Array(png.length + chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  out.set(png.subarray(0, HEADER_END));
  let offset = HEADER_END;
  for (const chunk of chunks) {
    out.set(chunk, offset);
    offset += chunk.length;
  }
  out.set(png.subarray(HEADER_END), offset);
  return out;
}
