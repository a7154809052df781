/** Where packs lie in the browser's storage, for their reader and their writer. */
import { createStore, type UseStore } from 'idb-keyval';

import type { SampleId } from '../../core/cohort/sample.ts';

export const INDEX_SUFFIX = '.index';
export const PAYLOAD_SUFFIX = '.pack';

export interface StoredValue {
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly meta: readonly number[];
}

/** The folder of a path in the origin private file system; undefined where it or the file system does not exist. */
export async function openFolder(
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

let database: UseStore | undefined;

/** The IndexedDB store that takes the place of files. */
export function openDatabase(): UseStore {
  database ??= createStore('equiseg-packs', 'values');
  return database;
}

/** The key of a value in that store. */
export const keyOf = (path: readonly string[], id: SampleId) => `${path.join('/')}/${id}`;
