/** Entry of the download worker: fetches one published file on a person's click. */
import { createDownloadWorker } from './download/create-download-worker.ts';
import { exposeWorker } from './rpc/expose.ts';

exposeWorker(createDownloadWorker());
