/**
 * Reading zip archives from memory: the list of contents, and entries one at a time, stored or deflated.
 * Refuses what is damaged, encrypted or too large before it takes memory.
 */
import { WorkbenchError } from '../errors.ts';
import { crc32 } from './crc32.ts';
import { inflate } from './inflate.ts';
import { type Allocate, allocateFresh } from './scratch.ts';
import {
  damagedZip,
  LOCAL_HEADER_BYTES,
  locateData,
  locateDirectory,
  METHOD_DEFLATED,
  readDirectory,
  requireReadable,
  wrongChecksum,
  type ZipEntry,
} from './zip-directory.ts';

/** How much one archive may take. */
export interface ZipLimits {
  /** Largest single entry, unpacked. */
  readonly entryBytes: number;
  /** All entries that are read, unpacked, together. */
  readonly totalBytes: number;
}

/** A 4096 x 4096 image of 64-bit numbers is 128 MiB: nothing real in a sample is larger. */
const DEFAULT_ZIP_LIMITS: ZipLimits = { entryBytes: 2 ** 27 + 2 ** 16, totalBytes: 2 ** 28 };

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

/**
 * Opens an archive: reads its list of contents and nothing else.
 * Errors: `zip/damaged`, `zip/unsupported` (several parts).
 * Ownership: borrows `bytes` for as long as the archive is used.
 */
export function openZip(
  bytes: Uint8Array<ArrayBuffer>,
  limits: ZipLimits = DEFAULT_ZIP_LIMITS,
  allocate: Allocate = allocateFresh,
): ZipArchive {
  const { offset: dataEnd, lengthBytes: directoryBytes, entryCount } = locateDirectory(bytes, bytes.length);
  const entries = readDirectory(bytes.subarray(dataEnd, dataEnd + directoryBytes), entryCount);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  let totalBytes = 0;

  function unpack(name: string, lengthBytes: number): Uint8Array<ArrayBuffer> {
    const entry = byName.get(name);
    if (entry === undefined) throw damagedZip(`it has no entry "${name}"`);
    requireReadable(entry);
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
    const { headerOffset } = entry;
    const header = bytes.subarray(headerOffset, headerOffset + LOCAL_HEADER_BYTES);
    const { start, end } = locateData(entry, header, dataEnd);
    const isWhole = wanted === entry.sizeBytes;
    const unpacked =
      entry.method === METHOD_DEFLATED
        ? inflate(bytes, start, end, wanted, isWhole, allocate)
        : bytes.subarray(start, start + wanted);
    return isWhole ? checked(entry, unpacked) : unpacked;
  }

  return {
    names: [...byName.keys()],
    sizeBytes: (name) => byName.get(name)?.sizeBytes,
    read: (name) => unpack(name, Infinity),
    readStart: unpack,
  };
}

function checked({ name, crc }: ZipEntry, unpacked: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (crc32(unpacked) === crc) return unpacked;
  throw wrongChecksum(name);
}
