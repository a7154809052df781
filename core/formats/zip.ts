/**
 * Reading zip archives from memory: the central directory, and entries one at a time, stored or deflated.
 * Refuses what is damaged, encrypted or too large before it takes memory. Zip64 is left out on purpose: a sample
 * file is far below 4 GB, and the local zip64 fields that NumPy writes are not needed to read it.
 */
import { WorkbenchError } from '../errors.ts';
import { crc32 } from './crc32.ts';
import { inflate } from './inflate.ts';

/** How much one archive may take. */
export interface ZipLimits {
  /** Largest single entry, unpacked. */
  readonly entryBytes: number;
  /** All entries that are read, unpacked, together. */
  readonly totalBytes: number;
}

/** A 4096 x 4096 image of 64-bit numbers is 128 MiB: nothing real in a sample is larger. */
export const DEFAULT_ZIP_LIMITS: ZipLimits = { entryBytes: 2 ** 27 + 2 ** 16, totalBytes: 2 ** 28 };

export interface ZipArchive {
  /** Names as they stand in the archive. Of two entries with one name the last counts, as in Python. */
  readonly names: readonly string[];
  /** Unpacked size as the archive claims it. Undefined for a name that is not there. */
  sizeBytes(name: string): number | undefined;
  /**
   * The entry's bytes, checked against its checksum. Stored entries are views of the archive: not to be written to.
   * Errors: `zip/damaged`, `zip/unsupported`, `zip/entry-too-large`.
   */
  read(name: string): Uint8Array<ArrayBuffer>;
  /** The entry's first bytes, at most `lengthBytes` of them, without the check of the checksum. Errors: as `read`. */
  readStart(name: string, lengthBytes: number): Uint8Array<ArrayBuffer>;
}

interface Entry {
  readonly name: string;
  readonly isEncrypted: boolean;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  readonly headerOffset: number;
}

const END_BYTES = 22;
const DIRECTORY_ENTRY_BYTES = 46;
const LOCAL_HEADER_BYTES = 30;
const METHOD_STORED = 0;
const METHOD_DEFLATED = 8;
const UTF8_NAME_FLAG = 0x800;

function damaged(problem: string, context: Record<string, string | number> = {}): WorkbenchError {
  return new WorkbenchError('zip/damaged', `This is not a whole zip file: ${problem}.`, { context });
}

/** Offset of the end record, which a comment of any length may follow. */
function findEnd(view: DataView): number {
  const first = Math.max(0, view.byteLength - END_BYTES - 0xffff);
  for (let offset = view.byteLength - END_BYTES; offset >= first; offset--) {
    const isEnd =
      view.getUint32(offset, true) === 0x06054b50 &&
      offset + END_BYTES + view.getUint16(offset + 20, true) === view.byteLength;
    if (isEnd) return offset;
  }
  throw damaged('its list of contents is missing, as when a copy was cut short');
}

