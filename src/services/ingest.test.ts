/** The page's ingest over real data workers in this thread, with their files in memory. */
import { describe, expect, it, vi } from 'vitest';
import { WorkbenchError } from '../../core/errors.ts';
import type { SampleRecord } from '../../core/cohort/sample.ts';
import type { Progress } from '../../core/tasks.ts';
import type { DataWorker } from '../../workers/api/data.ts';
import { createDataWorker } from '../../workers/data/create-data-worker.ts';
import {
  createMemoryFile,
  type RandomAccessFile,
  type SampleFiles,
} from '../../workers/data/random-access-file.ts';
import { droppedFile, droppedSample, SMALL_COHORT } from '../../workers/data/testing.ts';
import type { Connection } from '../../workers/rpc/connect.ts';
import { createDataPool } from './data-pool.ts';
import type { FoundFile } from './dropped-files.ts';
import { createCohortFiles, describeIngest, type IngestBatch } from './ingest.ts';
import { createSampleDirectory } from './sample-directory.ts';

vi.mock('./remembered-folders.ts', () => ({
  rememberedFolders: () => Promise.resolve(undefined),
  forgetFolders: () => Promise.resolve(),
}));

const SHARD_COUNT = 2;

function createDisk(): SampleFiles[] {
  return Array.from({ length: SHARD_COUNT }, () => ({
    records: createMemoryFile(),
    thumbnails: createMemoryFile(),
    persistent: true,
  }));
}

function copyOf(file: RandomAccessFile): RandomAccessFile {
  const bytes = new Uint8Array(file.getSize());
  file.read(bytes, { at: 0 });
  const copy = createMemoryFile();
  copy.write(bytes, { at: 0 });
  return copy;
}

/**
 * A worker on a page's disk that dies of files named "deadly", as a browser's would of one that takes all memory: every
 * call under way rejects, and what it still writes is lost.
 */
function spawnMortal(disk: SampleFiles[], shard: number): Connection<DataWorker> {
  const worker = createDataWorker(
    () => Promise.resolve(disk[shard] as SampleFiles),
    () => Promise.reject(new Error('not used')),
  );
  const error = new WorkbenchError('worker/crashed', 'The worker stopped.');
  let die: (error: WorkbenchError) => void = () => undefined;
  const crashed = new Promise<WorkbenchError>((resolve) => (die = resolve));
  const died = crashed.then(() => Promise.reject(error));
  died.catch(() => undefined);
  const api: DataWorker = {
    ...worker,
    ingest(files) {
      if (files.some(({ path }) => path.includes('deadly'))) {
        const { records, thumbnails, persistent } = disk[shard] as SampleFiles;
        disk[shard] = persistent
          ? { records: copyOf(records), thumbnails: copyOf(thumbnails), persistent }
          : { records: createMemoryFile(), thumbnails: createMemoryFile(), persistent };
        die(error);
      }
      return Promise.race([worker.ingest(files), died]);
    },
  };
  return { api, crashed, close: () => undefined };
}

/** A page over a disk. */
function openPage(disk = createDisk(), spawn = spawnMortal) {
  const spawned: number[] = [];
  const pool = createDataPool(SHARD_COUNT, (shard) => {
    spawned.push(shard);
    return spawn(disk, shard);
  });
  const directory = createSampleDirectory();
  const files = createCohortFiles(pool, directory);
  const batches: IngestBatch[] = [];
  const progress: Progress[] = [];
  const others: string[] = [];
  const options = (signal = new AbortController().signal) => ({
    signal,
    report: (one: Progress) => void progress.push(one),
    onBatch: (batch: IngestBatch) => void batches.push(batch),
    onOther: ({ path }: FoundFile, kind: string) => void others.push(`${kind} ${path}`),
  });
  return {
    pool,
    directory,
    files,
    batches,
    progress,
    others,
    options,
    spawned,
    records: () => batches.flatMap(({ records }) => records),
    rejected: () => batches.flatMap(({ rejected }) => rejected),
  };
}

async function* listed(files: readonly FoundFile[]): AsyncGenerator<FoundFile> {
  for (const found of files) yield await Promise.resolve(found);
}

function cohort(count: number, folder = 'cohort'): FoundFile[] {
  return Array.from({ length: count }, (_, index) => droppedSample(index, folder));
}

const names = (records: readonly SampleRecord[]) => records.map(({ path }) => path).toSorted();

