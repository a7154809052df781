/** What every worker answers beside its own contract: its requests, for the privacy ledger, and errors that no call brings back. */
import type { SerializedError } from '../../core/errors.ts';

/** One request seen inside a worker, for the privacy ledger. */
export interface RequestSeen {
  readonly url: string;
  readonly initiator: string;
  readonly sizeBytes: number;
  readonly startedMs: number;
}

/** Every worker answers this, so that the ledger and the list of failures cover all threads. */
export interface Observed {
  requests(): Promise<readonly RequestSeen[]>;
  /** Resolves with the next rejection that nothing in the worker handled. An error thrown outside of a promise ends the worker instead. */
  unhandled(): Promise<SerializedError>;
}
