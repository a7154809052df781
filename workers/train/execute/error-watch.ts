/**
 * Catches what the device refuses of our calls. Refusals arrive later than the calls, so that they are kept and thrown at the
 * next opportunity; other users of the device have scopes of their own.
 */
import { WorkbenchError } from '../../../core/errors.ts';

const SCOPES: readonly GPUErrorFilter[] = ['internal', 'out-of-memory', 'validation'];

export interface ErrorWatch {
  /** Makes synchronous calls of the device and keeps what it refuses of them. */
  guard<T>(calls: () => T): T;
  /** Throws the first failure from now on. */
  fail(error: WorkbenchError): void;
  /** Throws the first failure known. */
  throwIfFailed(): void;
  /** Waits until the device has judged every call so far, then does the same. */
  settle(): Promise<void>;
}

/** A watch over calls of this device; `runtime/run-failed` for what it refuses of `what`. */
export function createErrorWatch(device: GPUDevice, what: string): ErrorWatch {
  let failure: WorkbenchError | undefined;
  let judged = Promise.resolve();

  async function pop(): Promise<void> {
    // A lost device has no scopes; whoever waits for it is told of the loss.
    const error = await device.popErrorScope().catch(() => null);
    if (error === null) return;
    failure ??= new WorkbenchError('runtime/run-failed', `The GPU refused ${what}: ${error.message}`);
  }
  function throwIfFailed(): void {
    if (failure !== undefined) throw failure;
  }
  return {
    guard(calls) {
      for (const scope of SCOPES) device.pushErrorScope(scope);
      try {
        return calls();
      } finally {
        // Without its results, which would hold those of all calls before.
        judged = Promise.all([judged, ...SCOPES.map(pop)]).then(() => undefined);
      }
    },
    fail(error) {
      failure ??= error;
    },
    throwIfFailed,
    async settle() {
      await judged;
      throwIfFailed();
    },
  };
}
