/** Rejections that nothing in a thread handles, kept until someone asks: each is a bug, and must not pass in silence. */
import { isAbortError, serializeError, type SerializedError } from '../../core/errors.ts';

/** A failing loop must not fill the memory. */
const KEPT = 20;

/**
 * Starts to listen on a global scope. Returns the function that resolves with the next rejection, at once when one waits.
 * A cancelled action is no error.
 */
export function listenForUnhandled(scope: EventTarget): () => Promise<SerializedError> {
  const waiting: SerializedError[] = [];
  let resume: (() => void) | undefined;
  scope.addEventListener('unhandledrejection', (event) => {
    const { reason } = event as PromiseRejectionEvent;
    if (isAbortError(reason) || waiting.length >= KEPT) return;
    waiting.push(serializeError(reason));
    resume?.();
  });
  return async () => {
    for (;;) {
      const next = waiting.shift();
      if (next !== undefined) return next;
      await new Promise<void>((resolve) => {
        resume = resolve;
      });
    }
  };
}
