/** Where models are kept: folders of files that are streamed in. Here in memory; private files are in private-files.ts. */
import type { FileSink } from '../../models/onnx/sink.ts';

/** Somewhere files lie in folders of one level: private files, or memory. */
export interface CacheStorage {
  readonly persistent: boolean;
  folders(): Promise<readonly string[]>;
  /** Errors of the sink: `model/storage-full`. */
  create(folder: string, name: string): Promise<FileSink>;
  /** Undefined when there is no such file. */
  open(folder: string, name: string): Promise<Blob | undefined>;
  /** Total of a folder's files. */
  sizeBytes(folder: string): Promise<number>;
  remove(folder: string): Promise<void>;
}

/** Files in memory: a browser may move large blobs to its disk. */
export function createMemoryStorage(): CacheStorage {
  const folders = new Map<string, Map<string, Blob>>();
  return {
    persistent: false,
    folders: () => Promise.resolve([...folders.keys()]),
    create(folder, name) {
      const files = folders.get(folder) ?? new Map<string, Blob>();
      folders.set(folder, files);
      let blob = new Blob([]);
      files.set(name, blob);
      return Promise.resolve({
        write(bytes) {
          blob = new Blob([blob, Uint8Array.from(bytes)]);
          files.set(name, blob);
          return Promise.resolve();
        },
        close: () => Promise.resolve(),
      });
    },
    open: (folder, name) => Promise.resolve(folders.get(folder)?.get(name)),
    sizeBytes: (folder) =>
      Promise.resolve([...(folders.get(folder)?.values() ?? [])].reduce((sum, { size }) => sum + size, 0)),
    remove(folder) {
      folders.delete(folder);
      return Promise.resolve();
    },
  };
}
