/**
 * Where downloads lie: for each a private file, and beside it a mark that is written once the content has been checked.
 * Readable from every thread; writing is for the download worker.
 */
import type { DownloadedFile } from '../api/download.ts';

const FOLDER = 'downloads';
const MARK_SUFFIX = '.checked';

/** The folder of downloads. Errors: the browser's, where it has no private files. */
export async function openDownloads(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, { create: true });
}

/** Marks a file as whole and right. */
export async function markChecked(folder: FileSystemDirectoryHandle, fileName: string): Promise<void> {
  await folder.getFileHandle(fileName + MARK_SUFFIX, { create: true });
}

/** Every download, whole or not; none where the browser has no private files. */
export async function listDownloads(): Promise<readonly DownloadedFile[]> {
  const sizes = new Map<string, number>();
  try {
    for await (const file of (await openDownloads()).values()) {
      if (file.kind === 'file') sizes.set(file.name, (await file.getFile()).size);
    }
  } catch {
    // Nothing can have been downloaded either.
  }
  return [...sizes]
    .filter(([name]) => !name.endsWith(MARK_SUFFIX))
    .map(([fileName, sizeBytes]) => ({ fileName, sizeBytes, complete: sizes.has(fileName + MARK_SUFFIX) }));
}

/** A whole download. Errors: the browser's, when it is gone. */
export async function openDownload(fileName: string): Promise<File> {
  return (await (await openDownloads()).getFileHandle(fileName)).getFile();
}

/** Deletes a download, whole or not. */
export async function deleteDownload(fileName: string): Promise<void> {
  const folder = await openDownloads();
  // The mark first: what is left must never pass for a checked file.
  await folder.removeEntry(fileName + MARK_SUFFIX).catch(() => undefined);
  await folder.removeEntry(fileName);
}
