/** Runs kept as files of the script's process, which it serves under one address: in a browser and in Node alike. */
import type { CacheStorage } from '../../workers/infer/cache-storage.ts';

/** Address of the files below the server's. */
export const FILES_PATH = '/files';

/** A storage over a server that takes PUT and answers GET, with 404 for what is not there. Nothing is ever removed. */
export function createHttpStorage(address: string): CacheStorage {
  const urlOf = (folder: string, name: string) => new URL(`${FILES_PATH}/${folder}/${name}`, address);
  return {
    persistent: true,
    folders: async () => [],
    async create(folder, name) {
      const pieces: Uint8Array<ArrayBuffer>[] = [];
      return {
        async write(bytes) {
          pieces.push(Uint8Array.from(bytes));
        },
        async close() {
          const { ok, status } = await fetch(urlOf(folder, name), { method: 'PUT', body: new Blob(pieces) });
          if (!ok) throw new Error(`The file ${name} was not kept: ${status}.`);
        },
      };
    },
    async open(folder, name) {
      const answer = await fetch(urlOf(folder, name));
      return answer.ok ? answer.blob() : undefined;
    },
    sizeBytes: async () => 0,
    remove: async () => undefined,
  };
}
