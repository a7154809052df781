/**
 * Reading a zip archive that stays in its file: the list of contents once, then entries or parts of entries on demand.
 * For archives in memory there is `zip.ts`.
 */
import { WorkbenchError } from '../errors.ts';
import type { ByteSource } from './byte-source.ts';
import { crc32 } from './crc32.ts';
import { inflate } from './inflate.ts';
import {
  damagedZip,
  LOCAL_HEADER_BYTES,
  locateData,
  locateDirectory,
  MAX_END_BYTES,
  METHOD_STORED,
  readDirectory,
  requireReadable,
  wrongChecksum,
  type ZipEntry,
} from './zip-directory.ts';

export interface ZipSlices {
  /** Unpacked sizes by name, in the archive's order. Of two entries with one name the last counts, as in Python. */
  readonly sizes: ReadonlyMap<string, number>;
  /** A whole entry, checked against its checksum. Errors: `zip/damaged`, `zip/unsupported`, `zip/entry-too-large`. */
  read(name: string): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Part of an entry. The first part that is read of a stored entry costs one pass over all of it, for its checksum.
   * Errors: as `read`.
   */
  readSlice(name: string, offset: number, lengthBytes: number): Promise<Uint8Array<ArrayBuffer>>;
  /** The entry's first bytes, without the check of the checksum. Errors: as `read`. */
  readStart(name: string, lengthBytes: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Larger entries are only read when they are stored, by slices: unpacking takes the whole entry. */
const MAX_UNPACKED_BYTES = 2 ** 30;
/** No deflate stream unpacks to more than this many times its size. */
const MAX_DEFLATE_RATIO = 1032;
/** What a deflate stream may take beyond the bytes it holds, when it starts: code tables and block headers. */
const DEFLATE_OVERHEAD_BYTES = 4096;
/** How much is held while a checksum is computed. */
const CHUNK_BYTES = 2 ** 22;

/** Opens an archive: reads its list of contents and nothing else. Errors: `zip/damaged`, `zip/unsupported`, `file/*`. */
export async function openZipSlices(source: ByteSource): Promise<ZipSlices> {
  const tailBytes = Math.min(source.sizeBytes, MAX_END_BYTES);
  const tail = await source.read(source.sizeBytes - tailBytes, tailBytes);
  const directory = locateDirectory(tail, source.sizeBytes);
  const dataEnd = directory.offset;
  const entries = readDirectory(await source.read(dataEnd, directory.lengthBytes), directory.entryCount);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const verified = new Set<string>();

  async function find(name: string): Promise<{ entry: ZipEntry; start: number }> {
    const entry = byName.get(name);
    if (entry === undefined) throw damagedZip(`it has no entry "${name}"`);
    requireReadable(entry);
    const headerBytes = Math.min(LOCAL_HEADER_BYTES, Math.max(0, dataEnd - entry.headerOffset));
    const { start } = locateData(entry, await source.read(entry.headerOffset, headerBytes), dataEnd);
    return { entry, start };
  }

  async function unpack({ entry, start }: { entry: ZipEntry; start: number }) {
    const { name, packedBytes, sizeBytes } = entry;
    if (entry.method === METHOD_STORED) return await source.read(start, sizeBytes);
    if (sizeBytes > MAX_UNPACKED_BYTES || sizeBytes > packedBytes * MAX_DEFLATE_RATIO) {
      throw new WorkbenchError(
        'zip/entry-too-large',
        `The compressed entry "${name}" claims ${sizeBytes} bytes, more than is read.`,
        { hint: 'Save the file without compression.', context: { sizeBytes, packedBytes } },
      );
    }
    return inflate(await source.read(start, packedBytes), 0, packedBytes, sizeBytes, true);
  }

  async function verify({ entry, start }: { entry: ZipEntry; start: number }): Promise<void> {
    if (!hasChecksum(entry) || verified.has(entry.name)) return;
    let crc = 0;
    for (let done = 0; done < entry.sizeBytes; done += CHUNK_BYTES) {
      const chunkBytes = Math.min(CHUNK_BYTES, entry.sizeBytes - done);
      crc = crc32(await source.read(start + done, chunkBytes), crc);
    }
    if (crc !== entry.crc) throw wrongChecksum(entry.name);
    verified.add(entry.name);
  }

  async function read(name: string): Promise<Uint8Array<ArrayBuffer>> {
    const place = await find(name);
    const bytes = await unpack(place);
    if (hasChecksum(place.entry) && crc32(bytes) !== place.entry.crc) throw wrongChecksum(name);
    return bytes;
  }

  return {
    sizes: new Map(entries.map((entry) => [entry.name, entry.sizeBytes])),
    read,
    async readStart(name, lengthBytes) {
      const { entry, start } = await find(name);
      const wanted = Math.min(lengthBytes, entry.sizeBytes);
      if (entry.method === METHOD_STORED) return await source.read(start, wanted);
      const packedBytes = Math.min(entry.packedBytes, wanted + DEFLATE_OVERHEAD_BYTES);
      return inflate(await source.read(start, packedBytes), 0, packedBytes, wanted, false);
    },
    async readSlice(name, offset, lengthBytes) {
      const place = await find(name);
      if (offset + lengthBytes > place.entry.sizeBytes)
        throw damagedZip(`the entry "${name}" is shorter than needed`);
      const isPart = lengthBytes < place.entry.sizeBytes;
      if (!isPart || place.entry.method !== METHOD_STORED) {
        const whole = await read(name);
        return isPart ? whole.slice(offset, offset + lengthBytes) : whole;
      }
      await verify(place);
      return await source.read(place.start + offset, lengthBytes);
    },
  };
}

/** PyTorch can be told to leave checksums out, and then writes 0. */
function hasChecksum({ crc }: ZipEntry): boolean {
  return crc !== 0;
}
