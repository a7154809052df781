/** "Check this GPU": whether the user's own adapter computes what training needs, before any result rests on it. */
import type { Report } from '../../core/tasks.ts';
import type { GpuCheck } from '../api/train.ts';
import type { Lock } from '../infer/lock.ts';
import { cancellable } from '../train/in-turn.ts';
import { checkedCases } from './check-gpu-cases.ts';
import { checkGradients } from './check-gpu-gradients.ts';
import { checkKernels } from './check-gpu-kernels.ts';
import { checkOptimizers } from './check-gpu-optimisers.ts';
import type { GpuContext } from './device.ts';
import { kernelFor } from './kernels/kernel-table.ts';
import { createPipelineCache } from './pipelines.ts';
import { traitsOf } from './traits.ts';

/**
 * Compares every kernel with the float64 oracle at a few odd sizes, the optimisers with their rules, and the gradients of a
 * very small SAMed with the oracle's and with differences of its loss. A kernel that is wrong is in the result; it is no error.
 * What it computes on the device takes turns by `exclusive`, a kernel or a few steps at a time.
 * Errors: the signal's reason, `gpu/device-lost`, and as `createTrainingEngine`.
 * Cost: a few hundred pipelines, seconds on a GPU and minutes on a software adapter.
 */
export async function checkGpu(
  gpu: GpuContext,
  exclusive: Lock,
  signal: AbortSignal,
  report: Report,
): Promise<GpuCheck> {
  const { device } = gpu;
  const inTurn = cancellable(exclusive, signal);
  const pipelines = createPipelineCache(device);
  const on = { device, pipelines, traits: traitsOf(device) };
  const kernels = [
    ...(await gpu.whileAlive(checkKernels(on, checkedCases(), kernelFor, inTurn, signal, report))),
    ...(await gpu.whileAlive(inTurn(() => checkOptimizers(on)))),
  ];
  const gradients = await checkGradients(
    gpu,
    pipelines,
    (engine) => engine.gradients(),
    inTurn,
    signal,
    report,
  );
  return {
    adapter: gpu.adapterName,
    checkedAt: new Date().toISOString(),
    passed: [...kernels, ...gradients].every(({ passed }) => passed),
    kernels,
    gradients,
  };
}