describe('ingesting files', () => {
  it('reads samples in all workers, hands other files on, and lists the bad ones', async () => {
    const page = openPage();
    const dropped = [
      ...cohort(30),
      droppedFile('cohort/broken.npz', 'no archive'),
      droppedFile('cohort/train.txt', 'data_1.npz'),
      droppedFile('cohort/.DS_Store', 'x'),
      droppedFile('cohort/model.onnx', 'x'),
    ];
    const summary = await page.files.ingestFiles(listed(dropped), page.options());
    expect(summary).toMatchObject({
      foundCount: 31,
      loadedCount: 30,
      rejectedCount: 1,
      knownCount: 0,
      cancelled: false,
    });
    expect(summary.readBytes).toBe(dropped.slice(0, 31).reduce((sum, { file }) => sum + file.size, 0));
    expect(names(page.records())).toEqual(names(page.records()).toSorted());
    expect(new Set(page.records().map(({ id }) => id)).size).toBe(30);
    expect(page.rejected()).toMatchObject([{ path: 'cohort/broken.npz', error: { code: 'zip/damaged' } }]);
    expect(page.others).toEqual(['split-list cohort/train.txt', 'model cohort/model.onnx']);
    expect(page.progress.at(-1)).toMatchObject({ done: 31, total: 31, unit: 'files' });
    const shards = page.directory.refs(page.records().map(({ id }) => id)).map(({ shard }) => shard);
    expect(new Set(shards).size).toBe(SHARD_COUNT);
    expect(describeIngest(summary)).toBe('31 files: 30 read, 1 rejected.');
  });

  it('finds equal files in different workers and names the first', async () => {
    const page = openPage();
    const copies = cohort(24).flatMap((found) => [found, { ...found, path: `copy/${found.path}` }]);
    const summary = await page.files.ingestFiles(listed(copies), page.options());
    expect(summary).toMatchObject({ loadedCount: 24, rejectedCount: 24 });
    expect(page.directory.size).toBe(24);
    const paths = new Set(page.records().map(({ path }) => path));
    for (const { path, error } of page.rejected()) {
      expect(error.code).toBe('sample/duplicate');
      expect(paths.has(String(error.context?.['first']))).toBe(true);
      expect(paths.has(path)).toBe(false);
    }
    const kept = await Promise.all((await page.pool.shards()).map(({ worker }) => worker.attached()));
    expect(kept.flat().toSorted()).toEqual(
      page
        .records()
        .map(({ id }) => id)
        .toSorted(),
    );
  });

  it('passes over files that are here already, without reading them', async () => {
    const page = openPage();
    await page.files.ingestFiles(listed(cohort(5)), page.options());
    const again = cohort(6);
    for (const { file } of again.slice(0, 5)) {
      file.arrayBuffer = () => Promise.reject(new Error('It was read.'));
    }
    const summary = await page.files.ingestFiles(listed(again), page.options());
    expect(summary).toMatchObject({ foundCount: 6, loadedCount: 1, knownCount: 5, rejectedCount: 0 });
  });

  it('stops when cancelled, keeps what was read, and goes on later', async () => {
    const page = openPage();
    const abort = new AbortController();
    const dropped = cohort(80);
    const summary = await page.files.ingestFiles(listed(dropped), {
      ...page.options(abort.signal),
      onBatch: (batch) => {
        page.batches.push(batch);
        abort.abort();
      },
    });
    expect(summary.cancelled).toBe(true);
    expect(summary.loadedCount).toBeGreaterThan(0);
    expect(summary.loadedCount).toBeLessThan(80);
    expect(page.records()).toHaveLength(summary.loadedCount);
    expect(describeIngest(summary)).toMatch(/^Stopped .* What was read is kept\.$/);
    const rest = await page.files.ingestFiles(listed(dropped), page.options());
    expect(rest).toMatchObject({ loadedCount: 80 - summary.loadedCount, knownCount: summary.loadedCount });
  });

  it('fails when the folder cannot be listed, after reading what was found', async () => {
    const page = openPage();
    async function* failing(): AsyncGenerator<FoundFile> {
      yield* listed(cohort(3));
      throw new Error('The folder went away.');
    }
    await expect(page.files.ingestFiles(failing(), page.options())).rejects.toThrow('The folder went away.');
    expect(page.records()).toHaveLength(3);
  });
});

describe('the demo cohort', () => {
  it('is made in the workers, whole after a reload, and not read twice', async () => {
    const demo = { ...SMALL_COHORT, count: 20 };
    const disk = createDisk();
    const first = openPage(disk);
    const summary = await first.files.ingestDemo(demo, first.options());
    expect(summary).toMatchObject({ foundCount: 20, loadedCount: 20 });
    // The other way round, so that each sample is made again by the worker that does not have it.
    const second = openPage(disk.toReversed());
    const restored: SampleRecord[] = [];
    const { waitingCount, recordCount } = await second.files.restoreCohort((records) =>
      restored.push(...records),
    );
    expect({ waitingCount, recordCount }).toEqual({ waitingCount: 0, recordCount: 20 });
    expect(names(restored)).toEqual(names(first.records()));
    const again = await second.files.ingestDemo(demo, second.options());
    expect(again).toMatchObject({ knownCount: 20, loadedCount: 0, rejectedCount: 0 });
  });
});

