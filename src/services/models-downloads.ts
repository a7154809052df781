/**
 * Downloads of published checkpoints, each on a person's click and in a worker of its own: the worker's policy names the
 * one origin it may ask, the page's names none. What arrived is treated as a dropped file.
 */
import { WorkbenchError } from '../../core/errors.ts';
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
import { reject } from './models.ts';
import { registerRequestSource } from './request-ledger.ts';

declare const EQUISEG_CHECKPOINTS: readonly PublishedCheckpoint[] | undefined;

/** Every checkpoint that this build tells of: the published ones, and those of whoever built it. */
export const offeredCheckpoints: readonly PublishedCheckpoint[] = [
  ...PUBLISHED_CHECKPOINTS,
  ...(typeof EQUISEG_CHECKPOINTS === 'undefined' ? [] : EQUISEG_CHECKPOINTS),
];

const SHA256_DIGITS = 64;
let attemptCount = 0;

/** Reads what is there into the state. */
export async function refreshDownloads(): Promise<void> {
  const downloads = await listDownloads();
  update('models', (models) => ({ ...models, downloads }));
}

/** Without the service worker a download worker has the page's policy, or none: neither is what was promised. */
function requireServiceWorker(): void {
  if ('serviceWorker' in navigator && navigator.serviceWorker.controller !== null) return;
  throw new WorkbenchError(
    'download/not-allowed',
    'This page was loaded past its service worker, which alone lets a download ask its host.',
  );
}

/** A worker that may ask the origin of one file: the service worker answers with a policy for it. */
function startDownloadWorker(file: PublishedFile) {
  const url = new URL(downloadWorkerUrl, window.location.href);
  url.searchParams.set('origin', new URL(file.address).origin);
  const worker = new Worker(url, { type: 'module', name: 'download' });
  return connectWorker<DownloadWorker & Observed>(worker, 'download worker');
}

function checkedWords({ sha256 }: PublishedFile): string {
  if (sha256.length === SHA256_DIGITS) return 'It is the published file: its SHA-256 is right.';
  return `Its SHA-256 begins with the ${sha256.length} digits that are published; the others are not known.`;
}

/** Fetches a file, or the rest of it, and adds it to the checkpoints. Its errors are the job's. */
export async function downloadCheckpoint(file: PublishedFile): Promise<void> {
  const { end } = startJob<void>({
    kind: `download-${file.fileName}`,
    label: `Downloading ${file.fileName}`,
    place: 'models',
    async run(signal, report) {
      requireServiceWorker();
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
        ? checkedWords(file)
        : outcome.status === 'cancelled'
          ? 'What has arrived is kept; the next attempt goes on from there.'
          : '',
  });
  if ((await end).status === 'done') await addDownloaded(file.fileName);
}

/** Takes a whole download as if it had been dropped. Its errors end up in the state. */
export async function addDownloaded(fileName: string): Promise<void> {
  try {
    await addCheckpoint(await openDownload(fileName));
  } catch (error) {
    reject(`download ${fileName}`, fileName, 0, error);
    // Another tab may have deleted it.
    await refreshDownloads();
  }
}

/** Deletes a download, whole or not. Models made of it stay. Its errors end up in the state. */
export async function removeDownload(fileName: string): Promise<void> {
  try {
    await deleteDownload(fileName);
  } catch (error) {
    reject(`download ${fileName}`, fileName, 0, error);
  }
  await refreshDownloads();
}
