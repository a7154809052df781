/** The data worker over files in memory: ingest, restore, attach, preparation, dropped predictions. */
import { mkdtempSync, openAsBlob, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readSample } from '../../core/cohort/read-sample.ts';
import type { SampleId } from '../../core/cohort/sample.ts';
import { writeNpz } from '../../core/formats/npz.ts';
import { prepareForFeatures, prepareForSegmentation } from '../../core/imaging/preprocess.ts';
import { type PredictedMask } from '../api/compute.ts';
import { type DataWorker, type IngestResult, THUMBNAIL_SIDE } from '../api/data.ts';
import { createDataWorker } from './create-data-worker.ts';
import { createMemoryFile, type SampleFiles } from './random-access-file.ts';
import { MAX_FILE_BYTES } from './sample-origin.ts';
import { droppedFile, droppedSample, SMALL_COHORT, smallSampleFile } from './testing.ts';

let files: SampleFiles;
let kept: Map<string, PredictedMask>;

async function openWorker(): Promise<DataWorker> {
  const worker = createDataWorker(
    () => Promise.resolve(files),
    (runId) =>
      Promise.resolve({
        append: (id, predicted) => void kept.set(`${runId} ${id}`, predicted),
        close: () => Promise.resolve(),
      }),
  );
  await worker.open(0, 1);
  return worker;
}

function idOf(result: IngestResult | undefined): SampleId {
  if (result?.status !== 'loaded') throw new Error(`not loaded: ${JSON.stringify(result)}`);
  return result.record.id;
}

function codeOf(result: IngestResult | undefined): string {
  if (result?.status !== 'rejected') throw new Error('It should have been rejected.');
  return result.error.code;
}

beforeEach(() => {
  files = { records: createMemoryFile(), thumbnails: createMemoryFile(), persistent: true };
  kept = new Map();
});

