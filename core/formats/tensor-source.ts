/**
 * Named tensors of a checkpoint file of any format that is read, one at a time and from slices of the file.
 * What the tensors mean is left to `models/checkpoints`.
 */

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
