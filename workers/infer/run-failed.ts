/** What onnxruntime says when it fails, as an error that says what to do. */
import { WorkbenchError } from '../../core/errors.ts';

/**
 * Of its C++, of its arena and of its glue in JavaScript, when WebAssembly's addresses of 32 bits are used up. What runs in
 * the same memory goes on.
 */
const OUT_OF_MEMORY = /bad_alloc|failed to allocate|allocation failed/i;

/** The error for `cause`, thrown while doing `what`: `runtime/out-of-memory`, else `runtime/run-failed`. */
export function runFailed(what: string, cause: unknown): WorkbenchError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (!OUT_OF_MEMORY.test(reason)) {
    return new WorkbenchError('runtime/run-failed', `${what}: ${reason}`, { cause });
  }
  return new WorkbenchError(
    'runtime/out-of-memory',
    `${what}: it needs more memory than there is. WebAssembly has 4 GB for all models that are loaded, the GPU its own.`,
    { cause },
  );
}
