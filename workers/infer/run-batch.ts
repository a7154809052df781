/** Runs prepared batches and sorts errors: those of the machine end the job, those of the images are listed. */
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
  readonly batch: PreparedBatch;
  /** Undefined when the batch was empty or could not be run. */
  readonly output: NetworkOutput | undefined;
  /** Samples that could not be read or run. */
  readonly failures: PreparedBatch['failures'];
}

/** What running a batch needs of a loaded model. */
export type RunnableModel = Pick<LoadedModel, 'session' | 'network'> & {
  readonly report: Pick<LoadedModel['report'], 'provider'>;
};

/** The network's output for a batch; when it cannot be run, its images are failures. */
async function runBatch(
  { session, network }: RunnableModel,
  batch: PreparedBatch,
  side: number,
): Promise<BatchOutput> {
  const { ids, images, failures } = batch;
  if (ids.length === 0) return { batch, output: undefined, failures };
  try {
    return { batch, output: await runNetwork(session, network, images, side), failures };
  } catch (cause) {
    if (isFatal(cause)) throw cause;
    const error = serializeError(cause);
    return { batch, output: undefined, failures: [...failures, ...ids.map((id) => ({ id, error }))] };
  }
}

/**
 * Batches with the network's outputs, in their order. On WebGPU the next batch runs while the caller works on the last one.
 * On WebAssembly a run blocks the worker: nothing would overlap, and every result would come a run later.
 * Errors: those of `batches`; `gpu/device-lost`, `onnx/unsupported-interface`. Nothing runs any more when it has ended.
 */
export async function* runBatches(
  model: RunnableModel,
  batches: AsyncIterable<PreparedBatch>,
  side: number,
): AsyncGenerator<BatchOutput, void, undefined> {
  const aheadCount = model.report.provider === 'webgpu' ? 1 : 0;
  const running: Promise<BatchOutput>[] = [];
  try {
    for await (const batch of batches) {
      const run = runBatch(model, batch, side);
      // Its error is thrown when its turn comes, which may be after it has failed.
      run.catch(() => undefined);
      running.push(run);
      if (running.length > aheadCount) yield await (running.shift() as Promise<BatchOutput>);
    }
    while (running.length > 0) yield await (running.shift() as Promise<BatchOutput>);
  } finally {
    await Promise.allSettled(running);
  }
}
