/**
 * What the tests of kernels share: seeded tensors, and a device of the default limits, whatever the adapter offers, on which
 * kernels are compared with the oracle.
 */
import { invariant } from '../../core/errors.ts';
import { createRandom } from '../../core/random.ts';
import { describeDifference, type Tolerance } from '../../core/testing.ts';
import type { TrainingKind } from '../../models/graph/gradient-ops.ts';
import type { Tensor } from '../../models/graph/graph.ts';
import { elementCount } from '../../models/graph/shape.ts';
import { bothResults, type KernelCase, type KernelDevice, runGuarded } from './compare-kernel.ts';
import type { Kernel, KernelRule, KernelTraits } from './kernels/kernel.ts';
import { createPipelineCache } from './pipelines.ts';
import { traitsOf } from './traits.ts';

export interface KernelHarness extends KernelDevice {
  /** As `runGuarded`, on the harness's device. */
  run(
    kernel: Kernel,
    inputs: readonly Tensor[],
    shapes: readonly (readonly number[])[],
  ): Promise<Float32Array[]>;
  /** Undefined when every result of the rule's kernel is close to the oracle's; else which is not, and where. */
  compare<K extends TrainingKind>(
    rule: KernelRule<K>,
    kernelCase: KernelCase<K>,
    tolerance: Tolerance,
    traits?: KernelTraits,
  ): Promise<string | undefined>;
  dispose(): void;
}

/** Seeded standard normal values; `stream` tells tensors apart. */
export function normalTensor(shape: readonly number[], stream = '', scale = 1): Tensor {
  const random = createRandom(7, `${stream}${shape.join('x')}`);
  return { shape, data: Float32Array.from({ length: elementCount(shape) }, () => scale * random.normal()) };
}

/** Seeded normal tensors, one for each shape, all different. */
export function normalTensors(...shapes: readonly (readonly number[])[]): Tensor[] {
  return shapes.map((shape, index) => normalTensor(shape, `${index}:`));
}

/** A tensor of the values given. */
export function tensorOf(shape: readonly number[], values: Iterable<number>): Tensor {
  const data = Float32Array.from(values);
  invariant(data.length === elementCount(shape), 'a test tensor has another count than its shape');
  return { shape, data };
}

/** A device of the default limits, with subgroups where it has them, and all that compares kernels on it. Errors: plain, where there is no adapter. */
export async function openKernelHarness(): Promise<KernelHarness> {
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) throw new Error('This browser has no WebGPU adapter.');
  const features = (['subgroups'] as const).filter((feature) => adapter.features.has(feature));
  const device = await adapter.requestDevice({ label: 'kernel tests', requiredFeatures: features });
  const on: KernelDevice = { device, pipelines: createPipelineCache(device), traits: traitsOf(device) };
  return {
    ...on,
    run: (kernel, inputs, shapes) => runGuarded(on, kernel, inputs, shapes),
    async compare(rule, kernelCase, tolerance, traits = on.traits) {
      const results = await bothResults({ ...on, traits }, rule, kernelCase);
      const problems = results.map(({ actual, expected }, index) => {
        const problem = describeDifference(actual, expected, tolerance);
        return problem === undefined ? [] : [`result ${index}: ${problem}`];
      });
      return problems.flat().join('; ') || undefined;
    },
    dispose: () => device.destroy(),
  };
}
