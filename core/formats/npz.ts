/** Reading and writing `.npz` files: a zip of `.npy` arrays. Arrays are read one at a time, and only those asked for. */
import { zipSync } from 'fflate';
import { WorkbenchError } from '../errors.ts';
import { MAX_HEADER_BYTES, type NpyHeader, readNpyHeader } from './npy-header.ts';
import { writeNpy, type WritableArray } from './npy-write.ts';
import { type NpyArray, readNpy } from './npy.ts';
import type { Allocate } from './scratch.ts';
import { openZip, type ZipLimits } from './zip.ts';

export interface NpzFile {
  /** Names of the arrays as NumPy shows them, in the file's order. Entries that are no arrays are left out. */
  readonly keys: readonly string[];
  /** Unpacked size of an array's entry as the file claims it, 0 for a key that is not there. */
  sizeBytes(key: string): number;
  /** Dtype and shape without the data. Errors: as `read`, but an object array is no error here. */
  header(key: string): NpyHeader;
  /** One array. Errors: `zip/*`, `npy/*`; the message names the key. */
  read(key: string): NpyArray;
}

const SUFFIX = '.npy';

/** Runs a reader of one array and adds the array's name to what it throws. */
function naming<T>(key: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error;
    throw new WorkbenchError(error.code, `Array "${key}": ${error.message}`, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      context: { ...error.context, key },
      cause: error,
    });
  }
}

/**
 * Opens an `.npz` file: reads its list of contents and nothing else.
 * Errors: `zip/damaged`, `zip/unsupported`.
 * Ownership: borrows `bytes`; arrays may be views of them, or of what `allocate` gave out.
 */
export function readNpz(bytes: Uint8Array<ArrayBuffer>, limits?: ZipLimits, allocate?: Allocate): NpzFile {
  const zip = openZip(bytes, limits, allocate);
  return {
    keys: zip.names.filter((name) => name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length)),
    sizeBytes: (key) => zip.sizeBytes(key + SUFFIX) ?? 0,
    header: (key) => naming(key, () => readNpyHeader(zip.readStart(key + SUFFIX, MAX_HEADER_BYTES + 12))),
    read: (key) => naming(key, () => readNpy(zip.read(key + SUFFIX))),
  };
}

/** How hard to compress: 0 stores, 6 is NumPy's `savez_compressed`. */
export type CompressionLevel = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** The bytes of an `.npz` file, the same for the same arrays on any day and machine. */
export function writeNpz(
  arrays: Readonly<Record<string, WritableArray>>,
  level: CompressionLevel = 6,
): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(arrays).map(([key, array]) => [key + SUFFIX, writeNpy(array)] as const);
  // The earliest date a zip can hold, in local time because that is how zip files count.
  return zipSync(Object.fromEntries(entries), { level, mtime: new Date(1980, 0, 1) });
}
