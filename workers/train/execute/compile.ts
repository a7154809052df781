/** Compiles what a plan dispatches: each pipeline once, several at a time, with progress, until cancelled. */
import { type PipelineCache, pipelineKey } from '../../gpu/pipelines.ts';
import type { Dispatch } from '../../gpu/kernels/kernel.ts';
import type { TrainingPlan } from '../plan/plan.ts';

/** Pipelines asked for at a time: browsers compile on a few threads, and what is asked for cannot be taken back. */
const LANE_COUNT = 8;

/** The task's result, or the signal's reason as soon as there is one. */
function untilAborted<T>(task: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    task.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    if (signal.aborted) abort();
  });
}

/**
 * The pipeline of every dispatch of a plan. `report` is told how many of how many there are.
 * Errors: `gpu/kernel-refused`; the signal's reason.
 */
export async function compilePlan(
  { programmes }: Pick<TrainingPlan, 'programmes'>,
  cache: PipelineCache,
  signal: AbortSignal,
  report: (done: number, total: number) => void,
): Promise<(dispatch: Dispatch) => GPUComputePipeline> {
  const dispatches = Object.values(programmes).flatMap((steps) =>
    steps.flatMap((step) => (step.kind === 'dispatch' ? [step.dispatch] : [])),
  );
  const keys = new Map(dispatches.map((dispatch) => [dispatch, pipelineKey(dispatch)]));
  const sources = new Map([...keys].map(([dispatch, key]) => [key, dispatch]));
  const pipelines = new Map<string, GPUComputePipeline>();
  const waiting = sources.entries();
  async function lane(): Promise<void> {
    for (const [key, source] of waiting) {
      signal.throwIfAborted();
      pipelines.set(key, await untilAborted(cache.get(source), signal));
      report(pipelines.size, sources.size);
    }
  }
  report(0, sources.size);
  await Promise.all(Array.from({ length: LANE_COUNT }, lane));
  // Every dispatch that is asked about was compiled above.
  return (dispatch) => pipelines.get(keys.get(dispatch) ?? '') as GPUComputePipeline;
}
