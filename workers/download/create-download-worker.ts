/** What the download worker does: one published file into private files, checked. */
import { WorkbenchError } from '../../core/errors.ts';
import type { DownloadWorker } from '../api/download.ts';
import { deleteDownload, markChecked, openDownloads } from './downloaded-files.ts';
import { fetchInto } from './fetch-file.ts';

/** The api of a download worker. */
export function createDownloadWorker(): DownloadWorker {
  return {
    async download(file, signal, report) {
      const folder = await openDownloads();
      const handle = await (
        await folder.getFileHandle(file.fileName, { create: true })
      ).createSyncAccessHandle();
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
