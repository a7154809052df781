/**
 * The privacy ledger: every request of the page and of its workers, and every attempt that the content security
 * policy stopped. services/workers.ts registers the workers; nothing here makes a request.
 */
import type { RequestSeen } from '../../workers/api/observed.ts';

export interface LedgerEntry extends RequestSeen {
  /** `page`, or the name a worker was registered under. */
  readonly thread: string;
  /** Whether the address lies outside this page's origin. */
  readonly foreign: boolean;
}

export interface BlockedRequest {
  readonly url: string;
  readonly directive: string;
  readonly atMs: number;
}

export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  readonly blocked: readonly BlockedRequest[];
  /** Threads that did not answer, so that a missing answer is not read as "no requests". */
  readonly silent: readonly string[];
}

/** Workers that are busy in a long loop answer late; longer than this is reported as silent. */
const ANSWER_WITHIN_MS = 2000;

/** By address and time: a navigation is reported when it starts and again when it is complete. */
const pageRequests = new Map<string, RequestSeen>();
const blocked: BlockedRequest[] = [];
const sources = new Map<string, () => Promise<readonly RequestSeen[]>>();

function record(entries: readonly PerformanceEntry[]): void {
  for (const entry of entries) {
    if (!(entry instanceof PerformanceResourceTiming)) continue;
    pageRequests.set(`${entry.startTime} ${entry.name}`, {
      url: entry.name,
      initiator: entry.initiatorType,
      sizeBytes: entry.transferSize,
      startedMs: performance.timeOrigin + entry.startTime,
    });
  }
}

/** Starts to listen; called once, before anything else of the page runs. */
export function startLedger(): void {
  // An observer, because the browser's own list of entries stops at 250.
  const observer = new PerformanceObserver((list) => record(list.getEntries()));
  observer.observe({ type: 'navigation', buffered: true });
  observer.observe({ type: 'resource', buffered: true });
  document.addEventListener('securitypolicyviolation', (event) => {
    blocked.push({ url: event.blockedURI, directive: event.effectiveDirective, atMs: Date.now() });
  });
}

/** Adds a worker's requests to the ledger. Returns the function that removes them. */
export function registerRequestSource(
  thread: string,
  read: () => Promise<readonly RequestSeen[]>,
): () => void {
  sources.set(thread, read);
  return () => {
    if (sources.get(thread) === read) sources.delete(thread);
  };
}

/** True for addresses that leave the page's origin; `blob:` and `data:` addresses never leave the machine. */
export function isForeign(url: string, origin: string): boolean {
  if (!URL.canParse(url, origin)) return true;
  const parsed = new URL(url, origin);
  if (parsed.protocol === 'data:') return false;
  return parsed.origin !== origin;
}

function timeOut(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS));
}

/** Everything seen so far, oldest first. */
export async function readLedger(): Promise<Ledger> {
  const { origin } = window.location;
  const silent: string[] = [];
  const ofWorkers = await Promise.all(
    [...sources].map(async ([thread, read]) => {
      const seen = await Promise.race([read().catch(() => undefined), timeOut()]);
      if (seen === undefined) silent.push(thread);
      return (seen ?? []).map((request) => ({ ...request, thread }));
    }),
  );
  const all = [
    ...[...pageRequests.values()].map((request) => ({ ...request, thread: 'page' })),
    ...ofWorkers.flat(),
  ];
  const entries = all
    .map((request) => ({ ...request, foreign: isForeign(request.url, origin) }))
    .toSorted((a, b) => a.startedMs - b.startedMs);
  return { entries, blocked: [...blocked], silent };
}