describe('ingest', () => {
  it('keeps the facts of a file under the SHA-256 of its bytes', async () => {
    const worker = await openWorker();
    const [result] = await worker.ingest([droppedSample(0, 'cohort/train', 1_234)]);
    const bytes = smallSampleFile(0);
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
    const sample = readSample(bytes);
    expect(result).toMatchObject({
      status: 'loaded',
      record: {
        id: digest,
        name: 'data_0.npz',
        path: 'cohort/train/data_0.npz',
        sizeBytes: bytes.length,
        lastModifiedMs: 1_234,
        height: 128,
        width: 128,
        codes: sample.codes,
        maskCounts: sample.maskCounts,
      },
    });
    expect(result).not.toHaveProperty('record.image');
    expect(result).not.toHaveProperty('record.mask');
    expect(await worker.attached()).toEqual([digest]);
  });

  it('lists bad files with a code and loses nothing else', async () => {
    const worker = await openWorker();
    const good = smallSampleFile(1);
    const results = await worker.ingest([
      droppedSample(0),
      droppedFile('cohort/torn.npz', good.slice(0, good.length / 2)),
      droppedFile('cohort/text.npz', 'no archive at all'),
      droppedFile('cohort/empty.npz', ''),
      droppedSample(2),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      'loaded',
      'rejected',
      'rejected',
      'rejected',
      'loaded',
    ]);
    expect(results[1]).toMatchObject({ path: 'cohort/torn.npz', sizeBytes: Math.floor(good.length / 2) });
    expect(codeOf(results[1])).toBe('zip/damaged');
    expect(codeOf(results[2])).toBe('zip/damaged');
    expect(codeOf(results[3])).toBe('zip/damaged');
  });

  it('refuses a huge file before reading it', async () => {
    const huge = droppedFile('huge.npz', '');
    Object.defineProperty(huge.file, 'size', { value: MAX_FILE_BYTES + 1 });
    huge.file.arrayBuffer = () => {
      throw new Error('It was read.');
    };
    const results = await (await openWorker()).ingest([droppedSample(0), huge, droppedSample(1)]);
    expect(results.map(({ status }) => status)).toEqual(['loaded', 'rejected', 'loaded']);
    expect(codeOf(results[1])).toBe('file/too-large');
  });

  it('rejects files that changed or went since the drop, and reads those beside them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'equiseg-data-worker-'));
    const onDisk = async (index: number) => {
      const path = join(folder, `data_${index}.npz`);
      writeFileSync(path, smallSampleFile(index));
      return { path, file: new File([await openAsBlob(path)], `data_${index}.npz`) };
    };
    const [first, changed, gone, last] = await Promise.all([0, 1, 2, 3].map(onDisk));
    if (!first || !changed || !gone || !last) throw new Error('There are four files.');
    writeFileSync(changed.path, 'x');
    unlinkSync(gone.path);
    // Chromium tells the two apart; Node does not.
    gone.file.arrayBuffer = () => Promise.reject(new DOMException('', 'NotFoundError'));
    const results = await (await openWorker()).ingest([first, changed, gone, last]);
    rmSync(folder, { recursive: true });
    expect(results.map(({ status }) => status)).toEqual(['loaded', 'rejected', 'rejected', 'loaded']);
    expect([codeOf(results[1]), codeOf(results[2])]).toEqual(['file/changed', 'file/unreadable']);
  });

  it('reads files together and each as it would be read alone', async () => {
    const indices = Array.from({ length: 20 }, (_, index) => index);
    const together = await (await openWorker()).ingest(indices.map((index) => droppedSample(index)));
    files = { records: createMemoryFile(), thumbnails: createMemoryFile(), persistent: true };
    const alone = await openWorker();
    for (const index of indices)
      expect(await alone.ingest([droppedSample(index)])).toEqual([together[index]]);
  });

  it('rejects the same content under another name, naming the first', async () => {
    const worker = await openWorker();
    const first = droppedSample(0);
    await worker.ingest([first]);
    const [again] = await worker.ingest([{ ...first, path: 'copy/other.npz' }]);
    expect(codeOf(again)).toBe('sample/duplicate');
    expect(again).toMatchObject({ error: { context: { first: 'cohort/data_0.npz' } } });
  });

  it('keeps one of two equal files that are read at the same time', async () => {
    const worker = await openWorker();
    const both = await Promise.all([
      worker.ingest([droppedSample(0, 'a')]),
      worker.ingest([droppedSample(0, 'b')]),
    ]);
    expect(
      both
        .flat()
        .map(({ status }) => status)
        .toSorted(),
    ).toEqual(['loaded', 'rejected']);
  });

  it('rejects what storage has no room for, keeps the rest, and goes on when there is room', async () => {
    const worker = await openWorker();
    const [kept0] = await worker.ingest([droppedSample(0)]);
    const write = files.records.write.bind(files.records);
    files.records.write = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    const full = await worker.ingest([droppedSample(1), droppedSample(2)]);
    expect(full.map(codeOf)).toEqual(['cohort/storage-full', 'cohort/storage-full']);
    files.records.write = write;
    const [later] = await worker.ingest([droppedSample(2)]);
    const again = await openWorker();
    expect((await again.restore(0, 9)).map(({ id }) => id)).toEqual([idOf(kept0), idOf(later)]);
    const [first, second] = await again.thumbnails([idOf(kept0), idOf(later)]);
    expect(first?.image).not.toEqual(second?.image);
  });

  it('reads demo samples as it reads files with the same bytes', async () => {
    const worker = await openWorker();
    const [demo] = await worker.ingestDemo(SMALL_COHORT, [5]);
    files = { records: createMemoryFile(), thumbnails: createMemoryFile(), persistent: true };
    const [file] = await (await openWorker()).ingest([droppedSample(5)]);
    expect(idOf(demo)).toBe(idOf(file));
    expect(demo).toMatchObject({
      record: { path: expect.stringMatching(/^demo-cohort-80-seed-3\/(train|test)\/data_00006\.npz$/) },
    });
  });
});

