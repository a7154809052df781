/** What a person may ask of a running training between two steps: to pause, to go on, to write a checkpoint now. */

export interface RunControl {
  readonly isPaused: boolean;
  setPaused(isPaused: boolean): void;
  /** Resolves when a checkpoint was written, or the run is over. Errors: those of writing. */
  requestCheckpoint(): Promise<void>;
  /**
   * To be awaited between steps: carries out what was asked for, and returns once the run may go on. `onPause` is told of the
   * beginning and the end of a pause. Errors: those of `checkpoint`; the signal's reason.
   */
  gate(
    signal: AbortSignal,
    checkpoint: () => Promise<void>,
    onPause: (isPaused: boolean) => void,
  ): Promise<void>;
  /** The run is over: nobody waits any longer. */
  finish(): void;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** The control of a run that is not paused. */
export function createRunControl(): RunControl {
  let isPaused: boolean = false;
  let isFinished = false;
  const waiters: Waiter[] = [];
  let wake: () => void = () => undefined;

  async function writeCheckpoint(checkpoint: () => Promise<void>): Promise<void> {
    const asked = waiters.splice(0);
    if (asked.length === 0) return;
    try {
      await checkpoint();
      for (const { resolve } of asked) resolve();
    } catch (error) {
      for (const { reject } of asked) reject(error as Error);
      throw error;
    }
  }

  /** Until something is asked for, or the signal is aborted. */
  async function nextWish(signal: AbortSignal): Promise<void> {
    // It may have been while the last wish was carried out.
    if (signal.aborted || !isPaused || waiters.length > 0) return;
    const onAbort = () => wake();
    signal.addEventListener('abort', onAbort);
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    signal.removeEventListener('abort', onAbort);
  }

  return {
    get isPaused() {
      return isPaused;
    },
    setPaused(value) {
      isPaused = value;
      wake();
    },
    requestCheckpoint() {
      if (isFinished) return Promise.resolve();
      return new Promise((resolve, reject) => {
        waiters.push({ resolve, reject });
        wake();
      });
    },
    async gate(signal, checkpoint, onPause) {
      signal.throwIfAborted();
      await writeCheckpoint(checkpoint);
      if (!isPaused) return;
      onPause(true);
      for (;;) {
        await nextWish(signal);
        signal.throwIfAborted();
        await writeCheckpoint(checkpoint);
        if (!isPaused) break;
      }
      onPause(false);
    },
    finish() {
      isFinished = true;
      for (const { resolve } of waiters.splice(0)) resolve();
    },
  };
}
