/**
 * Where a data worker keeps bytes between visits: files of the origin private file system, or memory where a browser
 * has none (private windows) or another tab holds them.
 */

/** The part of the browser's FileSystemSyncAccessHandle that the stores use. Offsets and sizes in bytes. */
export interface RandomAccessFile {
  getSize(): number;
  /** Fills as much of the buffer as there is. Returns how much. */
  read(buffer: Uint8Array, options: { readonly at: number }): number;
  write(buffer: Uint8Array, options: { readonly at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

/** A file in memory. Its capacity doubles, so that appending n bytes costs O(n) in all. */
export function createMemoryFile(): RandomAccessFile {
  let bytes = new Uint8Array(0);
  let size = 0;
  return {
    getSize: () => size,
    read(buffer, { at }) {
      const part = bytes.subarray(Math.min(at, size), Math.min(at + buffer.length, size));
      buffer.set(part);
      return part.length;
    },
    write(buffer, { at }) {
      const end = at + buffer.length;
      if (end > bytes.length) {
        const grown = new Uint8Array(Math.max(end, 2 * bytes.length));
        grown.set(bytes);
        bytes = grown;
      }
      bytes.set(buffer, at);
      size = Math.max(size, end);
      return buffer.length;
    },
    truncate(newSize) {
      // Browsers read zeros where a file was cut and grown again.
      bytes.fill(0, Math.min(newSize, size), size);
      if (newSize > bytes.length) {
        const grown = new Uint8Array(newSize);
        grown.set(bytes);
        bytes = grown;
      }
      size = newSize;
    },
    flush: () => undefined,
    close: () => undefined,
  };
}

/** The files of one data worker. */
export interface SampleFiles {
  /** One JSON text per line. */
  readonly records: RandomAccessFile;
  /** Thumbnails of a fixed stride, by slot. */
  readonly thumbnails: RandomAccessFile;
  readonly persistent: boolean;
}
