/**
 * One run of the data workers through a source of files: new files are read, files of an earlier visit are given back to
 * their samples, files that are here already are passed over. The page's thread only routes names.
 */
import type { SampleId, SampleRecord } from '../../core/cohort/sample.ts';
import { serializeError, type SerializedError, WorkbenchError } from '../../core/errors.ts';
import type { Report } from '../../core/tasks.ts';
import type { DataWorker, IngestResult } from '../../workers/api/data.ts';
import type { DataPool } from './data-pool.ts';
import { createLanes } from './lanes.ts';
import { createBatches } from './result-batches.ts';
import type { SampleDirectory } from './sample-directory.ts';

export interface RejectedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly error: SerializedError;
}

/** What became known since the last batch; at most two a second. */
export interface IngestBatch {
  readonly records: readonly SampleRecord[];
  /** Samples of an earlier visit that have their file again. */
  readonly attached: readonly SampleId[];
  readonly rejected: readonly RejectedFile[];
}

export interface IngestOptions {
  readonly signal: AbortSignal;
  readonly report: Report;
  readonly onBatch: (batch: IngestBatch) => void;
}

export interface IngestSummary {
  readonly foundCount: number;
  readonly loadedCount: number;
  readonly attachedCount: number;
  /** Files that were in the cohort already. */
  readonly knownCount: number;
  readonly rejectedCount: number;
  readonly readBytes: number;
  readonly elapsedMs: number;
  /** True when it was stopped early: what was read by then is kept. */
  readonly cancelled: boolean;
}

/** Small enough for a quick cancel and even shares, large enough that messages cost nothing. */
const CHUNK_LENGTH = 16;
const ATTACH_CHUNK_LENGTH = 64;
/** A file that was in three crashes is the likely cause; the files that were read beside it get their chance alone. */
const MAX_CRASHES = 3;

/** Where items come from and how a worker reads them: dropped files, or indices of the demo cohort. */
export interface IngestSource<Item> {
  readonly items: AsyncIterable<Item> | Iterable<Item>;
  readonly describe: (item: Item) => {
    readonly path: string;
    readonly sizeBytes: number;
    readonly file?: File;
  };
  readonly ingest: (worker: DataWorker, items: readonly Item[]) => Promise<readonly IngestResult[]>;
  /** Known already, or the shards that may have a sample waiting for it. */
  readonly route: (item: Item) => 'known' | readonly number[];
  readonly attach: (worker: DataWorker, items: readonly Item[]) => Promise<readonly (SampleId | undefined)[]>;
}

interface Work<Item> {
  readonly item: Item;
  /** Shards still to be asked whether a sample of theirs waits for this file. */
  readonly candidates: readonly number[];
  readonly crashCount: number;
}

type Outcome =
  | { readonly kind: 'loaded'; readonly record: SampleRecord }
  | { readonly kind: 'attached'; readonly id: SampleId }
  | { readonly kind: 'known' }
  | ({ readonly kind: 'rejected' } & RejectedFile);

function batchOf(outcomes: readonly Outcome[]): IngestBatch {
  return {
    records: outcomes.flatMap((outcome) => (outcome.kind === 'loaded' ? outcome.record : [])),
    attached: outcomes.flatMap((outcome) => (outcome.kind === 'attached' ? outcome.id : [])),
    rejected: outcomes.flatMap((outcome) => {
      if (outcome.kind !== 'rejected') return [];
      const { path, sizeBytes, error } = outcome;
      return { path, sizeBytes, error };
    }),
  };
}

/** What a worker's answer means for the cohort as a whole. `isDuplicate` asks that the worker forget the sample again. */
function judge(
  directory: SampleDirectory,
  shard: number,
  file: File | undefined,
  result: IngestResult,
): { readonly outcome: Outcome; readonly isDuplicate: boolean } {
  if (result.status === 'rejected') {
    const { path, sizeBytes, error } = result;
    const isSameFile = error.code === 'sample/duplicate' && error.context?.['first'] === path;
    return {
      outcome: isSameFile ? { kind: 'known' } : { kind: 'rejected', path, sizeBytes, error },
      isDuplicate: false,
    };
  }
  const { record } = result;
  const known = directory.get(record.id);
  if (known === undefined) {
    directory.add(record, { shard, isAttached: true, file });
    return { outcome: { kind: 'loaded', record }, isDuplicate: false };
  }
  if (known.shard === shard) {
    if (file !== undefined) directory.attach(record.id, file);
    return { outcome: { kind: 'attached', id: record.id }, isDuplicate: false };
  }
  if (known.path === record.path) return { outcome: { kind: 'known' }, isDuplicate: true };
  const error = new WorkbenchError(
    'sample/duplicate',
    `It has the same content as ${known.path}, which was kept.`,
    {
      context: { first: known.path },
    },
  );
  const { path, sizeBytes } = record;
  return { outcome: { kind: 'rejected', path, sizeBytes, error: serializeError(error) }, isDuplicate: true };
}

/**
 * Reads every item of a source into the pool.
 * Cancel: resolves with `cancelled` when what was under way is done and kept.
 * Errors: `worker/crashed` when a worker cannot start; whatever the listing of a folder failed with.
 */