describe('thumbnails and pixels', () => {
  it('gives each sample its own thumbnail, and a copy of it', async () => {
    const worker = await openWorker();
    const results = await worker.ingest([0, 1, 2].map((index) => droppedSample(index)));
    const ids = results.map(idOf).toReversed();
    const thumbnails = await worker.thumbnails([...ids, 'unknown']);
    expect(thumbnails.map(({ id }) => id)).toEqual(ids);
    const side = THUMBNAIL_SIDE;
    for (const [index, { image, mask }] of thumbnails.entries()) {
      const sample = readSample(smallSampleFile(2 - index));
      // The middle of the thumbnail is near the middle of the image: same class of pixel, like mean.
      const mean = image.reduce((sum, value) => sum + value, 0) / image.length;
      expect(Math.abs(mean - sample.imageMean)).toBeLessThan(1.5);
      const share = (classes: Uint8Array) => classes.filter((value) => value > 0).length / classes.length;
      expect(Math.abs(share(mask) - share(sample.mask))).toBeLessThan(0.01);
      expect(image.length).toBe(side * side);
    }
    thumbnails[0]?.image.fill(0);
    const [again] = await worker.thumbnails([ids[0] as string]);
    expect(again?.image.some((value) => value > 0)).toBe(true);
  });

  it('reads a sample at full size, clipped and rounded', async () => {
    const worker = await openWorker();
    const image = { shape: [2, 3], values: new Float32Array([-5, 0.4, 0.6, 254.7, 300, 128]) };
    const disc = { shape: [2, 3], values: new Int8Array([0, -1, -2, 0, -1, 0]) };
    const bytes = writeNpz({ fundus_slo: image, disc_cup: disc });
    const [result] = await worker.ingest([droppedFile('a.npz', bytes)]);
    const pixels = await worker.readSample(idOf(result));
    expect([...pixels.image]).toEqual([0, 0, 1, 255, 255, 128]);
    expect([...pixels.mask]).toEqual([0, 1, 2, 0, 1, 0]);
    expect(pixels.arrays.map(({ key }) => key)).toEqual(['fundus_slo', 'disc_cup']);
  });

  it('refuses pixels that are no longer those that were counted', async () => {
    const worker = await openWorker();
    const dropped = droppedSample(0);
    const [result] = await worker.ingest([dropped]);
    dropped.file.arrayBuffer = () => Promise.resolve(smallSampleFile(1).buffer);
    await expect(worker.readSample(idOf(result))).rejects.toMatchObject({ code: 'file/changed' });
    await expect(worker.readSample('0'.repeat(64))).rejects.toMatchObject({ code: 'sample/not-loaded' });
  });
});

describe('an earlier visit', () => {
  it('leaves records and thumbnails without files, and demo samples whole', async () => {
    const before = await openWorker();
    const loaded = (await before.ingest([droppedSample(0), droppedSample(1)])).map(idOf);
    const demo = (await before.ingestDemo(SMALL_COHORT, [2])).map(idOf);
    const records = await before.restore(0, 10);
    const worker = await openWorker();
    expect(await worker.open(0, 1)).toEqual({ persistent: true, recordCount: 3 });
    expect(await worker.restore(0, 2)).toEqual(records.slice(0, 2));
    expect(await worker.restore(2, 2)).toEqual(records.slice(2));
    expect(await worker.attached()).toEqual(demo);
    expect(await worker.thumbnails(loaded)).toEqual(await before.thumbnails(loaded));
    expect((await worker.readSample(demo[0] as string)).height).toBe(128);
    await expect(worker.readSample(loaded[0] as string)).rejects.toMatchObject({ code: 'sample/not-loaded' });
  });

  it('survives a record torn at any byte: the others stay, and new ones can be added', async () => {
    const before = await openWorker();
    const ids = (await before.ingest([0, 1, 2].map((index) => droppedSample(index)))).map(idOf);
    const whole = files.records.getSize();
    for (const missing of [1, 2, 100, 400]) {
      const torn = { records: createMemoryFile(), thumbnails: files.thumbnails, persistent: true };
      const bytes = new Uint8Array(whole - missing);
      files.records.read(bytes, { at: 0 });
      torn.records.write(bytes, { at: 0 });
      const saved = files;
      files = torn;
      const worker = await openWorker();
      expect((await worker.restore(0, 9)).map(({ id }) => id)).toEqual(ids.slice(0, 2));
      const [added] = await worker.ingest([droppedSample(7)]);
      const again = await openWorker();
      expect((await again.restore(0, 9)).map(({ id }) => id)).toEqual([...ids.slice(0, 2), idOf(added)]);
      files = saved;
    }
  });

  it('drops a record whose thumbnail was not written whole', async () => {
    const ids = (await (await openWorker()).ingest([droppedSample(0), droppedSample(1)])).map(idOf);
    files.thumbnails.truncate(files.thumbnails.getSize() - 1);
    const worker = await openWorker();
    expect((await worker.restore(0, 9)).map(({ id }) => id)).toEqual(ids.slice(0, 1));
  });

  it('remembers what was forgotten', async () => {
    const before = await openWorker();
    const ids = (await before.ingest([0, 1, 2].map((index) => droppedSample(index)))).map(idOf);
    await before.forget([ids[1] as string]);
    const worker = await openWorker();
    expect((await worker.restore(0, 9)).map(({ id }) => id)).toEqual([ids[0], ids[2]]);
    await worker.forget();
    expect(await (await openWorker()).restore(0, 9)).toEqual([]);
    expect(files.records.getSize() + files.thumbnails.getSize()).toBe(0);
  });
});

