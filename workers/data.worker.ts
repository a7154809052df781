/** Entry of a data worker: one of a small pool that reads, keeps and prepares samples. */
import { createDataWorker } from './data/create-data-worker.ts';
import { openSampleFiles } from './data/open-sample-files.ts';
import { openPredictionWriter } from './infer/prediction-store.ts';
import { exposeWorker } from './rpc/expose.ts';

exposeWorker(createDataWorker(openSampleFiles, openPredictionWriter));
