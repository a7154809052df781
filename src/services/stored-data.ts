/**
 * What the workbench keeps on this machine, and its deletion: origin private files, IndexedDB, preferences, offline copy.
 * Other pages may share the origin (`name.github.io`): only what bears the workbench's names is listed and deleted.
 */
import { store } from '../state/store.ts';
import { cancelJob } from './jobs.ts';

export interface StoredData {
  /** Whole use of this origin, other pages' included; null where the browser does not say. */
  readonly usedBytes: number | null;
  /** What the browser would allow; null where it does not say. */
  readonly quotaBytes: number | null;
  /** The workbench's folders at the root of the origin private file system. */
  readonly folders: readonly string[];
  readonly databases: readonly string[];
  readonly preferenceCount: number;
  /** Copies of the page's own files for use without a network. */
  readonly offlineCopies: readonly string[];
}

/** Each is the folder of one module: workers/data, workers/infer (three), workers/download, workers/train. */
export const PRIVATE_FOLDERS: readonly string[] = [
  'cohort',
  'models',
  'encoders',
  'features',
  'predictions',
  'downloads',
  'training',
];
const DATABASE_PREFIX = 'equiseg-';
const CACHE_PREFIX = 'equiseg ';
const PREFERENCE_PREFIX = 'equiseg.';

/** Work that does not stop when it is asked to must not keep the deletion waiting for ever. */
const STOP_WITHIN_MS = 10_000;

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

async function folderNames(root: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = [];
  for await (const name of root.keys()) if (PRIVATE_FOLDERS.includes(name)) names.push(name);
  return names;
}

async function databaseNames(): Promise<string[]> {
  const databases = await indexedDB.databases();
  return databases.flatMap(({ name }) => (name?.startsWith(DATABASE_PREFIX) ? [name] : []));
}

async function cacheNames(): Promise<string[]> {
  return (await caches.keys()).filter((name) => name.startsWith(CACHE_PREFIX));
}

function preferenceKeys(): string[] {
  const { localStorage } = window;
  return Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index) ?? '').filter(
    (key) => key.startsWith(PREFERENCE_PREFIX),
  );
}

/** What lies on this machine for this page. */
export async function inspectStoredData(): Promise<StoredData> {
  const estimate = await navigator.storage.estimate();
  const folder = await privateFolder();
  return {
    usedBytes: estimate.usage ?? null,
    quotaBytes: estimate.quota ?? null,
    folders: folder === undefined ? [] : await folderNames(folder),
    databases: await databaseNames(),
    preferenceCount: preferenceKeys().length,
    offlineCopies: await cacheNames(),
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

/** Cancels every job and waits until it has ended: work that writes holds its files open. */
function stopJobs(): Promise<void> {
  for (const { id } of store.getState().jobs.running) cancelJob(id);
  return new Promise((resolve) => {
    const timer = setTimeout(end, STOP_WITHIN_MS);
    const unsubscribe = store.subscribe(endWhenIdle);
    function end(): void {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    }
    function endWhenIdle(): void {
      if (store.getState().jobs.running.length === 0) end();
    }
    endWhenIdle();
  });
}

/**
 * Deletes everything the workbench keeps on this machine, after stopping all jobs. The caller reloads the page afterwards.
 * Errors: the browser's, for what it would not delete, such as files in use in another tab; all else is deleted then.
 */
export async function deleteStoredData(): Promise<void> {
  await stopJobs();
  await Promise.all([...closers].map((close) => close()));
  for (const key of preferenceKeys()) window.localStorage.removeItem(key);
  const root = await privateFolder();
  const folders = root === undefined ? [] : await folderNames(root);
  const ends = await Promise.allSettled([
    ...folders.map((name) => root?.removeEntry(name, { recursive: true })),
    ...(await databaseNames()).map(deleteDatabase),
    ...(await cacheNames()).map((name) => caches.delete(name)),
  ]);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