export async function ingestFrom<Item>(
  pool: DataPool,
  directory: SampleDirectory,
  source: IngestSource<Item>,
  { signal, report, onBatch }: IngestOptions,
): Promise<IngestSummary> {
  const startedMs = performance.now();
  await pool.shards();
  signal.throwIfAborted();

  const fresh: Work<Item>[] = [];
  const retries: Work<Item>[] = [];
  const waiting: Work<Item>[][] = Array.from({ length: pool.size }, () => []);
  const counts = { found: 0, loaded: 0, attached: 0, known: 0, rejected: 0 };
  let foundBytes = 0;
  let doneBytes = 0;
  let isWalking = true;
  let hasFailed = false;

  const batches = createBatches<Outcome>((outcomes) => {
    onBatch(batchOf(outcomes));
    report({
      phase: 'Reading samples',
      done: counts.loaded + counts.attached + counts.known + counts.rejected,
      total: counts.found,
      unit: 'files',
      // Generated samples have no size beforehand.
      ...(foundBytes > 0 ? { doneBytes, totalBytes: foundBytes } : {}),
      ...(isWalking ? { totalsGrow: true } : {}),
    });
  });

  function settle(item: Item, outcome: Outcome): void {
    counts[outcome.kind]++;
    doneBytes += source.describe(item).sizeBytes;
    batches.add(outcome);
  }

  function enqueue(work: Work<Item>): void {
    const [shard] = work.candidates;
    if (shard !== undefined) waiting[shard]?.push(work);
    else if (work.crashCount > 0) retries.push(work);
    else fresh.push(work);
  }

  function afterCrash(work: Work<Item>, error: unknown): void {
    const crashCount = work.crashCount + 1;
    if (crashCount < MAX_CRASHES) enqueue({ ...work, crashCount });
    else {
      const { path, sizeBytes } = source.describe(work.item);
      settle(work.item, { kind: 'rejected', path, sizeBytes, error: serializeError(error) });
    }
  }

  async function ingestChunk(shard: number, chunk: readonly Work<Item>[]): Promise<void> {
    const { worker } = await pool.shard(shard);
    const results = await source.ingest(
      worker,
      chunk.map(({ item }) => item),
    );
    const duplicates: SampleId[] = [];
    for (const [index, { item }] of chunk.entries()) {
      const result = results[index];
      if (result === undefined) continue;
      const { outcome, isDuplicate } = judge(directory, shard, source.describe(item).file, result);
      if (isDuplicate && result.status === 'loaded') duplicates.push(result.record.id);
      settle(item, outcome);
    }
    if (duplicates.length > 0) await worker.forget(duplicates);
  }

  async function attachChunk(shard: number, chunk: readonly Work<Item>[]): Promise<void> {
    const { worker } = await pool.shard(shard);
    const ids = await source.attach(
      worker,
      chunk.map(({ item }) => item),
    );
    for (const [index, work] of chunk.entries()) {
      const id = ids[index];
      if (id === undefined) {
        enqueue({ ...work, candidates: work.candidates.slice(1) });
        continue;
      }
      const { file } = source.describe(work.item);
      if (file !== undefined) directory.attach(id, file);
      settle(work.item, { kind: 'attached', id });
    }
  }

  /** Runs a chunk; when its worker crashes, its files are tried again, each alone. */
  function guarded(
    run: (shard: number, chunk: readonly Work<Item>[]) => Promise<void>,
    shard: number,
    chunk: readonly Work<Item>[],
  ): () => Promise<void> {
    return () =>
      run(shard, chunk).catch((error: unknown) => {
        if (!(error instanceof WorkbenchError && error.code === 'worker/crashed')) throw error;
        for (const work of chunk) afterCrash(work, error);
      });
  }

  function take(shard: number): (() => Promise<void>) | undefined {
    const own = waiting[shard]?.splice(0, ATTACH_CHUNK_LENGTH) ?? [];
    if (own.length > 0) return guarded(attachChunk, shard, own);
    const chunk = fresh.length > 0 ? fresh.splice(0, CHUNK_LENGTH) : retries.splice(0, 1);
    return chunk.length > 0 ? guarded(ingestChunk, shard, chunk) : undefined;
  }

  const lanes = createLanes({ shardCount: pool.size, take, isMoreToCome: () => isWalking, signal });

  async function walk(): Promise<void> {
    try {
      for await (const item of source.items) {
        if (signal.aborted || hasFailed) return;
        counts.found++;
        foundBytes += source.describe(item).sizeBytes;
        const route = source.route(item);
        if (route === 'known') settle(item, { kind: 'known' });
        else enqueue({ item, candidates: route, crashCount: 0 });
        lanes.wake();
      }
    } finally {
      isWalking = false;
      lanes.wake();
    }
  }

  const read = lanes.run().catch((error: unknown) => {
    hasFailed = true;
    throw error;
  });
  const ends = await Promise.allSettled([walk(), read]);
  batches.finish();
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return {
    foundCount: counts.found,
    loadedCount: counts.loaded,
    attachedCount: counts.attached,
    knownCount: counts.known,
    rejectedCount: counts.rejected,
    readBytes: doneBytes,
    elapsedMs: performance.now() - startedMs,
    cancelled: signal.aborted,
  };
}
