/** A folder of files in memory, for tests of what writes files piece by piece. */
import { joinChunks } from '../onnx/protobuf.ts';
import type { CreateFile } from '../onnx/sink.ts';

export interface MemoryFolder {
  readonly create: CreateFile;
  /** In the order of their making. */
  names(): readonly string[];
  /** The bytes of a file; throws when there is none of this name. */
  read(name: string): Uint8Array<ArrayBuffer>;
  /** Files not yet closed. */
  openCount(): number;
}

/** An empty folder. */
export function createMemoryFolder(): MemoryFolder {
  const files = new Map<string, Uint8Array[]>();
  const open = new Set<string>();
  return {
    create(name) {
      const pieces: Uint8Array[] = [];
      files.set(name, pieces);
      open.add(name);
      return Promise.resolve({
        write: (bytes) => {
          // Borrowed bytes may change once the promise is fulfilled.
          pieces.push(bytes.slice());
          return Promise.resolve();
        },
        close: () => {
          open.delete(name);
          return Promise.resolve();
        },
      });
    },
    names: () => [...files.keys()],
    read(name) {
      const pieces = files.get(name);
      if (pieces === undefined) throw new Error(`There is no file '${name}'.`);
      return joinChunks(pieces);
    },
    openCount: () => open.size,
  };
}
