/**
 * An append-only collection of small binary values by sample id, in two files: the payloads one after the other, and an
 * index of fixed-size entries. Safe against a crash: an entry counts only if all of it, and all of its payload, is there.
 */
import type { SampleId } from '../../core/cohort/sample.ts';
import { invariant } from '../../core/errors.ts';
import { crc32 } from '../../core/formats/crc32.ts';
import type { RandomAccessFile } from '../data/random-access-file.ts';

/** Small whole numbers stored with each value: shapes and positions. */
export const META_COUNT = 6;
const ID_BYTES = 32;
/** id, offset (f64), size (u32), CRC-32 (u32), meta (6 u32). */
const ENTRY_BYTES = ID_BYTES + 8 + 4 + 4 + 4 * META_COUNT;
/** Torn writes stand at the end: checking this many payloads on opening finds them without reading the whole pack. */
const CHECKED_TAIL = 64;

export interface PackEntry {
  readonly id: SampleId;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly checksum: number;
  readonly meta: readonly number[];
}

export interface PackFiles {
  readonly index: RandomAccessFile;
  readonly payload: RandomAccessFile;
}

function encodeEntry({ id, offsetBytes, sizeBytes, checksum, meta }: PackEntry): Uint8Array {
  invariant(/^[0-9a-f]{64}$/.test(id), `'${id}' is not a sample id`);
  invariant(meta.length <= META_COUNT, 'a pack entry has at most six numbers');
  const bytes = new Uint8Array(ENTRY_BYTES);
  for (let i = 0; i < ID_BYTES; i++) bytes[i] = Number.parseInt(id.slice(2 * i, 2 * i + 2), 16);
  const view = new DataView(bytes.buffer);
  view.setFloat64(ID_BYTES, offsetBytes, true);
  view.setUint32(ID_BYTES + 8, sizeBytes, true);
  view.setUint32(ID_BYTES + 12, checksum, true);
  for (const [i, value] of meta.entries()) view.setUint32(ID_BYTES + 16 + 4 * i, value, true);
  return bytes;
}

function decodeEntry(bytes: Uint8Array): PackEntry {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let id = '';
  for (let i = 0; i < ID_BYTES; i++) id += view.getUint8(i).toString(16).padStart(2, '0');
  return {
    id,
    offsetBytes: view.getFloat64(ID_BYTES, true),
    sizeBytes: view.getUint32(ID_BYTES + 8, true),
    checksum: view.getUint32(ID_BYTES + 12, true),
    meta: Array.from({ length: META_COUNT }, (_, i) => view.getUint32(ID_BYTES + 16 + 4 * i, true)),
  };
}

/**
 * The whole entries of an index whose payloads follow each other inside the payload file; stops at the first that does
 * not. An entry of zeros, as a crash may leave, has no payload and so is none.
 */
export function parsePackIndex(bytes: Uint8Array, payloadSizeBytes: number): PackEntry[] {
  const entries: PackEntry[] = [];
  let end = 0;
  for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
    const entry = decodeEntry(bytes.subarray(at, at + ENTRY_BYTES));
    if (entry.offsetBytes !== end || entry.sizeBytes === 0) break;
    end += entry.sizeBytes;
    if (end > payloadSizeBytes) break;
    entries.push(entry);
  }
  return entries;
}

/** True when the payload is the one that was written. */
export function isIntact(entry: PackEntry, payload: Uint8Array): boolean {
  return payload.length === entry.sizeBytes && crc32(payload) === entry.checksum;
}

function readAll(file: RandomAccessFile): Uint8Array {
  const bytes = new Uint8Array(file.getSize());
  file.read(bytes, { at: 0 });
  return bytes;
}

export interface Pack {
  /** What is stored already. */
  readonly ids: ReadonlySet<SampleId>;
  /** Adds a value; a value of the same id added later takes its place. */
  append(id: SampleId, payload: Uint8Array, meta: readonly number[]): void;
  flush(): void;
  close(): void;
}

/**
 * Opens a pack for appending. Whatever a crash left half-written at the end is cut off.
 * Ownership: takes the files; `close` closes them.
 */
export function openPack({ index, payload }: PackFiles): Pack {
  const entries = parsePackIndex(readAll(index), payload.getSize());
  const checkFrom = Math.max(0, entries.length - CHECKED_TAIL);
  for (let i = entries.length - 1; i >= checkFrom; i--) {
    const entry = entries[i] as PackEntry;
    const bytes = new Uint8Array(entry.sizeBytes);
    payload.read(bytes, { at: entry.offsetBytes });
    // Appends go on from the first damaged value, so everything after it goes too.
    if (!isIntact(entry, bytes)) entries.length = i;
  }
  let indexEnd = entries.length * ENTRY_BYTES;
  const last = entries.at(-1);
  let payloadEnd = last === undefined ? 0 : last.offsetBytes + last.sizeBytes;
  index.truncate(indexEnd);
  payload.truncate(payloadEnd);
  const ids = new Set(entries.map(({ id }) => id));

  return {
    ids,
    append(id, bytes, meta) {
      invariant(bytes.length > 0, 'a pack stores no empty values');
      // The payload first: an entry must never point to what is not there.
      payload.write(bytes, { at: payloadEnd });
      const entry: PackEntry = {
        id,
        offsetBytes: payloadEnd,
        sizeBytes: bytes.length,
        checksum: crc32(bytes),
        meta,
      };
      index.write(encodeEntry(entry), { at: indexEnd });
      payloadEnd += bytes.length;
      indexEnd += ENTRY_BYTES;
      ids.add(id);
    },
    flush() {
      payload.flush();
      index.flush();
    },
    close() {
      payload.close();
      index.close();
    },
  };
}
