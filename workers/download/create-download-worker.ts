/** What the download worker does: one published file into private files, checked. */
import { WorkbenchError } from '../../core/errors.ts';
import type { DownloadWorker } from '../api/download.ts';
import { deleteDownload, markChecked, openDownloads } from './downloaded-files.ts';
import { fetchInto } from './fetch-file.ts';

/** Exclusive access to a download. Errors: `download/busy` while another tab has it. */
async function openForWriting(folder: FileSystemDirectoryHandle, fileName: string) {
  const file = await folder.getFileHandle(fileName, { create: true });
  try {
    return await file.createSyncAccessHandle();
  } catch (cause) {
    if (!(cause instanceof DOMException && cause.name === 'NoModificationAllowedError')) throw cause;
    throw new WorkbenchError('download/busy', `${fileName} is being written by another tab of this page.`, {
      cause,
    });
  }
}

/** The api of a download worker. */
export function createDownloadWorker(): DownloadWorker {
  return {
    async download(file, signal, report) {
      const folder = await openDownloads();
      const handle = await openForWriting(folder, file.fileName);
      try {
        await fetchInto(handle, file, (address, init) => fetch(address, init), signal, report);
      } catch (error) {
        handle.close();
        const isWrong = error instanceof WorkbenchError && error.code === 'download/wrong-content';
        if (isWrong) await deleteDownload(file.fileName);
        throw error;
      }
      handle.close();
      await markChecked(folder, file.fileName);
    },
  };
}
