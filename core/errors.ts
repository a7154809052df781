/**
 * The one error class of the workbench. A code survives the thread boundary and is what the page maps to a title
 * and a hint; the message is a sentence for the researcher. Cancellation is not an error of ours: it is the
 * standard AbortError.
 */

/** Errors of reading files. */
export type FormatErrorCode =
  | 'zip/damaged'
  | 'zip/unsupported'
  | 'zip/entry-too-large'
  | 'npy/damaged'
  | 'npy/object-array'
  | 'npy/unsupported-dtype'
  | 'png/damaged'
  | 'png/unsupported'
  | 'file/unreadable'
  | 'file/changed'
  | 'file/too-large'
  | 'split-list/empty'
  | 'pickle/damaged'
  | 'pickle/refused-object'
  | 'safetensors/damaged'
  | 'checkpoint/unknown-format'
  | 'checkpoint/damaged'
  | 'checkpoint/bad-storage'
  | 'checkpoint/unsupported-dtype'
  | 'checkpoint/missing-tensor';

/** Errors of what a sample holds. */
export type CohortErrorCode =
  | 'sample/missing-key'
  | 'sample/non-finite-image'
  | 'sample/bad-label-value'
  | 'sample/bad-attribute-value'
  | 'sample/empty-image'
  | 'sample/image-label-mismatch'
  | 'sample/image-not-2d'
  | 'sample/duplicate'
  | 'sample/not-loaded'
  | 'cohort/no-samples'
  | 'cohort/bad-demo-settings'
  | 'cohort/storage-full';

/** Errors of models and inference. */
export type ModelErrorCode =
  | 'graph/shape-mismatch'
  | 'graph/unknown-value'
  | 'graph/bad-attribute'
  | 'checkpoint/unknown-model'
  | 'checkpoint/shape-mismatch'
  | 'onnx/damaged'
  | 'onnx/unsupported-interface'
  | 'onnx/f16-overflow'
  | 'model/not-loaded'
  | 'model/self-test-failed'
  | 'model/no-segmenter'
  | 'model/no-extractor'
  | 'model/storage-full'
  | 'model/needs-checkpoint'
  | 'model/not-convertible'
  | 'download/not-allowed'
  | 'download/busy'
  | 'download/unreachable'
  | 'download/refused'
  | 'download/wrong-content'
  | 'runtime/no-webgpu'
  | 'runtime/start-failed'
  | 'runtime/run-failed'
  | 'runtime/out-of-memory'
  | 'gpu/device-lost'
  | 'gpu/kernel-refused';

/** Errors of training. */
export type TrainErrorCode =
  | 'train/no-gpu'
  | 'train/does-not-fit'
  | 'train/not-trainable'
  | 'train/non-finite'
  | 'train/no-samples'
  | 'train/no-run'
  | 'train/elsewhere';

/** Errors of search and evaluation. */
export type AnalysisErrorCode =
  | 'search/pool-too-small'
  | 'search/target-too-small'
  | 'search/bad-settings'
  | 'search/features-missing'
  | 'linalg/no-convergence'
  | 'linalg/non-finite'
  | 'evaluate/no-images'
  | 'evaluate/prediction-unmatched'
  | 'evaluate/prediction-shape'
  | 'evaluate/prediction-values';

/** Errors of the machinery itself. */
export type SystemErrorCode =
  | 'worker/crashed'
  | 'worker/unexpected'
  | 'internal/invariant'
  | 'figure/png-failed'
  | 'page/part-not-loaded';

export type ErrorCode =
  FormatErrorCode | CohortErrorCode | ModelErrorCode | TrainErrorCode | AnalysisErrorCode | SystemErrorCode;

/** Small plain facts that explain an error: shapes, offsets, limits, names. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | readonly (string | number)[]>>;

export interface ErrorOptionsWithHint {
  /** What to try, when the message does not already say it. */
  readonly hint?: string;
  readonly context?: ErrorContext;
  readonly cause?: unknown;
}

/** What of an error crosses a thread or is stored in a job's record. */
export interface SerializedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly context?: ErrorContext;
  readonly stack?: string;
}

export class WorkbenchError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly context: ErrorContext | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptionsWithHint = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'WorkbenchError';
    this.code = code;
    this.hint = options.hint;
    this.context = options.context;
  }
}

/** True for the standard error of a cancelled action, from any realm. */
export function isAbortError(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** Plain form of any thrown value; a value that is not ours becomes `worker/unexpected` and keeps its stack. */
export function serializeError(error: unknown): SerializedError {
  const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};
  if (error instanceof WorkbenchError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error.context === undefined ? {} : { context: error.context }),
      ...stack,
    };
  }
  return {
    code: 'worker/unexpected',
    message: error instanceof Error ? error.message : String(error),
    ...stack,
  };
}

/** The inverse of `serializeError`. */
export function deserializeError(plain: SerializedError): WorkbenchError {
  const error = new WorkbenchError(plain.code, plain.message, {
    ...(plain.hint === undefined ? {} : { hint: plain.hint }),
    ...(plain.context === undefined ? {} : { context: plain.context }),
  });
  if (plain.stack !== undefined) error.stack = plain.stack;
  return error;
}

/** Throws `internal/invariant` when one of our own assumptions does not hold. Never for bad input. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new WorkbenchError('internal/invariant', `This is a bug in EquiSeg: ${message}`);
}
