/** Runs one prepared batch and sorts errors: those of the machine end the job, those of the images are listed. */
import { serializeError, WorkbenchError } from '../../core/errors.ts';
import type { PreparedBatch } from '../api/data.ts';
import { type NetworkOutput, runNetwork } from './model.ts';
import type { LoadedModel } from './load.ts';

/** An error after which no later batch could run either. */
function isFatal(error: unknown): boolean {
  return (
    error instanceof WorkbenchError &&
    (error.code === 'gpu/device-lost' || error.code === 'onnx/unsupported-interface')
  );
}

export interface BatchOutput {
  /** Undefined when the batch was empty or could not be run. */
  readonly output: NetworkOutput | undefined;
  /** Samples that could not be read or run. */
  readonly failures: PreparedBatch['failures'];
}

/**
 * The network's output for a batch; when it cannot be run, its images are failures.
 * Errors: `gpu/device-lost`, `onnx/unsupported-interface`.
 */
export async function runBatch(
  { session, network }: LoadedModel,
  { ids, images, failures }: PreparedBatch,
  side: number,
): Promise<BatchOutput> {
  if (ids.length === 0) return { output: undefined, failures };
  try {
    return { output: await runNetwork(session, network, images, side), failures };
  } catch (cause) {
    if (isFatal(cause)) throw cause;
    const error = serializeError(cause);
    return { output: undefined, failures: [...failures, ...ids.map((id) => ({ id, error }))] };
  }
}
