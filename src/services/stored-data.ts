/** What the workbench keeps on this machine, and its deletion: origin private files, IndexedDB, preferences, offline copy. */

export interface StoredData {
  /** Whole use of this origin; null where the browser does not say. */
  readonly usedBytes: number | null;
  /** What the browser would allow; null where it does not say. */
  readonly quotaBytes: number | null;
  /** Names of folders and files at the root of the origin private file system. */
  readonly folders: readonly string[];
  readonly databases: readonly string[];
  readonly preferenceCount: number;
  /** Copies of the page's own files for use without a network. */
  readonly offlineCopies: readonly string[];
}

const closers = new Set<() => Promise<void>>();

/** Registers what must let go of its files before they can be deleted, such as a worker that holds them open. */
export function registerStoreOwner(close: () => Promise<void>): () => void {
  closers.add(close);
  return () => closers.delete(close);
}

async function privateFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    return await navigator.storage.getDirectory();
  } catch {
    // Private windows of some browsers refuse; then nothing can be stored there either.
    return undefined;
  }
}

async function databaseNames(): Promise<string[]> {
  const databases = await indexedDB.databases();
  return databases.flatMap(({ name }) => (name === undefined ? [] : [name]));
}

/** What lies on this machine for this page. */
export async function inspectStoredData(): Promise<StoredData> {
  const estimate = await navigator.storage.estimate();
  const folder = await privateFolder();
  const folders: string[] = [];
  if (folder !== undefined) for await (const name of folder.keys()) folders.push(name);
  return {
    usedBytes: estimate.usage ?? null,
    quotaBytes: estimate.quota ?? null,
    folders,
    databases: await databaseNames(),
    preferenceCount: window.localStorage.length,
    offlineCopies: await caches.keys(),
  };
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    // A blocked deletion happens when the last connection closes, at the latest with the reload that follows.
    request.onblocked = () => resolve();
    request.onerror = () => reject(request.error ?? new Error(`The database ${name} could not be deleted.`));
  });
}

/** Deletes everything the workbench keeps on this machine. The caller reloads the page afterwards. */
export async function deleteStoredData(): Promise<void> {
  await Promise.all([...closers].map((close) => close()));
  const folder = await privateFolder();
  if (folder !== undefined) {
    const names: string[] = [];
    for await (const name of folder.keys()) names.push(name);
    await Promise.all(names.map((name) => folder.removeEntry(name, { recursive: true })));
  }
  await Promise.all((await databaseNames()).map(deleteDatabase));
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
  window.localStorage.clear();
}
