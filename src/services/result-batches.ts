/** Gathers results and hands them on at most twice a second: every batch makes the page draw its numbers and charts anew. */

const MIN_INTERVAL_MS = 500;

export interface Batches<Item> {
  add(item: Item): void;
  /** Hands on what is left; nothing follows. */
  finish(): void;
}

/** Batches for `deliver`, which never gets an empty list. */
export function createBatches<Item>(deliver: (items: readonly Item[]) => void): Batches<Item> {
  let gathered: Item[] = [];
  let lastMs = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (gathered.length === 0) return;
    const items = gathered;
    gathered = [];
    lastMs = performance.now();
    deliver(items);
  }

  return {
    add(item) {
      gathered.push(item);
      timer ??= setTimeout(flush, Math.max(0, lastMs + MIN_INTERVAL_MS - performance.now()));
    },
    finish: flush,
  };
}
