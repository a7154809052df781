/** Keeps a pool of workers busy by pull: every lane takes its next piece of work when it is done with the last. */

/** Two for each worker: while one waits for the disk or for the page, the other computes. */
const LANES_PER_SHARD = 2;

export interface Lanes {
  /** Resolves when there is no more work, or when the signal aborted and what was under way is done. A failure stops all lanes. */
  run(): Promise<void>;
  /** Says that `take` may have something new, or that `isMoreToCome` changed. */
  wake(): void;
}

/** Lanes that get their work from `take`, which returns undefined when there is none for this shard now. */
export function createLanes(work: {
  readonly shardCount: number;
  readonly take: (shard: number) => (() => Promise<void>) | undefined;
  readonly isMoreToCome: () => boolean;
  readonly signal: AbortSignal;
}): Lanes {
  let busyCount = 0;
  let sleepers: (() => void)[] = [];
  let hasFailed = false;

  function wake(): void {
    const woken = sleepers;
    sleepers = [];
    for (const resume of woken) resume();
  }

  async function lane(shard: number): Promise<void> {
    while (!work.signal.aborted && !hasFailed) {
      const piece = work.take(shard);
      if (piece !== undefined) {
        busyCount++;
        try {
          await piece();
        } catch (error) {
          hasFailed = true;
          throw error;
        } finally {
          busyCount--;
          wake();
        }
      } else if (busyCount === 0 && !work.isMoreToCome()) {
        return;
      } else {
        // A busy lane may leave work for this one.
        await new Promise<void>((resume) => sleepers.push(resume));
      }
    }
  }

  return {
    wake,
    async run() {
      work.signal.addEventListener('abort', wake);
      const lanes = Array.from({ length: work.shardCount * LANES_PER_SHARD }, (_, index) =>
        lane(index % work.shardCount),
      );
      const ends = await Promise.allSettled(lanes);
      work.signal.removeEventListener('abort', wake);
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    },
  };
}
