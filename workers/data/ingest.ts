/** Turns files into samples: read, hash, check, thumbnail, keep. A bad file is a result with its reason. */
import { createDemoCohort } from '../../core/cohort/demo-cohort.ts';
import { readSample } from '../../core/cohort/read-sample.ts';
import type { SampleId, SampleRecord } from '../../core/cohort/sample.ts';
import { serializeError, WorkbenchError } from '../../core/errors.ts';
import { makeThumbnail } from '../../core/imaging/thumbnail.ts';
import { type DemoCohortSpec, type IngestFile, type IngestResult, THUMBNAIL_SIDE } from '../api.ts';
import { hashBytes, readOrigin, type SampleOrigin } from './sample-origin.ts';
import type { SampleStore } from './sample-store.ts';

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
  const { count, seed } = cohort;
  const demo = createDemoCohort(cohort);
  return indices.map((index) => {
    const { split, name } = demo.describe(index);
    return {
      path: `demo-cohort-${count}-seed-${seed}/${split}/${name}`,
      // Made the same at any time: it has no time of its own.
      lastModifiedMs: 0,
      origin: { kind: 'demo', cohort, index },
    };
  });
}

/** What is kept of a file. Errors: those of `readSample`. */
function describe(item: IngestItem, id: SampleId, bytes: Uint8Array<ArrayBuffer>) {
  const { image, mask, arrays: _, ...facts } = readSample(bytes);
  const record: SampleRecord = {
    id,
    name: item.path.slice(item.path.lastIndexOf('/') + 1),
    path: item.path,
    sizeBytes: bytes.length,
    lastModifiedMs: item.lastModifiedMs,
    ...facts,
  };
  return { record, thumbnail: makeThumbnail(image, mask, facts.height, facts.width, THUMBNAIL_SIDE) };
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

async function ingestOne(
  store: SampleStore,
  item: IngestItem,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<SampleRecord> {
  const id = await hashBytes(bytes);
  const known = recordOfKnown(store, id, item);
  if (known !== undefined) return known;
  const { record, thumbnail } = describe(item, id, bytes);
  store.add(record, thumbnail, item.origin);
  return record;
}

/**
 * Reads files into the store, in order, one result each; the next file is fetched while one is worked on.
 * Cost: at most two files in memory.
 */
export async function ingestItems(
  store: SampleStore,
  items: readonly IngestItem[],
): Promise<readonly IngestResult[]> {
  const results: IngestResult[] = [];
  // Settled, not awaited: a read that fails early must wait for its turn and not count as unhandled.
  const read = (item: IngestItem | undefined) => Promise.allSettled(item ? [readOrigin(item.origin)] : []);
  let next = read(items[0]);
  for (const [index, item] of items.entries()) {
    const [outcome] = await next;
    next = read(items[index + 1]);
    const sizeBytes = item.origin.kind === 'file' ? item.origin.file.size : 0;
    try {
      if (outcome?.status !== 'fulfilled') throw outcome?.reason;
      results.push({ status: 'loaded', record: await ingestOne(store, item, outcome.value) });
    } catch (error) {
      results.push({ status: 'rejected', path: item.path, sizeBytes, error: serializeError(error) });
    }
  }
  store.flush();
  return results;
}
