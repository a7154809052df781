/** "Check this GPU": every kernel against the oracle and the gradients against differences, on this machine's adapter, as a job. */
import type { GpuCheck } from '../../workers/api/train.ts';
import { update } from '../state/store.ts';
import { formatCounted } from '../ui/format.ts';
import { startJob } from './jobs.ts';
import { startCompute } from './workers.ts';

export const CHECK_JOB = 'check-gpu';

/** How many parts of a check went wrong. */
export function failedCount({ kernels, gradients }: GpuCheck): number {
  return [...kernels, ...gradients].filter(({ passed }) => !passed).length;
}

/** Starts the check; its result is kept and goes with every later run. */
export function startGpuCheck(): void {
  const { end } = startJob<GpuCheck>({
    kind: CHECK_JOB,
    label: 'Checking this GPU',
    place: 'train',
    async run(signal, report) {
      const { worker } = await startCompute();
      return worker.checkGpu(signal, report);
    },
    summarize(outcome) {
      if (outcome.status !== 'done') return '';
      const { kernels, gradients } = outcome.value;
      const failed = failedCount(outcome.value);
      return failed === 0
        ? `${formatCounted(kernels.length, 'kernel')} and ${formatCounted(gradients.length, 'gradient')} agree with the oracle.`
        : `${formatCounted(failed, 'check')} failed: do not train on this GPU.`;
    },
  });
  void end.then((outcome) => {
    if (outcome.status === 'done') update('train', (train) => ({ ...train, gpuCheck: outcome.value }));
  });
}
