/**
 * The list of contents of a zip archive, read from its last bytes, so that the archive itself may be in memory or in a
 * file. Zip64 is left out on purpose: a sample and a checkpoint are below 4 GB, and the local zip64 fields that NumPy
 * writes are not needed to read it.
 */
import { WorkbenchError } from '../errors.ts';

export interface ZipEntry {
  readonly name: string;
  readonly isEncrypted: boolean;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  readonly headerOffset: number;
}

export interface DirectoryPlace {
  readonly offset: number;
  readonly lengthBytes: number;
  readonly entryCount: number;
}

const END_BYTES = 22;
const DIRECTORY_ENTRY_BYTES = 46;
const UTF8_NAME_FLAG = 0x800;
const UTF8 = new TextDecoder('utf-8');
const LATIN1 = new TextDecoder('latin1');

/** The end record and the longest comment that may follow it. */
export const MAX_END_BYTES = END_BYTES + 0xffff;
/** What comes before the name of a local header. */
export const LOCAL_HEADER_BYTES = 30;
export const METHOD_STORED = 0;
export const METHOD_DEFLATED = 8;

/** The error of an archive that is not whole. */
export function damagedZip(problem: string, context: Record<string, string | number> = {}): WorkbenchError {
  return new WorkbenchError('zip/damaged', `This is not a whole zip file: ${problem}.`, { context });
}

/** Offset of the end record, which a comment of any length may follow. */
function findEnd(view: DataView): number {
  const first = Math.max(0, view.byteLength - MAX_END_BYTES);
  for (let offset = view.byteLength - END_BYTES; offset >= first; offset--) {
    const isEnd =
      view.getUint32(offset, true) === 0x06054b50 &&
      offset + END_BYTES + view.getUint16(offset + 20, true) === view.byteLength;
    if (isEnd) return offset;
  }
  throw damagedZip('its list of contents is missing, as when a copy was cut short');
}

/**
 * Where the list of contents lies in an archive of `sizeBytes`, from its last bytes (`MAX_END_BYTES` of them are enough).
 * Errors: `zip/damaged`, `zip/unsupported` (several parts).
 */
export function locateDirectory(tail: Uint8Array, sizeBytes: number): DirectoryPlace {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.length);
  const end = findEnd(view);
  const entryCount = view.getUint16(end + 10, true);
  const lengthBytes = view.getUint32(end + 12, true);
  const offset = view.getUint32(end + 16, true);
  if (view.getUint16(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== entryCount) {
    throw new WorkbenchError(
      'zip/unsupported',
      'This zip file is one part of several. Join the parts first.',
    );
  }
  if (offset + lengthBytes > sizeBytes - tail.length + end)
    throw damagedZip('its list of contents lies outside the file');
  return { offset, lengthBytes, entryCount };
}

/** The entries, from the bytes of the list of contents. Errors: `zip/damaged`. */
export function readDirectory(bytes: Uint8Array, entryCount: number): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries: ZipEntry[] = [];
  let offset = 0;
  for (let i = 0; i < entryCount; i++) {
    const namesOffset = offset + DIRECTORY_ENTRY_BYTES;
    if (namesOffset > bytes.length || view.getUint32(offset, true) !== 0x02014b50) {
      throw damagedZip('its list of contents is broken', { entry: i });
    }
    const flags = view.getUint16(offset + 8, true);
    const nameEnd = namesOffset + view.getUint16(offset + 28, true);
    const next = nameEnd + view.getUint16(offset + 30, true) + view.getUint16(offset + 32, true);
    if (next > bytes.length) throw damagedZip('its list of contents is broken', { entry: i });
    // Names without the flag are code page 437; Latin-1 agrees with it in ASCII, which is what keys are made of.
    const decoder = (flags & UTF8_NAME_FLAG) === 0 ? LATIN1 : UTF8;
    entries.push({
      name: decoder.decode(bytes.subarray(namesOffset, nameEnd)),
      isEncrypted: (flags & 1) !== 0,
      method: view.getUint16(offset + 10, true),
      crc: view.getUint32(offset + 16, true),
      packedBytes: view.getUint32(offset + 20, true),
      sizeBytes: view.getUint32(offset + 24, true),
      headerOffset: view.getUint32(offset + 42, true),
    });
    offset = next;
  }
  return entries;
}

/** Errors: `zip/unsupported` for an encrypted entry and for one packed in a way that is not read. */
export function requireReadable({ name, isEncrypted, method }: ZipEntry): void {
  if (isEncrypted) {
    throw new WorkbenchError(
      'zip/unsupported',
      `The entry "${name}" is encrypted. Save the file without a password.`,
    );
  }
  if (method !== METHOD_STORED && method !== METHOD_DEFLATED) {
    throw new WorkbenchError(
      'zip/unsupported',
      `The entry "${name}" is compressed with method ${method}; only stored and deflated entries are read.`,
      { hint: 'Save the file again with numpy.savez_compressed.', context: { method } },
    );
  }
}

/**
 * Where the packed bytes of an entry lie, from its local header, which only says how long it is: its sizes may be missing.
 * `header` holds what there is of the `LOCAL_HEADER_BYTES` at `headerOffset`; `dataEnd` is where the list of contents starts.
 * Errors: `zip/damaged`.
 */
export function locateData(
  { name, headerOffset, packedBytes, sizeBytes, method }: ZipEntry,
  header: Uint8Array,
  dataEnd: number,
): { start: number; end: number } {
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  if (
    header.length < LOCAL_HEADER_BYTES ||
    headerOffset + LOCAL_HEADER_BYTES > dataEnd ||
    view.getUint32(0, true) !== 0x04034b50
  ) {
    throw damagedZip(`the entry "${name}" is not where the list of contents says`);
  }
  const start = headerOffset + LOCAL_HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  const end = start + packedBytes;
  if (end > dataEnd) throw damagedZip(`the entry "${name}" runs past the end of the data`);
  if (method === METHOD_STORED && packedBytes !== sizeBytes)
    throw damagedZip(`the entry "${name}" has two different sizes`);
  return { start, end };
}

/** The error of an entry whose bytes do not fit its checksum. */
export function wrongChecksum(name: string): WorkbenchError {
  return damagedZip(`the checksum of the entry "${name}" is wrong, so some of its bytes have changed`);
}
