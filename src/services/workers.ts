/**
 * The page's workers, kept in module scope for the page's life: a collected proxy would drop the calls in flight.
 * Nothing starts on import; each worker starts when it is first asked for.
 */
import type { AnalysisWorker } from '../../workers/api/analysis.ts';
import type { ComputeWorker } from '../../workers/api/compute.ts';
import type { DataWorker } from '../../workers/api/data.ts';
import type { TrainingWorker } from '../../workers/api/train.ts';
import { update } from '../state/store.ts';
import { createComputeService, type RunningCompute } from './compute-service.ts';
import { createDataPool, dataWorkerCount } from './data-pool.ts';
import { createCohortFiles } from './ingest.ts';
import { observed, startedWhenAsked } from './observed-worker.ts';
import { createSampleAccess } from './sample-access.ts';
import { createSampleDirectory } from './sample-directory.ts';
import { registerStoreOwner } from './stored-data.ts';

/** The data workers: one less than the cores, at most four. */
export const dataPool = createDataPool(dataWorkerCount(navigator.hardwareConcurrency), (shard) =>
  observed<DataWorker>(
    new Worker(new URL('../../workers/data.worker.ts', import.meta.url), { type: 'module', name: 'data' }),
    `data worker ${shard + 1}`,
  ),
);
registerStoreOwner(() => dataPool.close());

/** Which data worker has each sample. */
export const sampleDirectory = createSampleDirectory();
/** Reading, restoring and forgetting the cohort's files. */
export const cohortFiles = createCohortFiles(dataPool, sampleDirectory);
/** Thumbnails, pixels and dropped predictions of samples, wherever they are. */
export const sampleAccess = createSampleAccess(dataPool, sampleDirectory);

/** The compute worker: WebGPU, else WebAssembly; restarted after a lost device. */
export const computeService = createComputeService(
  dataPool,
  () =>
    observed<ComputeWorker & TrainingWorker>(
      new Worker(new URL('../../workers/compute.worker.ts', import.meta.url), {
        type: 'module',
        name: 'compute',
      }),
      'compute worker',
    ),
  (state) => update('device', () => state),
);

/** The running compute worker; started when first asked for. Errors: `runtime/start-failed`. */
export function startCompute(): Promise<RunningCompute> {
  return computeService.start();
}

/** The analysis worker; started when first asked for, and anew after a crash. */
export const analysisWorker = startedWhenAsked(() =>
  observed<AnalysisWorker>(
    new Worker(new URL('../../workers/analysis.worker.ts', import.meta.url), {
      type: 'module',
      name: 'analysis',
    }),
    'analysis worker',
  ),
);
