/** Turns on a device that training, inference and the check of the GPU share: waiting for one ends when it is cancelled. */
import type { Lock } from '../infer/lock.ts';

/** A task's result, or the signal's reason as soon as it is aborted: what the task waits for may never come. */
export async function orAborted<T>(signal: AbortSignal, task: Promise<T>): Promise<T> {
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort);
  });
  try {
    signal.throwIfAborted();
    return await Promise.race([task, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The lock for one who may be cancelled: a task whose signal is aborted is not waited for, and does not begin. */
export function cancellable(exclusive: Lock, signal: AbortSignal): Lock {
  return (task) =>
    orAborted(
      signal,
      exclusive(() => {
        signal.throwIfAborted();
        return task();
      }),
    );
}
