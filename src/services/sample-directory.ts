/** The page's directory of samples: which data worker has each, and how to recognise its file again. No pixels, no records. */
import type { SampleId, SampleRecord } from '../../core/cohort/sample.ts';
import type { SampleRef } from '../../workers/api/compute.ts';
import type { FoundFile } from './dropped-files.ts';

export interface DirectoryEntry {
  readonly shard: number;
  readonly path: string;
  readonly sizeBytes: number;
  readonly lastModifiedMs: number;
  /** Whether the worker can read its pixels now. */
  readonly isAttached: boolean;
  /** The file, to give it to a worker that replaces a crashed one; none for the demo cohort. */
  readonly file: File | undefined;
}

export interface SampleDirectory {
  readonly size: number;
  /** Samples that wait for their file. */
  readonly waitingCount: number;
  get(id: SampleId): DirectoryEntry | undefined;
  add(record: SampleRecord, entry: Pick<DirectoryEntry, 'shard' | 'isAttached' | 'file'>): void;
  attach(id: SampleId, file: File): void;
  /** Says that the shard's worker has lost the files it had been given. */
  detach(id: SampleId): void;
  remove(ids: Iterable<SampleId>): void;
  clear(): void;
  /** The sample whose file had this path, size and time. */
  idAtPlace(found: FoundFile): SampleId | undefined;
  /** Shards with samples of this size that wait for their file. */
  shardsWaitingFor(sizeBytes: number): readonly number[];
  /** Ids of a shard's samples. */
  idsOfShard(shard: number): readonly SampleId[];
  /** Where samples are, for the compute worker; ids that are not in the cohort are left out. */
  refs(ids: readonly SampleId[]): readonly SampleRef[];
}

function placeKey(path: string, sizeBytes: number, lastModifiedMs: number): string {
  return `${sizeBytes} ${lastModifiedMs} ${path}`;
}

/** An empty directory. */
export function createSampleDirectory(): SampleDirectory {
  const entries = new Map<SampleId, DirectoryEntry>();
  const byPlace = new Map<string, SampleId>();
  /** Size to the ids of that size that wait for their file. */
  const waiting = new Map<number, Set<SampleId>>();

  function put(id: SampleId, entry: DirectoryEntry): void {
    entries.set(id, entry);
    byPlace.set(placeKey(entry.path, entry.sizeBytes, entry.lastModifiedMs), id);
    if (entry.isAttached) waiting.get(entry.sizeBytes)?.delete(id);
    else waiting.set(entry.sizeBytes, (waiting.get(entry.sizeBytes) ?? new Set()).add(id));
  }

  return {
    get size() {
      return entries.size;
    },
    get waitingCount() {
      let count = 0;
      for (const ids of waiting.values()) count += ids.size;
      return count;
    },
    get: (id) => entries.get(id),
    add({ id, path, sizeBytes, lastModifiedMs }, entry) {
      put(id, { path, sizeBytes, lastModifiedMs, ...entry });
    },
    attach(id, file) {
      const entry = entries.get(id);
      if (entry !== undefined) put(id, { ...entry, file, isAttached: true });
    },
    detach(id) {
      const entry = entries.get(id);
      if (entry !== undefined) put(id, { ...entry, file: undefined, isAttached: false });
    },
    remove(ids) {
      for (const id of ids) {
        const entry = entries.get(id);
        if (entry === undefined) continue;
        entries.delete(id);
        byPlace.delete(placeKey(entry.path, entry.sizeBytes, entry.lastModifiedMs));
        waiting.get(entry.sizeBytes)?.delete(id);
      }
    },
    clear() {
      entries.clear();
      byPlace.clear();
      waiting.clear();
    },
    idAtPlace: ({ path, file }) => byPlace.get(placeKey(path, file.size, file.lastModified)),
    shardsWaitingFor(sizeBytes) {
      const ids = [...(waiting.get(sizeBytes) ?? [])];
      return [...new Set(ids.flatMap((id) => entries.get(id)?.shard ?? []))];
    },
    idsOfShard: (shard) => [...entries].filter(([, entry]) => entry.shard === shard).map(([id]) => id),
    refs: (ids) =>
      ids.flatMap((id) => {
        const entry = entries.get(id);
        return entry === undefined ? [] : [{ id, shard: entry.shard }];
      }),
  };
}
