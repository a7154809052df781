/** The worker's side of a connection: every worker entry ends with `exposeWorker(api)`. */
import { type Endpoint, expose, transfer } from 'comlink';
import type { Observed, RequestSeen } from '../api.ts';
import { installTransferHandlers, releaseArguments } from './handlers.ts';
import { ownedBuffers } from './owned-buffers.ts';

/** Chromium keeps 250 resource entries by default; the privacy ledger must not lose any. */
const RESOURCE_ENTRY_LIMIT = 100_000;

/** Requests this thread has made, with `startedMs` in milliseconds since the epoch, so that threads can be compared. */
export function requestsSeen(): readonly RequestSeen[] {
  return (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).map((entry) => ({
    url: entry.name,
    initiator: entry.initiatorType,
    sizeBytes: entry.transferSize,
    startedMs: performance.timeOrigin + entry.startTime,
  }));
}

/**
 * Serves an api over a message port, or over this worker's own channel to the page.
 * Errors keep their code; signals and progress callbacks of a call are released when it ends.
 * Ownership: **the buffers of a result are transferred**, so a method returns arrays it does not keep (copy first).
 */
export function exposeApi(api: object, endpoint: Endpoint): void {
  installTransferHandlers();
  const served = new Proxy(api, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property);
      if (typeof member !== 'function') return undefined;
      return async (...args: unknown[]): Promise<unknown> => {
        try {
          const result: unknown = await Reflect.apply(member, target, args);
          return typeof result === 'object' && result !== null
            ? transfer(result, ownedBuffers(result))
            : result;
        } finally {
          releaseArguments(args);
        }
      };
    },
  });
  expose(served, endpoint);
}

/** Serves a worker's api to the page, with `requests()` for the privacy ledger. Call it once, at the end of the entry. */
export function exposeWorker(api: object): void {
  performance.setResourceTimingBufferSize(RESOURCE_ENTRY_LIMIT);
  const observed: Observed = { requests: () => Promise.resolve(requestsSeen()) };
  exposeApi(Object.assign(api, observed), self);
}
