/**
 * Kernels against the float64 oracle: the operation as a training graph of one node, seeded inputs, poisoned results and
 * scratch, and guard elements behind every tensor. The device has the default limits, whatever the adapter offers.
 */
import { invariant } from '../../core/errors.ts';
import { createRandom } from '../../core/random.ts';
import { describeDifference, type Tolerance } from '../../core/testing.ts';
import { inferResults } from '../../models/graph/gradient-ops/infer.ts';
import type { TrainingKind, TrainingOperations } from '../../models/graph/gradient-ops.ts';
import type { Tensor } from '../../models/graph/graph.ts';
import { elementCount } from '../../models/graph/shape.ts';
import type { TrainingNode } from '../../models/graph/training-graph.ts';
import { interpretTraining } from '../../models/reference/interpret-training.ts';
import type { Tensor64 } from '../../models/reference/kernels/kernel.ts';
import type { Kernel, KernelRule, KernelTraits } from './kernels/kernel.ts';
import { createPipelineCache, type PipelineCache } from './pipelines.ts';
import { runKernel } from './run-kernel.ts';
import { traitsOf } from './traits.ts';

/** Elements behind each tensor: as many as a tile may reach too far. */
const GUARD_COUNT = 256;
/** What lies behind results and scratch, and must stay. */
const GUARD_VALUE = 12345;

/** One call of an operation, with its data. */
export interface KernelCase<K extends TrainingKind> {
  readonly kind: K;
  readonly attributes: TrainingOperations[K];
  readonly inputs: readonly Tensor[];
  /** Of a forward operation with statistics: 1 leaves them out. */
  readonly resultCount?: number;
}

export interface KernelHarness {
  readonly device: GPUDevice;
  readonly pipelines: PipelineCache;
  readonly traits: KernelTraits;
  /**
   * Results of a kernel, of the shapes given. Throws when it wrote behind a tensor or into an input. What it read behind an
   * input is NaN, as is what it did not write.
   */
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

/** An oracle's result rounded to f32, to be another operation's input. */
export function toTensor({ shape, data }: Tensor64): Tensor {
  return { shape, data: Float32Array.from(data) };
}

/** Every result of an operation in float64. */
export function referenceResults<K extends TrainingKind>(kernelCase: KernelCase<K>): Tensor64[] {
  const { kind, attributes, inputs, resultCount } = kernelCase;
  const names = inputs.map((_, index) => `input ${index}`);
  const shapes = inferResults(
    kind,
    'node',
    inputs.map(({ shape }) => shape),
    attributes,
  );
  const results = shapes.slice(0, resultCount).map((shape, index) => ({ name: `result ${index}`, shape }));
  const { outputs } = interpretTraining(
    {
      name: 'one operation',
      inputs: inputs.map(({ shape }, index) => ({ name: names[index] as string, shape })),
      parameters: [],
      // A generic node is one member of the union, which the compiler cannot see.
      nodes: [{ kind, inputs: names, attributes, results } as unknown as TrainingNode],
      forwardCount: 1,
      outputs: results.map(({ name }) => ({ name, value: name })),
      gradients: [],
      updates: [],
    },
    Object.fromEntries(inputs.map((tensor, index) => [names[index] as string, tensor])),
  );
  return results.map(({ name }) => outputs[name] as Tensor64);
}

/** `values` with guards behind them. */
function guarded(values: Float32Array, guard: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(values.length + GUARD_COUNT).fill(guard);
  out.set(values);
  return out;
}

const poisoned = (count: number) => guarded(new Float32Array(count).fill(Number.NaN), GUARD_VALUE);

function requireGuards(what: string, arrays: readonly Float32Array[]): void {
  for (const [index, array] of arrays.entries()) {
    const at = array.subarray(-GUARD_COUNT).findIndex((value) => value !== GUARD_VALUE);
    if (at >= 0) throw new Error(`The kernel wrote ${at} elements behind ${what} ${index}.`);
  }
}

function requireUnchanged(inputs: readonly Tensor[], after: readonly Float32Array[]): void {
  for (const [index, { data }] of inputs.entries()) {
    if (data.some((value, at) => !Object.is(value, after[index]?.[at]))) {
      throw new Error(`The kernel wrote into input ${index}.`);
    }
  }
}

/** A device of the default limits and all that compares kernels on it. Errors: plain, where there is no adapter. */
export async function openKernelHarness(): Promise<KernelHarness> {
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) throw new Error('This browser has no WebGPU adapter.');
  const device = await adapter.requestDevice({ label: 'kernel tests' });
  const pipelines = createPipelineCache(device);
  const traits = traitsOf(device);

  const run: KernelHarness['run'] = async (kernel, inputs, shapes) => {
    for (const { bindings, workgroups } of kernel.dispatches) {
      invariant(bindings.length <= device.limits.maxStorageBuffersPerShaderStage, 'too many bindings');
      invariant(Math.max(...workgroups) <= traits.maxWorkgroupsPerDimension, 'too many workgroups');
    }
    const after = await runKernel(device, pipelines, kernel, {
      inputs: inputs.map(({ data }) => guarded(data, Number.NaN)),
      results: shapes.map((shape) => poisoned(elementCount(shape))),
      scratch: kernel.scratch.map(poisoned),
    });
    requireGuards('result', after.results);
    requireGuards('scratch', after.scratch);
    requireUnchanged(inputs, after.inputs);
    return after.results.map((values) => values.slice(0, -GUARD_COUNT));
  };

  return {
    device,
    pipelines,
    traits,
    run,
    async compare(rule, kernelCase, tolerance, variant = traits) {
      const { attributes, inputs } = kernelCase;
      const expected = referenceResults(kernelCase);
      const shapes = expected.map(({ shape }) => shape);
      const call = { attributes, inputs: inputs.map(({ shape }) => shape), results: shapes };
      const actual = await run(rule(call, variant), inputs, shapes);
      const problems = expected.map(({ data }, index) => {
        const problem = describeDifference(actual[index] ?? [], data, tolerance);
        return problem === undefined ? [] : [`result ${index}: ${problem}`];
      });
      return problems.flat().join('; ') || undefined;
    },
    dispose: () => device.destroy(),
  };
}
