/**
 * Models in the private files of this page, where a browser has them. In workers only: fast access to private files
 * exists nowhere else.
 */
import { WorkbenchError } from '../../core/errors.ts';
import { type CacheStorage, createMemoryStorage } from './cache-storage.ts';

function isQuotaError(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'QuotaExceededError';
}

function storageFull(cause: unknown): WorkbenchError {
  return new WorkbenchError(
    'model/storage-full',
    'The browser has no room left for a model or a checkpoint that was being written.',
    { cause },
  );
}

/** Private files of this page. */
function openPrivateFiles(root: FileSystemDirectoryHandle): CacheStorage {
  async function* filesOf(folder: string): AsyncGenerator<FileSystemFileHandle> {
    const handle = await root.getDirectoryHandle(folder);
    for await (const file of handle.values()) if (file.kind === 'file') yield file;
  }
  return {
    persistent: true,
    async folders() {
      const names: string[] = [];
      for await (const [name, { kind }] of root.entries()) if (kind === 'directory') names.push(name);
      return names;
    },
    async create(folder, name) {
      const into = await root.getDirectoryHandle(folder, { create: true });
      const file = await into.getFileHandle(name, { create: true });
      const handle = await file.createSyncAccessHandle();
      handle.truncate(0);
      let at = 0;
      return {
        write(bytes) {
          let count = 0;
          try {
            count = handle.write(bytes, { at });
          } catch (error) {
            return Promise.reject(isQuotaError(error) ? storageFull(error) : (error as Error));
          }
          at += count;
          return count === bytes.length ? Promise.resolve() : Promise.reject(storageFull(undefined));
        },
        close() {
          handle.flush();
          handle.close();
          return Promise.resolve();
        },
      };
    },
    async open(folder, name) {
      try {
        return await (await (await root.getDirectoryHandle(folder)).getFileHandle(name)).getFile();
      } catch {
        return undefined;
      }
    },
    async sizeBytes(folder) {
      let sum = 0;
      for await (const file of filesOf(folder)) sum += (await file.getFile()).size;
      return sum;
    },
    remove: (folder) => root.removeEntry(folder, { recursive: true }),
  };
}

/** The storage of this browser: private files below a folder of that name, else memory. */
export async function openCacheStorage(folder: string): Promise<CacheStorage> {
  try {
    const root = await navigator.storage.getDirectory();
    return openPrivateFiles(await root.getDirectoryHandle(folder, { create: true }));
  } catch {
    // Private windows of some browsers refuse.
    return createMemoryStorage();
  }
}
