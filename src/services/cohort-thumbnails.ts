/**
 * Thumbnails for the gallery: asked for by the window in view, fetched in small batches, those that went out of view
 * dropped from the queue, the latest kept in a cache of bounded size.
 */
import type { SampleId } from '../../core/cohort/sample.ts';
import type { Thumbnail } from '../../workers/api/data.ts';

export interface ThumbnailStore {
  get(id: SampleId): Thumbnail | undefined;
  /** Says what is in view now: what waits and is not among them is no longer fetched. */
  want(ids: readonly SampleId[]): void;
  /** Calls back whenever thumbnails have come. Returns the function that stops it. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** Some 35 MB: 1,900 thumbnails of 18 kB, several screens in both directions. */
const CAPACITY = 1900;
/** One row or two: small enough that a fast scroll drops nearly everything it passes. */
const BATCH_LENGTH = 16;
const BATCHES_AT_ONCE = 3;

/** A store over `load`, which answers with the thumbnails that exist. */
export function createThumbnailStore(
  load: (ids: readonly SampleId[]) => Promise<readonly Thumbnail[]>,
  capacity = CAPACITY,
): ThumbnailStore {
  /** In the order of use, the longest unused first. */
  const cache = new Map<SampleId, Thumbnail>();
  const listeners = new Set<() => void>();
  const underWay = new Set<SampleId>();
  let queue: SampleId[] = [];
  let batchCount = 0;

  function keep(thumbnail: Thumbnail): void {
    cache.delete(thumbnail.id);
    cache.set(thumbnail.id, thumbnail);
    for (const id of cache.keys()) {
      if (cache.size <= capacity) return;
      cache.delete(id);
    }
  }

  async function fetchBatch(ids: readonly SampleId[]): Promise<void> {
    batchCount++;
    for (const id of ids) underWay.add(id);
    try {
      for (const thumbnail of await load(ids)) keep(thumbnail);
    } catch {
      // A crashed worker is replaced; the cells stay empty until they are in view again.
    } finally {
      batchCount--;
      for (const id of ids) underWay.delete(id);
      for (const listener of listeners) listener();
      pump();
    }
  }

  function pump(): void {
    while (queue.length > 0 && batchCount < BATCHES_AT_ONCE) void fetchBatch(queue.splice(0, BATCH_LENGTH));
  }

  return {
    get: (id) => cache.get(id),
    want(ids) {
      for (const id of ids) {
        const thumbnail = cache.get(id);
        if (thumbnail !== undefined) keep(thumbnail);
      }
      queue = ids.filter((id) => !cache.has(id) && !underWay.has(id));
      pump();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
