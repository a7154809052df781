/**
 * Where packs live: folders of the origin private file system, and IndexedDB where a browser has no such file system or
 * another tab holds the files. Reading looks in both, so any worker finds what another has written.
 */
import { createStore, getMany, keys, setMany, type UseStore } from 'idb-keyval';

import type { SampleId } from '../../core/cohort/sample.ts';
import { isIntact, openPack, type PackEntry, parsePackIndex } from './pack.ts';

export interface StoredValue {
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly meta: readonly number[];
}

export interface PackWriter {
  /** What is stored already. */
  readonly ids: ReadonlySet<SampleId>;
  append(id: SampleId, payload: Uint8Array, meta: readonly number[]): void;
  /** Makes what was appended durable and lets go of the files. */
  close(): Promise<void>;
}

/** A worker that was just ended lets go of its files a moment later. */
const LOCK_ATTEMPTS = 10;
const LOCK_RETRY_MS = 100;
/** Neighbouring payloads are read in one go up to this size: few calls, bounded memory. */
const READ_BYTES = 8 * 1024 * 1024;

const INDEX_SUFFIX = '.index';
const PAYLOAD_SUFFIX = '.pack';

async function openFolder(
  path: readonly string[],
  create: boolean,
): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    let folder = await navigator.storage.getDirectory();
    for (const name of path) {
      folder = await folder.getDirectoryHandle(encodeURIComponent(name), { create });
    }
    return folder;
  } catch {
    // No such file system (private windows of some browsers), or nothing stored yet.
    return undefined;
  }
}

async function openForWriting(folder: FileSystemDirectoryHandle, name: string) {
  const handle = await folder.getFileHandle(name, { create: true });
  for (let attempt = 1; ; attempt++) {
    try {
      return await handle.createSyncAccessHandle();
    } catch (error) {
      if (attempt === LOCK_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOCK_RETRY_MS));
    }
  }
}

let database: UseStore | undefined;
function openDatabase(): UseStore {
  database ??= createStore('equiseg-packs', 'values');
  return database;
}

const keyOf = (path: readonly string[], id: SampleId) => `${path.join('/')}/${id}`;

async function openDatabaseWriter(path: readonly string[]): Promise<PackWriter> {
  const store = openDatabase();
  const prefix = keyOf(path, '');
  const stored = (await keys<string>(store)).filter((key) => key.startsWith(prefix));
  const ids = new Set(stored.map((key) => key.slice(prefix.length)));
  const pending: [string, StoredValue][] = [];
  return {
    ids,
    append(id, payload, meta) {
      pending.push([keyOf(path, id), { payload: Uint8Array.from(payload), meta }]);
      ids.add(id);
    },
    close: () => setMany(pending, store),
  };
}

/**
 * Opens `path` for appending; `writer` tells writers of different workers apart, for a file has one writer.
 * Only in workers: the file system's fast access exists nowhere else.
 */
export async function openPackWriter(path: readonly string[], writer: string): Promise<PackWriter> {
  const folder = await openFolder(path, true);
  if (folder === undefined) return openDatabaseWriter(path);
  try {
    const payload = await openForWriting(folder, `${writer}${PAYLOAD_SUFFIX}`);
    const index = await openForWriting(folder, `${writer}${INDEX_SUFFIX}`).catch((error: unknown) => {
      payload.close();
      throw error;
    });
    const pack = openPack({ index, payload });
    return {
      ids: pack.ids,
      append: (id, bytes, meta) => pack.append(id, bytes, meta),
      close() {
        pack.flush();
        pack.close();
        return Promise.resolve();
      },
    };
  } catch {
    // Another tab has the files.
    return openDatabaseWriter(path);
  }
}

/** Reads payloads, neighbours in one go, and leaves out what is damaged. */
async function readPayloads(
  file: Blob,
  entries: readonly PackEntry[],
  receive: (id: SampleId, value: StoredValue) => void,
): Promise<void> {
  const sorted = entries.toSorted((a, b) => a.offsetBytes - b.offsetBytes);
  for (let first = 0; first < sorted.length;) {
    const start = (sorted[first] as PackEntry).offsetBytes;
    let end = start;
    let next = first;
    for (; next < sorted.length; next++) {
      const entry = sorted[next] as PackEntry;
      const entryEnd = entry.offsetBytes + entry.sizeBytes;
      if (next > first && (entry.offsetBytes !== end || entryEnd - start > READ_BYTES)) break;
      end = entryEnd;
    }
    const bytes = new Uint8Array(await file.slice(start, end).arrayBuffer());
    for (const entry of sorted.slice(first, next)) {
      const at = entry.offsetBytes - start;
      const payload = bytes.slice(at, at + entry.sizeBytes);
      if (isIntact(entry, payload)) receive(entry.id, { payload, meta: entry.meta });
    }
    first = next;
  }
}

/**
 * The values stored under `path` by any writer; ids that have none are absent.
 * Cost: the index of each writer is read whole; payloads in runs of at most 8 MiB.
 */
export async function readPacks(
  path: readonly string[],
  ids: readonly SampleId[],
): Promise<Map<SampleId, StoredValue>> {
  const found = new Map<SampleId, StoredValue>();
  const wanted = new Set(ids);
  const folder = await openFolder(path, false);
  if (folder !== undefined) {
    for await (const name of folder.keys()) {
      if (!name.endsWith(INDEX_SUFFIX)) continue;
      const writer = name.slice(0, -INDEX_SUFFIX.length);
      const index = await (await folder.getFileHandle(name)).getFile();
      const payload = await (await folder.getFileHandle(`${writer}${PAYLOAD_SUFFIX}`)).getFile();
      const latest = new Map<SampleId, PackEntry>();
      for (const entry of parsePackIndex(new Uint8Array(await index.arrayBuffer()), payload.size)) {
        if (wanted.has(entry.id)) latest.set(entry.id, entry);
      }
      await readPayloads(payload, [...latest.values()], (id, value) => found.set(id, value));
    }
  }
  const missing = [...wanted].filter((id) => !found.has(id));
  if (missing.length > 0) {
    const values = await getMany<StoredValue | undefined>(
      missing.map((id) => keyOf(path, id)),
      openDatabase(),
    );
    for (const [i, value] of values.entries()) {
      if (value !== undefined) found.set(missing[i] as SampleId, value);
    }
  }
  return found;
}
