/** Entry of the compute worker: the only thread that owns the GPU device and onnxruntime-web. */
import { createComputeWorker } from './infer/create-compute-worker.ts';
import { exposeWorker } from './rpc/expose.ts';

exposeWorker(createComputeWorker());
