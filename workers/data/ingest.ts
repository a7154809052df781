/** Turns files into samples: read, hash, check, thumbnail, keep. A bad file is a result with its reason. */
import { demoFolder } from '../../core/cohort/demo-cohort/demo-folder.ts';
import { createDemoCohort } from '../../core/cohort/demo-cohort.ts';
import { readSample } from '../../core/cohort/read-sample.ts';
import type { SampleId, SampleRecord } from '../../core/cohort/sample.ts';
import { serializeError, WorkbenchError } from '../../core/errors.ts';
import { createScratch } from '../../core/formats/scratch.ts';
import { makeThumbnail } from '../../core/imaging/thumbnail.ts';
import { type DemoCohortSpec, type IngestFile, type IngestResult, THUMBNAIL_SIDE } from '../api/data.ts';
import { type Reading, readInOrder } from './read-together.ts';
import { hashBytes, type SampleOrigin } from './sample-origin.ts';
import type { NewSample, SampleStore } from './sample-store.ts';

/** A file to be read, real or of the demo cohort. */
export interface IngestItem {
  readonly path: string;
  readonly lastModifiedMs: number;
  readonly origin: SampleOrigin;
}

/** The item of a dropped file. */
export function itemOfFile({ path, file }: IngestFile): IngestItem {
  return { path, lastModifiedMs: file.lastModified, origin: { kind: 'file', file } };
}

/** The items of demo samples, in folders named after their split. Errors: `cohort/bad-demo-settings`. */
export function itemsOfDemo(cohort: DemoCohortSpec, indices: readonly number[]): IngestItem[] {
  const folder = demoFolder(cohort);
  const demo = createDemoCohort(cohort);
  return indices.map((index) => {
    const { split, name } = demo.describe(index);
    return {
      path: `${folder}/${split}/${name}`,
      // Made the same at any time: it has no time of its own.
      lastModifiedMs: 0,
      origin: { kind: 'demo', cohort, index },
    };
  });
}

/** Nothing of a file's pixels outlives `describe`, which is never interrupted. */
const scratch = createScratch();

/** What is kept of a file. Errors: those of `readSample`. */
function describe(item: IngestItem, id: SampleId, bytes: Uint8Array<ArrayBuffer>): NewSample {
  scratch.reset();
  const { image, mask, arrays: _, ...facts } = readSample(bytes, scratch.allocate);
  const record: SampleRecord = {
    id,
    name: item.path.slice(item.path.lastIndexOf('/') + 1),
    path: item.path,
    sizeBytes: bytes.length,
    lastModifiedMs: item.lastModifiedMs,
    ...facts,
  };
  const thumbnail = makeThumbnail(image, mask, facts.height, facts.width, THUMBNAIL_SIDE);
  return { record, thumbnail, origin: item.origin };
}

/** The record of a sample that is here already; it may want its file back. Undefined for a new one. */
function recordOfKnown(store: SampleStore, id: SampleId, item: IngestItem): SampleRecord | undefined {
  const known = store.record(id);
  if (known === undefined) return undefined;
  if (store.origin(id) !== undefined) {
    throw new WorkbenchError(
      'sample/duplicate',
      `It has the same content as ${known.path}, which was kept.`,
      {
        context: { first: known.path },
      },
    );
  }
  store.attach(id, item.origin);
  return known;
}

function rejected(item: IngestItem, error: unknown): IngestResult {
  const sizeBytes = item.origin.kind === 'file' ? item.origin.file.size : 0;
  return { status: 'rejected', path: item.path, sizeBytes, error: serializeError(error) };
}

/** What came of a file: a result, or a new sample that is still to be kept. */
type Read = IngestResult | NewSample;

async function readItem(store: SampleStore, item: IngestItem, reading: Reading): Promise<Read> {
  try {
    const bytes = await reading();
    const id = await hashBytes(bytes);
    const known = recordOfKnown(store, id, item);
    return known === undefined ? describe(item, id, bytes) : { status: 'loaded', record: known };
  } catch (error) {
    return rejected(item, error);
  }
}

/** Keeps the new samples of a few files. One that came a second time meanwhile is judged as known. */
function keep(store: SampleStore, items: readonly IngestItem[], reads: readonly Read[]): IngestResult[] {
  const fresh = new Map<SampleId, NewSample>();
  for (const read of reads) {
    if ('status' in read || store.record(read.record.id) !== undefined) continue;
    if (!fresh.has(read.record.id)) fresh.set(read.record.id, read);
  }
  let failure: unknown;
  try {
    store.add([...fresh.values()]);
  } catch (error) {
    failure = error;
  }
  return items.map((item, index) => {
    const read = reads[index] as Read;
    if ('status' in read) return read;
    if (failure !== undefined) return rejected(item, failure);
    if (fresh.get(read.record.id) === read) return { status: 'loaded', record: read.record };
    try {
      return { status: 'loaded', record: recordOfKnown(store, read.record.id, item) ?? read.record };
    } catch (error) {
      return rejected(item, error);
    }
  });
}

/**
 * Reads files into the store, in order, one result each; all are kept in one write at the end.
 * Cost: what `readInOrder` holds, and a thumbnail for each, in memory.
 */
export async function ingestItems(
  store: SampleStore,
  items: readonly IngestItem[],
): Promise<readonly IngestResult[]> {
  const reads: Read[] = [];
  for await (const reading of readInOrder(items.map(({ origin }) => origin))) {
    reads.push(await readItem(store, items[reads.length] as IngestItem, reading));
  }
  return keep(store, items, reads);
}