describe('attach', () => {
  it('matches by path, size and time without reading', async () => {
    const ids = (await (await openWorker()).ingest([droppedSample(0), droppedSample(1)])).map(idOf);
    const worker = await openWorker();
    const again = droppedSample(0);
    const read = again.file.arrayBuffer.bind(again.file);
    again.file.arrayBuffer = () => Promise.reject(new Error('It was read.'));
    expect(await worker.attach([again])).toEqual([ids[0]]);
    again.file.arrayBuffer = read;
    expect((await worker.readSample(ids[0] as string)).width).toBe(128);
    expect(await worker.attached()).toEqual([ids[0]]);
  });

  it('matches a moved folder by content, and nothing else', async () => {
    const ids = (await (await openWorker()).ingest([droppedSample(0), droppedSample(1)])).map(idOf);
    const worker = await openWorker();
    const other = new Uint8Array(droppedSample(0).file.size).fill(1);
    expect(
      await worker.attach([
        droppedSample(1, 'elsewhere', 99),
        droppedFile('elsewhere/same-size.npz', other),
        droppedSample(9, 'elsewhere', 99),
        droppedSample(1, 'twice', 99),
      ]),
    ).toEqual([ids[1], undefined, undefined, undefined]);
  });

  it('is also what reading the file again does', async () => {
    const ids = (await (await openWorker()).ingest([droppedSample(0)])).map(idOf);
    const worker = await openWorker();
    const [again] = await worker.ingest([droppedSample(0, 'elsewhere', 99)]);
    expect(again).toMatchObject({ status: 'loaded', record: { id: ids[0], path: 'cohort/data_0.npz' } });
    expect(await worker.attached()).toEqual(ids);
  });
});

describe('preparation', () => {
  it('makes the inputs in order and lists what cannot be read', async () => {
    const worker = await openWorker();
    const ids = (await worker.ingest([droppedSample(0), droppedSample(1)])).map(idOf);
    const preprocess = { kind: 'segmentation', crop: 100, side: 32, preset: 'corrected' } as const;
    const { port1, port2 } = new MessageChannel();
    await worker.serve(port2);
    const { connectPort } = await import('../rpc/connect.ts');
    const source = connectPort<{ prepare: (...args: unknown[]) => Promise<unknown> }>(port1, 'data worker');
    const batch = await source.api.prepare([ids[1], 'f'.repeat(64), ids[0]], preprocess);
    const expected = [1, 0].map((index) => {
      const { image, mask, height, width } = readSample(smallSampleFile(index));
      return prepareForSegmentation(image, mask, height, width, preprocess);
    });
    expect(batch).toMatchObject({
      ids: [ids[1], ids[0]],
      frames: expected.map(({ frame }) => frame),
      failures: [{ id: 'f'.repeat(64), error: { code: 'sample/not-loaded' } }],
    });
    const { images, masks } = batch as { images: Float32Array; masks: Uint8Array };
    expect(images).toEqual(new Float32Array(expected.flatMap(({ image }) => [...image])));
    expect(masks).toEqual(new Uint8Array(expected.flatMap(({ mask }) => [...mask])));
    source.close();
  });

  it('augments between crop and resize, the same from a file and from the cache', async () => {
    const worker = await openWorker();
    const [id = ''] = (await worker.ingest([droppedSample(2)])).map(idOf);
    const { prepareBatch } = await import('./prepare.ts');
    const { createSampleCache } = await import('./sample-cache.ts');
    const { openSampleStore } = await import('./sample-store.ts');
    const store = openSampleStore(files);
    store.attach(id, { kind: 'demo', cohort: SMALL_COHORT, index: 2 });
    const cache = createSampleCache();
    const preprocess = { kind: 'segmentation', crop: 100, side: 32, preset: 'corrected' } as const;
    const augmentation = { kind: 'rotate', degrees: 13 } as const;
    const prepare = () => prepareBatch(store, cache, [id, id], preprocess, [augmentation, { kind: 'none' }]);
    const first = await prepare();
    expect(cache.get(id)).toBeDefined();
    expect(await prepare()).toEqual(first);
    const { image, mask, height, width } = readSample(smallSampleFile(2));
    const expected = [augmentation, undefined].map((drawn) =>
      prepareForSegmentation(image, mask, height, width, preprocess, drawn),
    );
    expect(first.images).toEqual(new Float32Array(expected.flatMap((one) => [...one.image])));
    expect(first.masks).toEqual(new Uint8Array(expected.flatMap((one) => [...one.mask])));
    expect(expected[0]?.image).not.toEqual(expected[1]?.image);
  });

  it('makes inputs of feature extractors without masks', async () => {
    const worker = await openWorker();
    const [id] = (await worker.ingest([droppedSample(3)])).map(idOf);
    const preprocess = { kind: 'features', side: 16, preset: 'full' } as const;
    const { prepareBatch } = await import('./prepare.ts');
    const { openSampleStore } = await import('./sample-store.ts');
    const store = openSampleStore(files);
    store.attach(id as string, { kind: 'demo', cohort: SMALL_COHORT, index: 3 });
    const { createSampleCache } = await import('./sample-cache.ts');
    const batch = await prepareBatch(store, createSampleCache(), [id as string], preprocess);
    const { image, height, width } = readSample(smallSampleFile(3));
    expect(batch.images).toEqual(prepareForFeatures(image, height, width, preprocess));
    expect(batch.masks.length + batch.frames.length).toBe(0);
  });
});

