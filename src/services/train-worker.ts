/** The compute worker as Train uses it: what trains runs on the device that infers. */
import type { ComputeWorker, RuntimeReport } from '../../workers/api/compute.ts';
import type { TrainingWorker } from '../../workers/api/train.ts';
import { startCompute } from './workers.ts';

export interface RunningTraining {
  readonly worker: ComputeWorker & TrainingWorker;
  readonly report: RuntimeReport;
}

/** The running compute worker; started when first asked for. Errors: `runtime/start-failed`. */
export async function startTrainingWorker(): Promise<RunningTraining> {
  const { worker, report } = await startCompute();
  return { worker: worker as ComputeWorker & TrainingWorker, report };
}
