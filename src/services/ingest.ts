/**
 * What the page does with its cohort's files: read dropped ones, make the demo cohort, bring back the samples of an earlier
 * visit, forget. Long calls take (signal, report) and fit `startJob`.
 */
import type { SampleId, SampleRecord } from '../../core/cohort/sample.ts';
import type { DemoCohortSpec } from '../../workers/api/data.ts';
import { formatCount, formatCounted } from '../ui/format.ts';
import type { DataPool } from './data-pool.ts';
import { classifyFile, type FileKind, type FoundFile } from './dropped-files.ts';
import { ingestFrom, type IngestOptions, type IngestSource, type IngestSummary } from './ingest-run.ts';
import { forgetFolders, type RememberedFolders, rememberedFolders } from './remembered-folders.ts';
import type { SampleDirectory } from './sample-directory.ts';

export type { IngestBatch, IngestOptions, IngestSummary, RejectedFile } from './ingest-run.ts';

export interface IngestFilesOptions extends IngestOptions {
  /** Hears of every file that is not a sample, with its kind; hidden files are left out. */
  readonly onOther: (found: FoundFile, kind: Exclude<FileKind, 'sample' | 'hidden'>) => void;
}

export interface RestoreSummary {
  readonly recordCount: number;
  /** Samples whose pixels cannot be read until their folder is opened or dropped again. */
  readonly waitingCount: number;
  /** Whether the cohort outlives the page. */
  readonly persistent: boolean;
  /** Folders that can be opened again without a drop; `granted` says whether without a question too. */
  readonly folders: RememberedFolders | undefined;
}

export interface CohortFiles {
  /**
   * Reads the samples among the files. Those of an earlier visit get their file back, by path, size and time or by hash.
   * Cancel resolves with `cancelled`: what was read is kept.
   */
  ingestFiles(files: AsyncIterable<FoundFile>, options: IngestFilesOptions): Promise<IngestSummary>;
  /** As `ingestFiles`, for the demo cohort: its files are made inside the workers. Errors: `cohort/bad-demo-settings`. */
  ingestDemo(cohort: DemoCohortSpec, options: IngestOptions): Promise<IngestSummary>;
  /** Gives out the records of an earlier visit in parts. Call it once, before anything is read. */
  restoreCohort(onRecords: (records: readonly SampleRecord[]) => void): Promise<RestoreSummary>;
  /** Forgets samples; with no ids, the whole cohort and its folders. */
  forgetSamples(ids?: readonly SampleId[]): Promise<void>;
}

/** Records in one message at a reload: some ten milliseconds of the page's thread. */
const RESTORE_PART = 250;

/** One sentence for the record of the job. */
export function describeIngest(summary: IngestSummary): string {
  const { foundCount, loadedCount, attachedCount, knownCount, rejectedCount, cancelled } = summary;
  const facts = [
    `${formatCount(loadedCount)} read`,
    ...(attachedCount > 0 ? [`${formatCount(attachedCount)} matched to samples of an earlier visit`] : []),
    ...(knownCount > 0 ? [`${formatCount(knownCount)} were here already`] : []),
    ...(rejectedCount > 0 ? [`${formatCount(rejectedCount)} rejected`] : []),
  ].join(', ');
  return cancelled
    ? `Stopped after ${formatCounted(foundCount, 'file was', 'files were')} found: ${facts}. What was read is kept.`
    : `${formatCounted(foundCount, 'file')}: ${facts}.`;
}

async function* samplesOf(
  files: AsyncIterable<FoundFile>,
  onOther: IngestFilesOptions['onOther'],
): AsyncGenerator<FoundFile> {
  for await (const found of files) {
    const kind = classifyFile(found.path);
    if (kind === 'sample') yield found;
    else if (kind !== 'hidden') onOther(found, kind);
  }
}

/** The calls above over a pool and its directory. A crashed worker's replacement gets its files back. */
export function createCohortFiles(pool: DataPool, directory: SampleDirectory): CohortFiles {
  pool.onRestart(async (shard, worker) => {
    const ids = directory.idsOfShard(shard);
    const files = ids.flatMap((id) => {
      const entry = directory.get(id);
      return entry?.file === undefined ? [] : [{ path: entry.path, file: entry.file }];
    });
    const matched = await worker.attach(files);
    // Without storage the worker has forgotten its samples too, and reads them anew.
    await worker.ingest(files.filter((_, index) => matched[index] === undefined));
    const attached = new Set(await worker.attached());
    for (const id of ids) if (!attached.has(id)) directory.detach(id);
  });

  async function restoreShard(
    shard: number,
    onRecords: (records: readonly SampleRecord[]) => void,
  ): Promise<boolean> {
    const { worker, recordCount, persistent } = await pool.shard(shard);
    const attached = new Set(await worker.attached());
    const twice: SampleId[] = [];
    for (let from = 0; from < recordCount; from += RESTORE_PART) {
      const records = await worker.restore(from, RESTORE_PART);
      const kept = records.filter(({ id }) => directory.get(id) === undefined);
      // A page closed while it sorted out duplicates leaves one sample in two shards.
      for (const { id } of records) if (directory.get(id) !== undefined) twice.push(id);
      for (const record of kept) {
        directory.add(record, { shard, isAttached: attached.has(record.id), file: undefined });
      }
      if (kept.length > 0) onRecords(kept);
    }
    if (twice.length > 0) await worker.forget(twice);
    return persistent;
  }

  return {
    ingestFiles(files, options) {
      const source: IngestSource<FoundFile> = {
        items: samplesOf(files, options.onOther),
        describe: ({ path, file }) => ({ path, sizeBytes: file.size, file }),
        ingest: (worker, items) => worker.ingest(items),
        attach: (worker, items) => worker.attach(items),
        route(found) {
          const entry = directory.get(directory.idAtPlace(found) ?? '');
          if (entry === undefined) return directory.shardsWaitingFor(found.file.size);
          return entry.isAttached ? 'known' : [entry.shard];
        },
      };
      return ingestFrom(pool, directory, source, options);
    },

    ingestDemo(cohort, options) {
      const source: IngestSource<number> = {
        items: Array.from({ length: cohort.count }, (_, index) => index),
        describe: (index) => ({ path: `demo sample ${index + 1}`, sizeBytes: 0 }),
        ingest: (worker, indices) => worker.ingestDemo(cohort, indices),
        attach: () => Promise.resolve([]),
        route: () => [],
      };
      return ingestFrom(pool, directory, source, options);
    },

    async restoreCohort(onRecords) {
      const shards = Array.from({ length: pool.size }, (_, shard) => restoreShard(shard, onRecords));
      const persistent = (await Promise.all(shards)).every(Boolean);
      return {
        recordCount: directory.size,
        waitingCount: directory.waitingCount,
        persistent,
        folders: await rememberedFolders(),
      };
    },

    async forgetSamples(ids) {
      const shards = await pool.shards();
      if (ids === undefined) {
        directory.clear();
        await Promise.all([...shards.map(({ worker }) => worker.forget()), forgetFolders()]);
        return;
      }
      const refs = directory.refs(ids);
      directory.remove(ids);
      await Promise.all(
        shards.map(({ worker }, shard) =>
          worker.forget(refs.filter((ref) => ref.shard === shard).map(({ id }) => id)),
        ),
      );
    },
  };
}
