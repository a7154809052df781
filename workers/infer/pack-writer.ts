/**
 * Appends to packs, in workers only: the file system's fast access exists nowhere else. IndexedDB takes its place where a
 * browser has no such file system or another tab holds the files.
 */
import { keys, setMany } from 'idb-keyval';

import type { SampleId } from '../../core/cohort/sample.ts';
import { openPack } from './pack.ts';
import {
  INDEX_SUFFIX,
  keyOf,
  openDatabase,
  openFolder,
  PAYLOAD_SUFFIX,
  type StoredValue,
} from './pack-places.ts';

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