describe('after a reload', () => {
  it('has all records at once, and gives files back without reading them', async () => {
    const disk = createDisk();
    const first = openPage(disk);
    await first.files.ingestFiles(listed(cohort(20)), first.options());
    const second = openPage(disk);
    const restored: SampleRecord[] = [];
    const summary = await second.files.restoreCohort((records) => restored.push(...records));
    expect(summary).toEqual({ recordCount: 20, waitingCount: 20, persistent: true, folders: undefined });
    expect(names(restored)).toEqual(names(first.records()));

    const again = cohort(21);
    for (const { file } of again.slice(0, 20)) {
      file.arrayBuffer = () => Promise.reject(new Error('It was read.'));
    }
    const attach = await second.files.ingestFiles(listed(again), second.options());
    expect(attach).toMatchObject({ attachedCount: 20, loadedCount: 1, rejectedCount: 0 });
    expect(second.directory.waitingCount).toBe(0);
    expect(second.batches.flatMap(({ attached }) => attached).toSorted()).toEqual(
      restored.map(({ id }) => id).toSorted(),
    );
  });

  it('matches a moved folder by content, in whichever worker the sample is', async () => {
    const disk = createDisk();
    const first = openPage(disk);
    await first.files.ingestFiles(listed(cohort(20)), first.options());
    const second = openPage(disk);
    await second.files.restoreCohort(() => undefined);
    const moved = Array.from({ length: 21 }, (_, index) => droppedSample(index, 'elsewhere', 5));
    const attach = await second.files.ingestFiles(listed(moved), second.options());
    expect(attach).toMatchObject({ attachedCount: 20, loadedCount: 1, rejectedCount: 0 });
    expect(second.directory.size).toBe(21);
    const attached = await Promise.all((await second.pool.shards()).map(({ worker }) => worker.attached()));
    expect(attached.flat()).toHaveLength(21);
  });

  it('forgets what was forgotten', async () => {
    const disk = createDisk();
    const first = openPage(disk);
    await first.files.ingestFiles(listed(cohort(10)), first.options());
    const ids = first.records().map(({ id }) => id);
    await first.files.forgetSamples(ids.slice(0, 4));
    expect(first.directory.size).toBe(6);
    expect((await openPage(disk).files.restoreCohort(() => undefined)).recordCount).toBe(6);
    await first.files.forgetSamples();
    expect((await openPage(disk).files.restoreCohort(() => undefined)).recordCount).toBe(0);
  });
});

describe('a data worker that crashes', () => {
  for (const persistent of [true, false]) {
    it(`costs only the file it died of, ${persistent ? 'with' : 'without'} storage`, async () => {
      const page = openPage(createDisk().map((files) => ({ ...files, persistent })));
      const dropped = [...cohort(20), droppedFile('cohort/deadly.npz', 'x'), ...cohort(40).slice(20)];
      const summary = await page.files.ingestFiles(listed(dropped), page.options());
      expect(summary).toMatchObject({ foundCount: 41, rejectedCount: 1 });
      expect(summary.loadedCount + summary.knownCount + summary.attachedCount).toBe(40);
      expect(page.rejected()).toMatchObject([
        { path: 'cohort/deadly.npz', error: { code: 'worker/crashed' } },
      ]);
      expect(page.spawned.length).toBeGreaterThan(SHARD_COUNT);
      expect(page.directory.size).toBe(40);
      await new Promise((resolve) => setTimeout(resolve, 20));
      const attached = await Promise.all((await page.pool.shards()).map(({ worker }) => worker.attached()));
      expect(new Set(attached.flat()).size).toBe(40);
      expect(page.directory.waitingCount).toBe(0);
    });
  }

  it('fails the job when no worker can start', async () => {
    const page = openPage(createDisk(), (disk, shard) => {
      const connection = spawnMortal(disk, shard);
      const error = new WorkbenchError('worker/crashed', 'The script could not be loaded.');
      return { ...connection, api: { ...connection.api, open: () => Promise.reject(error) } };
    });
    await expect(page.files.ingestFiles(listed(cohort(3)), page.options())).rejects.toMatchObject({
      code: 'worker/crashed',
    });
  });
});
