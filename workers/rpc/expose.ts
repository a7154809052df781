/** The worker's side of a connection: every worker entry ends with `exposeWorker(api)`. */
import type { Observed, RequestSeen } from '../api/observed.ts';
import { exposeApi } from './expose-api.ts';
import { listenForUnhandled } from './unhandled.ts';

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

/** Serves a worker's api to the page, with what `Observed` asks for. Call it once, at the end of the entry. */
export function exposeWorker(api: object): void {
  performance.setResourceTimingBufferSize(RESOURCE_ENTRY_LIMIT);
  const observed: Observed = {
    requests: () => Promise.resolve(requestsSeen()),
    unhandled: listenForUnhandled(self),
  };
  exposeApi(Object.assign(api, observed), self);
}
