/**
 * Where a data worker keeps bytes between visits: files of the origin private file system, or memory where a browser
 * has none (private windows) or another tab holds them.
 */

/** The part of the browser's FileSystemSyncAccessHandle that the stores use. */
export type RandomAccessFile = Pick<
  FileSystemSyncAccessHandle,
  'getSize' | 'read' | 'write' | 'truncate' | 'flush' | 'close'
>;

/** A file in memory. Its capacity doubles, so that appending n bytes costs O(n) in all. */
export function createMemoryFile(): RandomAccessFile {
  let bytes = new Uint8Array(0);
  let size = 0;
  const asBytes = (buffer: AllowSharedBufferSource) =>
    ArrayBuffer.isView(buffer)
      ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
      : new Uint8Array(buffer);
  return {
    getSize: () => size,
    read(buffer, options) {
      const at = options?.at ?? 0;
      const part = bytes.subarray(Math.min(at, size), Math.min(at + buffer.byteLength, size));
      asBytes(buffer).set(part);
      return part.length;
    },
    write(buffer, options) {
      const at = options?.at ?? 0;
      const end = at + buffer.byteLength;
      if (end > bytes.length) {
        const grown = new Uint8Array(Math.max(end, 2 * bytes.length));
        grown.set(bytes);
        bytes = grown;
      }
      bytes.set(asBytes(buffer), at);
      size = Math.max(size, end);
      return buffer.byteLength;
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

/** A closing page lets go of its files a moment after the next one opens. */
const LOCK_ATTEMPTS = 20;
const LOCK_RETRY_MS = 100;

async function openWhenFree(folder: FileSystemDirectoryHandle, name: string): Promise<RandomAccessFile> {
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

/**
 * Opens this worker's files in `cohort/` of the origin private file system, or in memory when that cannot be had.
 * The number of workers is part of the names: with another number the shards would be an unnoticed part of a cohort,
 * so files of another number are removed.
 */
export async function openSampleFiles(shard: number, shardCount: number): Promise<SampleFiles> {
  const opened: RandomAccessFile[] = [];
  try {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('cohort', { create: true });
    if (shard === 0) {
      for await (const name of folder.keys()) {
        if (!name.includes(`-of-${shardCount}.`)) await folder.removeEntry(name).catch(() => undefined);
      }
    }
    for (const name of [
      `records-${shard}-of-${shardCount}.jsonl`,
      `thumbnails-${shard}-of-${shardCount}.bin`,
    ]) {
      opened.push(await openWhenFree(folder, name));
    }
    const [records, thumbnails] = opened as [RandomAccessFile, RandomAccessFile];
    return { records, thumbnails, persistent: true };
  } catch {
    // No storage, no permission for it, or another tab has it: the cohort then lives as long as the page.
    for (const file of opened) file.close();
    return { records: createMemoryFile(), thumbnails: createMemoryFile(), persistent: false };
  }
}
