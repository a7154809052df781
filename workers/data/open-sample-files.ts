/** Opens a data worker's files in the origin private file system. */
import { createMemoryFile, type RandomAccessFile, type SampleFiles } from './random-access-file.ts';

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
