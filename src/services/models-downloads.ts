/**
 * Downloads of published checkpoints, each on a person's click and in a worker of its own: the worker's policy names the
 * one origin it may ask, the page's names none. What arrived is treated as a dropped file.
 */
import {
  type PublishedCheckpoint,
  type PublishedFile,
  PUBLISHED_CHECKPOINTS,
} from '../../models/zoo/published.ts';
import type { Observed } from '../../workers/api/observed.ts';
import type { DownloadWorker } from '../../workers/api/download.ts';
import { deleteDownload, listDownloads, openDownload } from '../../workers/download/downloaded-files.ts';
// oxlint-disable-next-line import/default -- Vite makes this module: the address of the built worker
import downloadWorkerUrl from '../../workers/download.worker.ts?worker&url';
import { connectWorker } from '../../workers/rpc/connect.ts';
import { update } from '../state/store.ts';
import { startJob } from './jobs.ts';
import { addCheckpoint } from './models-add.ts';
import { registerRequestSource } from './request-ledger.ts';

declare const EQUISEG_CHECKPOINTS: readonly PublishedCheckpoint[] | undefined;

/** Every checkpoint that this build tells of: the published ones, and those of whoever built it. */
export const offeredCheckpoints: readonly PublishedCheckpoint[] = [
  ...PUBLISHED_CHECKPOINTS,
  ...(typeof EQUISEG_CHECKPOINTS === 'undefined' ? [] : EQUISEG_CHECKPOINTS),
];

let attemptCount = 0;

/** Reads what is there into the state. */
export async function refreshDownloads(): Promise<void> {
  const downloads = await listDownloads();
  update('models', (models) => ({ ...models, downloads }));
}

/** A worker that may ask the origin of one file: the service worker answers with a policy for it. */
function startDownloadWorker(file: PublishedFile) {
  const url = new URL(downloadWorkerUrl, window.location.href);
  url.searchParams.set('origin', new URL(file.address).origin);
  const worker = new Worker(url, { type: 'module', name: 'download' });
  return connectWorker<DownloadWorker & Observed>(worker, 'download worker');
}

/** Fetches a file, or the rest of it, and adds it to the checkpoints. Its errors are the job's. */
export async function downloadCheckpoint(file: PublishedFile): Promise<void> {
  const { end } = startJob<void>({
    kind: `download-${file.fileName}`,
    label: `Downloading ${file.fileName}`,
    place: 'models',
    async run(signal, report) {
      const { api, close } = startDownloadWorker(file);
      attemptCount++;
      const thread = `download ${attemptCount}, ${file.fileName}`;
      const stopAsking = registerRequestSource(thread, () => api.requests());
      try {
        await api.download(file, signal, report);
      } finally {
        // The ledger tells of the request when the worker is gone, too.
        const seen = await api.requests().catch(() => []);
        stopAsking();
        registerRequestSource(thread, () => Promise.resolve(seen));
        close();
        await refreshDownloads();
      }
    },
    summarize: (outcome) =>
      outcome.status === 'done'
        ? 'It is the published file: its SHA-256 is right.'
        : outcome.status === 'cancelled'
          ? 'What has arrived is kept; the next attempt goes on from there.'
          : '',
  });
  if ((await end).status === 'done') await addDownloaded(file.fileName);
}

/** Takes a whole download as if it had been dropped. */
export async function addDownloaded(fileName: string): Promise<void> {
  await addCheckpoint(await openDownload(fileName));
}

/** Deletes a download, whole or not. Models made of it stay. */
export async function removeDownload(fileName: string): Promise<void> {
  await deleteDownload(fileName);
  await refreshDownloads();
}
