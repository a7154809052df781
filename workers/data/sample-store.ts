/**
 * One data worker's samples: their records and thumbnails, kept between visits, and where each file can be read again.
 * Pixels are never kept. Records and thumbnails are only ever appended, so that a crash costs at most the last file.
 */
import type { SampleId, SampleRecord } from '../../core/cohort/sample.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { THUMBNAIL_SIDE, type Thumbnail } from '../api/data.ts';
import type { SampleFiles } from './random-access-file.ts';
import { openRecordLog } from './record-log.ts';
import type { DemoOrigin, SampleOrigin } from './sample-origin.ts';

const PLANE_BYTES = THUMBNAIL_SIDE * THUMBNAIL_SIDE;
/** A thumbnail is the grey image followed by the mask. */
const STRIDE_BYTES = 2 * PLANE_BYTES;

/** A line of the log: a sample that was added, or samples that were forgotten. */
type Line =
  | { readonly record: SampleRecord; readonly slot: number; readonly demo?: DemoOrigin }
  | { readonly forgotten: readonly SampleId[] };

interface Entry {
  readonly record: SampleRecord;
  /** Which thumbnail of the pack. */
  readonly slot: number;
  readonly origin: SampleOrigin | undefined;
}

/** A sample to be kept. */
export interface NewSample {
  readonly record: SampleRecord;
  readonly thumbnail: Omit<Thumbnail, 'id'>;
  readonly origin: SampleOrigin;
}

export interface SampleStore {
  readonly persistent: boolean;
  /** Records in the order they were added. */
  records(): readonly SampleRecord[];
  record(id: SampleId): SampleRecord | undefined;
  /** Where the sample's file is; undefined after a reload, until it is attached again. */
  origin(id: SampleId): SampleOrigin | undefined;
  /** Keeps samples, durably, all or none: one write each to records and thumbnails. Errors: `cohort/storage-full`. */
  add(samples: readonly NewSample[]): void;
  attach(id: SampleId, origin: SampleOrigin): void;
  /** Forgets these samples; with no ids, all of them. */
  forget(ids?: readonly SampleId[]): void;
  /** A copy the caller owns. Errors: `sample/not-loaded`. */
  thumbnail(id: SampleId): Thumbnail;
  close(): void;
}

/** The error for an id this worker does not have. */
export function unknownSample(id: SampleId): WorkbenchError {
  return new WorkbenchError('sample/not-loaded', `The sample ${id.slice(0, 12)} is not in this cohort.`, {
    hint: 'Drop its folder again.',
  });
}

function storageError(cause: unknown): unknown {
  if (!(cause instanceof DOMException && cause.name === 'QuotaExceededError')) return cause;
  return new WorkbenchError(
    'cohort/storage-full',
    'The browser gives this page no more storage, so the sample could not be kept.',
    { hint: 'Free disk space, or delete stored data on the privacy page, and drop the files again.', cause },
  );
}

/** The samples that stand in the log. A record whose thumbnail was not written whole is a torn write and is dropped. */
function replay(values: readonly unknown[], slotCount: number): Map<SampleId, Entry> {
  const entries = new Map<SampleId, Entry>();
  for (const line of values as Line[]) {
    if ('forgotten' in line) {
      for (const id of line.forgotten) entries.delete(id);
    } else if (line.slot < slotCount) {
      const { record, slot, demo } = line;
      entries.set(record.id, { record, slot, origin: demo && { kind: 'demo', ...demo } });
    }
  }
  return entries;
}

/** Opens the store over a worker's files, with the samples of an earlier visit. Takes the files. */
export function openSampleStore(files: SampleFiles): SampleStore {
  const { values, log } = openRecordLog(files.records);
  let nextSlot = Math.floor(files.thumbnails.getSize() / STRIDE_BYTES);
  const entries = replay(values, nextSlot);

  function entry(id: SampleId): Entry {
    const found = entries.get(id);
    if (found === undefined) throw unknownSample(id);
    return found;
  }

  function flush(): void {
    files.thumbnails.flush();
    log.flush();
  }

  return {
    persistent: files.persistent,
    records: () => [...entries.values()].map(({ record }) => record),
    record: (id) => entries.get(id)?.record,
    origin: (id) => entries.get(id)?.origin,

    add(samples) {
      const packed = new Uint8Array(samples.length * STRIDE_BYTES);
      const lines = samples.map(({ record, thumbnail, origin }, index): Line => {
        packed.set(thumbnail.image, index * STRIDE_BYTES);
        packed.set(thumbnail.mask, index * STRIDE_BYTES + PLANE_BYTES);
        const slot = nextSlot + index;
        return origin.kind === 'demo'
          ? { record, slot, demo: { cohort: origin.cohort, index: origin.index } }
          : { record, slot };
      });
      try {
        // Thumbnails first: a record then never points at one that was not written.
        files.thumbnails.write(packed, { at: nextSlot * STRIDE_BYTES });
        log.append(lines);
        flush();
      } catch (error) {
        throw storageError(error);
      }
      for (const [index, { record, origin }] of samples.entries()) {
        entries.set(record.id, { record, slot: nextSlot + index, origin });
      }
      nextSlot += samples.length;
    },

    attach(id, origin) {
      entries.set(id, { ...entry(id), origin });
    },

    forget(ids) {
      if (ids === undefined) {
        entries.clear();
        log.clear();
        files.thumbnails.truncate(0);
        nextSlot = 0;
      } else {
        const forgotten = ids.filter((id) => entries.delete(id));
        if (forgotten.length > 0) log.append([{ forgotten } satisfies Line]);
      }
      flush();
    },

    thumbnail(id) {
      const { slot } = entry(id);
      const packed = new Uint8Array(STRIDE_BYTES);
      files.thumbnails.read(packed, { at: slot * STRIDE_BYTES });
      return { id, image: packed.slice(0, PLANE_BYTES), mask: packed.slice(PLANE_BYTES) };
    },

    close() {
      files.thumbnails.close();
      files.records.close();
    },
  };
}