describe('dropped predictions', () => {
  const preprocess = { kind: 'segmentation', crop: null, side: 32, preset: 'corrected' } as const;

  function prediction(path: string, side: number, value: (index: number) => number) {
    const values = Uint8Array.from({ length: side * side }, (_, index) => value(index));
    return droppedFile(path, writeNpz({ pred: { shape: [side, side], values } }));
  }

  it('are compared at the size of the image, else of the input, else rejected naming the sizes', async () => {
    const worker = await openWorker();
    const [id] = (await worker.ingest([droppedSample(0)])).map(idOf) as [string];
    const { image, mask, height, width } = readSample(smallSampleFile(0));
    const small = prepareForSegmentation(image, mask, height, width, preprocess);
    const results = await worker.scorePredictions(
      'run',
      [
        { ...prediction('whole.npz', 128, (index) => mask[index] as number), id },
        { ...prediction('input.npz', 32, (index) => small.mask[index] as number), id },
        { ...prediction('none.npz', 32, () => 0), id },
        { ...prediction('odd.npz', 50, () => 0), id },
        { ...prediction('bad.npz', 128, () => 77), id },
      ],
      preprocess,
    );
    const disc = mask.filter((value) => value > 0).length;
    const smallDisc = small.mask.filter((value) => value > 0).length;
    expect(results[0]).toMatchObject({
      status: 'scored',
      overlap: { disc: { predicted: disc, truth: disc, intersection: disc } },
      comparedAt: '128x128, the size of the image',
    });
    expect(results[1]).toMatchObject({
      status: 'scored',
      overlap: { disc: { predicted: smallDisc, truth: smallDisc, intersection: smallDisc } },
    });
    expect(results[2]).toMatchObject({
      overlap: { disc: { predicted: 0, truth: smallDisc, intersection: 0 } },
    });
    expect(results[3]).toMatchObject({ status: 'rejected', error: { code: 'evaluate/prediction-shape' } });
    const message = results[3]?.status === 'rejected' ? results[3].error.message : '';
    for (const size of ['50x50', '128x128', '32x32']) expect(message).toContain(size);
    expect(results[4]).toMatchObject({ status: 'rejected', error: { code: 'evaluate/prediction-values' } });
    // The last one that was scored is what is kept of the run.
    expect(kept.get(`run ${id}`)).toMatchObject({ height: 32, width: 32, frame: small.frame });
  });
});
