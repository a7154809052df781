/** Cooperative long work: yielding to the event loop, so that a cancel can arrive, and progress that is not too chatty. */

/** Progress of a job, at most ten a second. `done` and `total` are in `unit`s. */
export interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  /** Bytes read so far, where the phase reads files. */
  readonly doneBytes?: number;
  readonly totalBytes?: number;
  /** True while the totals are only what has been found so far. */
  readonly totalsGrow?: boolean;
}

export type Report = (progress: Progress) => void;

const YIELD_EVERY_MS = 8;

function nextMacrotask(): Promise<void> {
  // A message channel, not setTimeout: nested timers are clamped to 4 ms, half of our whole slice.
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(null);
  });
}

/**
 * Returns a function to be awaited inside loops: it lets messages in every 8 ms and throws the signal's reason once cancelled.
 */
export function createYielder(signal?: AbortSignal): () => Promise<void> {
  let last = performance.now();
  return async () => {
    signal?.throwIfAborted();
    if (performance.now() - last < YIELD_EVERY_MS) return;
    await nextMacrotask();
    last = performance.now();
    signal?.throwIfAborted();
  };
}
