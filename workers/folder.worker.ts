/** Entry of the folder worker: lists dropped and picked folders. */
import { createFolderWorker } from './folder/create-folder-worker.ts';
import { exposeWorker } from './rpc/expose.ts';

exposeWorker(createFolderWorker());