function readDirectory(bytes: Uint8Array<ArrayBuffer>): { entries: Entry[]; dataEnd: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const endOffset = findEnd(view);
  const count = view.getUint16(endOffset + 10, true);
  const directoryBytes = view.getUint32(endOffset + 12, true);
  const directoryOffset = view.getUint32(endOffset + 16, true);
  if (view.getUint16(endOffset + 4, true) !== 0 || view.getUint16(endOffset + 8, true) !== count) {
    throw new WorkbenchError(
      'zip/unsupported',
      'This zip file is one part of several. Join the parts first.',
    );
  }
  if (directoryOffset + directoryBytes > endOffset)
    throw damaged('its list of contents lies outside the file');

  const entries: Entry[] = [];
  let offset = directoryOffset;
  for (let i = 0; i < count; i++) {
    const namesOffset = offset + DIRECTORY_ENTRY_BYTES;
    if (namesOffset > endOffset || view.getUint32(offset, true) !== 0x02014b50) {
      throw damaged('its list of contents is broken', { entry: i });
    }
    const flags = view.getUint16(offset + 8, true);
    const nameEnd = namesOffset + view.getUint16(offset + 28, true);
    const next = nameEnd + view.getUint16(offset + 30, true) + view.getUint16(offset + 32, true);
    if (next > endOffset) throw damaged('its list of contents is broken', { entry: i });
    // Names without the flag are code page 437; Latin-1 agrees with it in ASCII, which is what keys are made of.
    const decoder = new TextDecoder((flags & UTF8_NAME_FLAG) === 0 ? 'latin1' : 'utf-8');
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
  return { entries, dataEnd: directoryOffset };
}

/** Where the packed bytes of an entry lie. The local header only says how long it is: its sizes may be missing. */
function locate(
  bytes: Uint8Array<ArrayBuffer>,
  entry: Entry,
  dataEnd: number,
): { start: number; end: number } {
  const { headerOffset, name } = entry;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (headerOffset + LOCAL_HEADER_BYTES > dataEnd || view.getUint32(headerOffset, true) !== 0x04034b50) {
    throw damaged(`the entry "${name}" is not where the list of contents says`);
  }
  const nameBytes = view.getUint16(headerOffset + 26, true);
  const start = headerOffset + LOCAL_HEADER_BYTES + nameBytes + view.getUint16(headerOffset + 28, true);
  const end = start + entry.packedBytes;
  if (end > dataEnd) throw damaged(`the entry "${name}" runs past the end of the data`);
  return { start, end };
}

/**
 * Opens an archive: reads its list of contents and nothing else.
 * Errors: `zip/damaged`, `zip/unsupported` (several parts).
 * Ownership: borrows `bytes` for as long as the archive is used.
 */
export function openZip(bytes: Uint8Array<ArrayBuffer>, limits: ZipLimits = DEFAULT_ZIP_LIMITS): ZipArchive {
  const { entries, dataEnd } = readDirectory(bytes);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  let totalBytes = 0;

  function unpack(name: string, lengthBytes: number): Uint8Array<ArrayBuffer> {
    const entry = byName.get(name);
    if (entry === undefined) throw damaged(`it has no entry "${name}"`);
    if (entry.isEncrypted) {
      throw new WorkbenchError(
        'zip/unsupported',
        `The entry "${name}" is encrypted. Save the file without a password.`,
      );
    }
    if (entry.method !== METHOD_STORED && entry.method !== METHOD_DEFLATED) {
      throw new WorkbenchError(
        'zip/unsupported',
        `The entry "${name}" is compressed with method ${entry.method}; only stored and deflated entries are read.`,
        { hint: 'Save the file again with numpy.savez_compressed.', context: { method: entry.method } },
      );
    }
    const wanted = Math.min(lengthBytes, entry.sizeBytes);
    if (wanted > limits.entryBytes || totalBytes + wanted > limits.totalBytes) {
      throw new WorkbenchError(
        'zip/entry-too-large',
        `The entry "${name}" claims ${entry.sizeBytes} bytes, more than a sample may take (${limits.entryBytes} for one entry, ${limits.totalBytes} for a file).`,
        {
          context: {
            sizeBytes: entry.sizeBytes,
            entryLimit: limits.entryBytes,
            totalLimit: limits.totalBytes,
          },
        },
      );
    }
    totalBytes += wanted;
    const { start, end } = locate(bytes, entry, dataEnd);
    const isWhole = wanted === entry.sizeBytes;
    if (entry.method === METHOD_DEFLATED) {
      const unpacked = inflate(bytes, start, end, wanted, isWhole);
      return isWhole ? checked(entry, unpacked) : unpacked;
    }
    if (entry.packedBytes !== entry.sizeBytes) throw damaged(`the entry "${name}" has two different sizes`);
    return isWhole ? checked(entry, bytes.subarray(start, end)) : bytes.subarray(start, start + wanted);
  }

  return {
    names: [...byName.keys()],
    sizeBytes: (name) => byName.get(name)?.sizeBytes,
    read: (name) => unpack(name, Infinity),
    readStart: unpack,
  };
}

function checked(entry: Entry, unpacked: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (crc32(unpacked) === entry.crc) return unpacked;
  throw damaged(`the checksum of the entry "${entry.name}" is wrong, so some of its bytes have changed`);
}
