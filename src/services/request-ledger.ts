/**
 * The privacy ledger: the requests of the page and of its workers, and every attempt that the content security policy
 * stopped. services/workers.ts registers the workers; nothing here makes a request. Not covered: the service worker.
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
  /** Workers that were replaced, as after a crash: what they asked for after the last reading is not known. */
  readonly replaced: readonly string[];
}

/** Workers that are busy in a long loop answer late; longer than this is reported as silent. */
const ANSWER_WITHIN_MS = 2000;

/** By address and time: a navigation is reported when it starts and again when it is complete. */
const pageRequests = new Map<string, RequestSeen>();
const blocked: BlockedRequest[] = [];

type Read = () => Promise<readonly RequestSeen[]>;

/** The workers of one name: only the latest can be asked, the others' requests are kept from when they were read. */
interface Source {
  readonly read: Read;
  readonly seen: Map<string, RequestSeen>;
  readonly wasReplaced: boolean;
}
const sources = new Map<string, Source>();

const keyOf = ({ startedMs, url }: RequestSeen) => `${startedMs} ${url}`;

function record(entries: readonly PerformanceEntry[]): void {
  for (const entry of entries) {
    if (!(entry instanceof PerformanceResourceTiming)) continue;
    const request: RequestSeen = {
      url: entry.name,
      initiator: entry.initiatorType,
      sizeBytes: entry.transferSize,
      startedMs: performance.timeOrigin + entry.startTime,
    };
    pageRequests.set(keyOf(request), request);
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

/**
 * Adds a worker's requests to the ledger. A worker of the same name is taken as replaced: what it was seen to ask for stays.
 * Returns the function that removes the worker and what was seen of it; only for one that will be added anew in full.
 */
export function registerRequestSource(thread: string, read: Read): () => void {
  const before = sources.get(thread);
  sources.set(thread, { read, seen: before?.seen ?? new Map(), wasReplaced: before !== undefined });
  return () => {
    if (sources.get(thread)?.read === read) sources.delete(thread);
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
    [...sources].map(async ([thread, { read, seen }]) => {
      const answer = await Promise.race([read().catch(() => undefined), timeOut()]);
      if (answer === undefined) silent.push(thread);
      for (const request of answer ?? []) seen.set(keyOf(request), request);
      return [...seen.values()].map((request) => ({ ...request, thread }));
    }),
  );
  const all = [
    ...[...pageRequests.values()].map((request) => ({ ...request, thread: 'page' })),
    ...ofWorkers.flat(),
  ];
  const entries = all
    .map((request) => ({ ...request, foreign: isForeign(request.url, origin) }))
    .toSorted((a, b) => a.startedMs - b.startedMs);
  const replaced = [...sources].flatMap(([thread, { wasReplaced }]) => (wasReplaced ? [thread] : []));
  return { entries, blocked: [...blocked], silent, replaced };
}
