/** Mutual exclusion for asynchronous work: onnxruntime-web must never run two things at once on one thread. */

/** Runs tasks one after the other, in the order of the calls; a failed task does not stop the next. */
export type Lock = <T>(task: () => Promise<T>) => Promise<T>;

export function createLock(): Lock {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task, task);
    last = result.catch(() => undefined);
    return result;
  };
}
