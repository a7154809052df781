/** Entry of a data worker: one of a small pool that reads, keeps and prepares samples. */
import { WorkbenchError } from '../core/errors.ts';
import { createDataWorker } from './data/create-data-worker.ts';
import { openSampleFiles } from './data/random-access-file.ts';
import { exposeWorker } from './rpc/expose.ts';

exposeWorker(
  createDataWorker(openSampleFiles, () =>
    Promise.reject(new WorkbenchError('internal/invariant', 'Predictions cannot be kept yet.')),
  ),
);
