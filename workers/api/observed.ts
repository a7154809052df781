/** What every worker answers beside its own contract: its requests, for the privacy ledger. */

/** One request seen inside a worker, for the privacy ledger. */
export interface RequestSeen {
  readonly url: string;
  readonly initiator: string;
  readonly sizeBytes: number;
  readonly startedMs: number;
}

/** Every worker answers this, so that the ledger covers all threads. */
export interface Observed {
  requests(): Promise<readonly RequestSeen[]>;
}
