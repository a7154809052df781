/**
 * Kernels against the float64 oracle: an operation as a training graph of one node, run by both. Results and scratch are poisoned,
 * and behind every tensor lie guards. Used by the tests and by the check of a user's adapter; what is close enough is theirs.
 */
import { invariant, WorkbenchError } from '../../core/errors.ts';
import { inferResults } from '../../models/graph/gradient-ops/infer.ts';
import type { TrainingKind, TrainingOperations } from '../../models/graph/gradient-ops.ts';
import type { Tensor } from '../../models/graph/graph.ts';
import { elementCount } from '../../models/graph/shape.ts';
import type { TrainingNode } from '../../models/graph/training-graph.ts';
import { interpretTraining } from '../../models/reference/interpret-training.ts';
import type { Tensor64 } from '../../models/reference/kernels/kernel.ts';
import { packHalves } from './half-words.ts';
import type { Kernel, KernelRule, KernelTraits } from './kernels/kernel.ts';
import type { PipelineCache } from './pipelines.ts';
import { runKernel } from './run-kernel.ts';

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
  /** Inputs by index that the kernel reads as f16; the oracle reads them as they are. */
  readonly halves?: readonly number[];
}

/** Where kernels run. */
export interface KernelDevice {
  readonly device: GPUDevice;
  readonly pipelines: PipelineCache;
  readonly traits: KernelTraits;
}

/** An oracle's value rounded to f32, to be an operation's input. */
export function toTensor({ shape, data }: Tensor64 | Tensor): Tensor {
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
    if (at >= 0) {
      throw new WorkbenchError(
        'runtime/run-failed',
        `The kernel wrote ${at} elements behind ${what} ${index}.`,
      );
    }
  }
}

function requireUnchanged(inputs: readonly Tensor[], after: readonly Float32Array[]): void {
  for (const [index, { data }] of inputs.entries()) {
    if (data.some((value, at) => !Object.is(value, after[index]?.[at]))) {
      throw new WorkbenchError('runtime/run-failed', `The kernel wrote into input ${index}.`);
    }
  }
}

/**
 * Results of a kernel, of the shapes given. What it read behind an input is NaN, as is what it did not write.
 * Errors: `runtime/run-failed` when it wrote behind a tensor or into an input; as `runKernel`.
 */
export async function runGuarded(
  { device, pipelines }: KernelDevice,
  kernel: Kernel,
  inputs: readonly Tensor[],
  shapes: readonly (readonly number[])[],
): Promise<Float32Array[]> {
  for (const { bindings, workgroups } of kernel.dispatches) {
    invariant(bindings.length <= device.limits.maxStorageBuffersPerShaderStage, 'too many bindings');
    const most = device.limits.maxComputeWorkgroupsPerDimension;
    invariant(Math.max(...workgroups) <= most, 'too many workgroups');
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
}

/** A tensor as the buffer of its halves: of finite values their pairs are finite as f32 too, so that no copy changes them. */
function halvesOf({ data }: Tensor): Tensor {
  const words = new Float32Array(packHalves(data).buffer);
  return { shape: [words.length], data: words };
}

/** Every result of a case, by the rule's kernel and by the oracle. Errors: as `runGuarded`. */
export async function bothResults<K extends TrainingKind>(
  on: KernelDevice,
  rule: KernelRule<K>,
  kernelCase: KernelCase<K>,
): Promise<readonly { readonly actual: Float32Array; readonly expected: Float64Array }[]> {
  const { attributes, inputs, halves = [] } = kernelCase;
  const expected = referenceResults(kernelCase);
  const shapes = expected.map(({ shape }) => shape);
  const call = { attributes, inputs: inputs.map(({ shape }) => shape), results: shapes, halves };
  const stored = inputs.map((input, index) => (halves.includes(index) ? halvesOf(input) : input));
  const actual = await runGuarded(on, rule(call, on.traits), stored, shapes);
  return expected.map(({ data }, index) => ({ actual: actual[index] as Float32Array, expected: data }));
}
