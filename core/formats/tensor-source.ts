/**
 * Named tensors of a checkpoint file of any format that is read, one at a time and from slices of the file.
 * What the tensors mean is left to `models/checkpoints`.
 */

import { WorkbenchError } from '../errors.ts';
import type { ByteSource } from './byte-source.ts';
import { openSafetensors } from './safetensors.ts';
import { hasArrays, openNpzTensors } from './tensor-source-npz.ts';
import { findPickleRecord, openTorchLegacy, openTorchZip } from './torch-checkpoint.ts';
import { openZipSlices } from './zip-slices.ts';

/** How the values are stored. Complex and quantised tensors are not read. */
export type TensorDtype =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint64'
  | 'uint32'
  | 'uint16'
  | 'uint8'
  | 'bool';

export interface TensorInfo {
  readonly name: string;
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
}

/** A plain value beside the tensors, such as an epoch. Whole numbers beyond 2^53 are bigints. */
export type MetadataValue = string | number | bigint | boolean | null;

export interface TensorSource {
  /** In the file's order, by name. Names of nested dictionaries and lists are joined with dots. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Everything else the file says, by name, with names as for tensors. */
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  /** Size of the whole file. */
  readonly sizeBytes: number;
  /**
   * The values of one tensor, row-major, contiguous, as f32 whatever they are stored as (f64 and large integers are rounded).
   * The caller owns the array; nothing is kept, and reading twice reads the file twice.
   * Errors: `checkpoint/missing-tensor` for a name that is not there, `checkpoint/bad-storage`, `file/*`.
   */
  read(name: string): Promise<Float32Array<ArrayBuffer>>;
}

/** Tensors in memory to be written, by name. Row-major; `data.length` is the product of the shape. */
export type NamedTensors = ReadonlyMap<
  string,
  { readonly shape: readonly number[]; readonly data: Float32Array }
>;

function unknownFormat(name: string): WorkbenchError {
  return new WorkbenchError(
    'checkpoint/unknown-format',
    `"${name}" is no checkpoint: neither of PyTorch nor safetensors nor .npz.`,
    { context: { name } },
  );
}

/**
 * Opens a checkpoint of any format, decided by its first bytes and not by its name: reads its list of tensors and
 * checks that their values are there, but reads no values.
 * Errors: `checkpoint/unknown-format`, and those of the format: `pickle/*`, `zip/*`, `npy/*`, `safetensors/damaged`,
 * `checkpoint/damaged`, `checkpoint/bad-storage`, `checkpoint/unsupported-dtype`, `file/*`.
 * Ownership: borrows `file` for as long as tensors are read.
 */
export async function openTensorSource(file: ByteSource, name: string): Promise<TensorSource> {
  const start = await file.read(0, Math.min(9, file.sizeBytes));
  const [first, second, third, fourth] = start;
  // A zip begins with its first entry.
  if (first === 0x50 && second === 0x4b && third === 3 && fourth === 4) {
    const zip = await openZipSlices(file);
    const pickleRecord = findPickleRecord(zip);
    if (pickleRecord !== undefined) return await openTorchZip(zip, pickleRecord, file.sizeBytes);
    if (hasArrays(zip)) return await openNpzTensors(zip, file.sizeBytes);
    throw unknownFormat(name);
  }
  // After the length of its header, the header of safetensors begins with a brace.
  if (start[8] === 0x7b) return await openSafetensors(file);
  // A pickle begins with its protocol.
  if (first === 0x80 && second !== undefined && second <= 5) return await openTorchLegacy(file);
  throw unknownFormat(name);
}
