/**
 * The pool of data workers, kept for the page's life. A worker that crashes is replaced: its records are on the disk,
 * and whoever has the files gives them back in an `onRestart` hook.
 */
import type { DataWorker } from '../../workers/api/data.ts';
import type { Connection } from '../../workers/rpc/connect.ts';

export interface OpenedShard {
  readonly worker: DataWorker;
  /** Whether its samples outlive the page. */
  readonly persistent: boolean;
  /** Samples of an earlier visit. */
  readonly recordCount: number;
}

/** Called with a worker that replaces a crashed one, before anyone else gets it. */
export type DataRestartHook = (shard: number, worker: DataWorker) => Promise<void>;

export interface DataPool {
  readonly size: number;
  /** The opened worker of a shard; started when first asked for. Errors: `worker/crashed` when it cannot start. */
  shard(shard: number): Promise<OpenedShard>;
  /** All of them, opened. */
  shards(): Promise<readonly OpenedShard[]>;
  onRestart(hook: DataRestartHook): void;
  /** Lets go of all stored files, for their deletion. The page must be reloaded afterwards. */
  close(): Promise<void>;
}

/**
 * As many workers as leave the page a core of its own; more than four only wait for the disk. Two on two cores: the
 * page's thread is idle nearly all the time, and a second worker reads half as many files again.
 */
export function dataWorkerCount(coreCount: number): number {
  return coreCount < 3 ? Math.max(1, coreCount) : Math.min(4, coreCount - 1);
}

/** A pool whose workers are made by `spawn`. */
export function createDataPool(size: number, spawn: (shard: number) => Connection<DataWorker>): DataPool {
  const slots: (Promise<OpenedShard> | undefined)[] = Array.from({ length: size }, () => undefined);
  const hooks: DataRestartHook[] = [];

  async function open(shard: number, isRestart: boolean): Promise<OpenedShard> {
    const { api: worker, crashed } = spawn(shard);
    let isOpen = false;
    void crashed.then(() => {
      slots[shard] = undefined;
      // One that never opened would only fail again; the next call tries once more.
      if (isOpen) start(shard, true).catch(() => undefined);
    });
    const opened = { worker, ...(await worker.open(shard, size)) };
    isOpen = true;
    if (isRestart) for (const hook of hooks) await hook(shard, worker);
    return opened;
  }

  function start(shard: number, isRestart: boolean): Promise<OpenedShard> {
    const opening = open(shard, isRestart);
    slots[shard] = opening;
    opening.catch(() => {
      if (slots[shard] === opening) slots[shard] = undefined;
    });
    return opening;
  }

  const shard = (index: number) => slots[index] ?? start(index, false);
  const shards = () => Promise.all(slots.map((_, index) => shard(index)));
  return {
    size,
    shard,
    shards,
    onRestart: (hook) => void hooks.push(hook),
    async close() {
      await Promise.all((await shards()).map(({ worker }) => worker.close()));
    },
  };
}
