/** The optimisers' kernels on the user's own adapter against the rules in float64; they are no operations of a graph. */
import { createRandom } from '../../core/random.ts';
import { POINTWISE_F32 } from '../../core/testing.ts';
import {
  initialMoments,
  type OptimizerSettings,
  SAMED_ADAMW,
  stepOptimizer,
} from '../../models/reference/optimizers.ts';
import type { GpuCheck } from '../api/train.ts';
import { storedError, worstError } from './check-gpu-kernels.ts';
import type { KernelDevice } from './compare-kernel.ts';
import type { Kernel } from './kernels/kernel.ts';
import { adamWKernel, adamWSettings, sgdKernel, sgdSettings } from './kernels/optimiser.ts';
import { runKernel } from './run-kernel.ts';

const COUNT = 131;
const STEP_COUNT = 3;
const LEARNING_RATE = 0.005;
const SGD: OptimizerSettings = { kind: 'sgd', momentum: 0.9, weightDecay: 0.1 };

/** A kernel and, for each step, its settings. */
function kernelOf(
  settings: OptimizerSettings,
  { traits }: KernelDevice,
): [Kernel, (step: number) => Float32Array<ArrayBuffer>] {
  const at = { learningRate: LEARNING_RATE, weightDecay: settings.weightDecay, gradientScale: 1 };
  if (settings.kind === 'sgd') return [sgdKernel(COUNT, settings.momentum, traits), () => sgdSettings(at)];
  const [beta1, beta2] = settings.betas;
  const constants = { beta1, beta2, epsilon: settings.epsilon };
  return [adamWKernel(COUNT, constants, traits), (step) => adamWSettings(constants, { ...at, step })];
}

/** Weights and moments after a few steps by both. */
async function checkOptimizer(
  on: KernelDevice,
  settings: OptimizerSettings,
): Promise<GpuCheck['kernels'][number]> {
  const random = createRandom(1, 'check-gpu optimiser');
  const draw = () => Float32Array.from({ length: COUNT }, () => random.normal());
  const [kernel, settingsAt] = kernelOf(settings, on);
  const decays = new Float32Array(COUNT).fill(1);
  const start = draw();
  const [weight, moments] = [Float64Array.from(start), initialMoments(COUNT)];
  const zeros = () => new Float32Array(COUNT);
  let results: readonly Float32Array<ArrayBuffer>[] = [
    start,
    zeros(),
    ...(settings.kind === 'adamw' ? [zeros()] : []),
  ];
  for (let step = 1; step <= STEP_COUNT; step++) {
    const gradient = draw();
    stepOptimizer(weight, Float64Array.from(gradient), moments, step, LEARNING_RATE, settings);
    const tensors = { inputs: [settingsAt(step), gradient, decays], results, scratch: [] };
    ({ results } = await runKernel(on.device, on.pipelines, kernel, tensors));
  }
  const expected = [weight, moments.first, moments.second];
  const errors = results.map((actual, index) => worstError(actual, expected[index] ?? [], POINTWISE_F32));
  const error = Math.max(...errors);
  const tolerance = POINTWISE_F32.rel;
  return { kernel: settings.kind, worstError: storedError(error), tolerance, passed: error <= tolerance };
}

/** What the check says of AdamW and SGD. Errors: as `runKernel`. */
export async function checkOptimizers(on: KernelDevice): Promise<GpuCheck['kernels']> {
  return [await checkOptimizer(on, SAMED_ADAMW), await checkOptimizer(on, SGD)];
}
