/**
 * What the benchmarks of kernels time in the browser: our kernels and onnxruntime-web's `webgpu` provider on one device, with
 * operands and result in GPU buffers on both sides.
 */
import * as ort from 'onnxruntime-web/webgpu';
import { inferResults } from '../../models/graph/gradient-ops/infer.ts';
import type { Tensor } from '../../models/graph/graph.ts';
import { elementCount } from '../../models/graph/shape.ts';
import { lowerToOnnx } from '../../models/onnx/lower.ts';
import { createStorageBuffer } from '../../workers/gpu/buffers.ts';
import { packHalves } from '../../workers/gpu/half-words.ts';
import { kernelFor } from '../../workers/gpu/kernels/kernel-table.ts';
import { createPipelineCache } from '../../workers/gpu/pipelines.ts';
import { type BoundKernel, bindKernel } from '../../workers/gpu/run-kernel.ts';
import { traitsOf } from '../../workers/gpu/traits.ts';
import { sessionOptions, startRuntime } from '../../workers/infer/runtime.ts';
import { nodeFlops } from '../../workers/train/plan/flops.ts';
import { ATTENTION_CASES, type BenchCase, CONVOLUTION_CASES, PRODUCT_CASES } from './cases.ts';
import { measurePeak, type Peak } from './peak.ts';

interface Opened {
  readonly ours: BoundKernel;
  readonly session: ort.InferenceSession | undefined;
  readonly feeds: Readonly<Record<string, ort.Tensor>>;
}

const CASES = { ...PRODUCT_CASES, ...ATTENTION_CASES, ...CONVOLUTION_CASES };
const opened = new Map<string, Opened>();
const runtime = startRuntime('webgpu');

/** Values from -0.5 to 0.5 of a plain pattern, as random ones take long to make. */
function patternOf(shape: readonly number[], period: number): Tensor {
  const data = Float32Array.from(
    { length: elementCount(shape) },
    (_, i) => ((i % period) - (period - 1) / 2) / period,
  );
  return { shape, data };
}

/** Differing periods, no multiples of a tile. */
const PERIODS = [97, 89, 83, 79, 73, 71, 67];

async function device(): Promise<GPUDevice> {
  const { gpu } = await runtime;
  if (gpu === undefined) throw new Error('The runtime has no GPU.');
  return gpu.device;
}

async function bindOurs({ kind, attributes, halves = [] }: BenchCase, operands: readonly Tensor[]) {
  const gpu = await device();
  const inputs = operands.map(({ shape }) => shape);
  // The attributes are those of the kind, which the compiler does not follow through a list of cases.
  const results = inferResults(kind, 'benchmark', inputs, attributes as never) as readonly number[][];
  const call = { attributes: attributes as never, inputs, results, halves };
  const kernel = kernelFor(kind, call, traitsOf(gpu));
  const stored = operands.map(({ data }, index) =>
    halves.includes(index) ? new Float32Array(packHalves(data).buffer) : Float32Array.from(data),
  );
  const ours = await bindKernel(gpu, createPipelineCache(gpu), kernel, {
    inputs: stored,
    results: results.map((shape) => new Float32Array(elementCount(shape))),
    scratch: kernel.scratch.map((count) => new Float32Array(count)),
  });
  const inputBytes = stored.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return { ours, flops: nodeFlops(kind, call), inputBytes };
}

async function openTheirs({ peer }: BenchCase, operands: ReadonlyMap<string, Tensor>) {
  if (peer === undefined) return { session: undefined, feeds: {} };
  const gpu = await device();
  const session = await ort.InferenceSession.create(lowerToOnnx({ graph: peer, params: operands }), {
    ...sessionOptions('webgpu', (await runtime).gpu),
    preferredOutputLocation: 'gpu-buffer',
  });
  const feeds = Object.fromEntries(
    peer.inputs.map(({ name }) => {
      const { shape, data } = operands.get(name) as Tensor;
      const buffer = createStorageBuffer(gpu, name, Float32Array.from(data));
      return [name, ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: shape })];
    }),
  );
  return { session, feeds };
}

const api = {
  async adapter(): Promise<string> {
    return (await runtime).report.adapter;
  },
  /** What the adapter can do at most, as it is now: other work on the machine takes its share. */
  async peak(): Promise<Peak> {
    return measurePeak(await device());
  },
  /**
   * Makes a case on both sides. Operations and bytes of operands of ours, milliseconds of making it, and the largest difference from the peer's result
   * over the largest of its elements; null without a peer.
   */
  async open(name: string) {
    const benchCase = CASES[name]?.();
    if (benchCase === undefined) throw new Error(`There is no case "${name}".`);
    const operands = new Map(
      Object.entries(benchCase.operands).map(([operand, shape], index) => [
        operand,
        patternOf(shape, PERIODS[index] as number),
      ]),
    );
    const started = performance.now();
    const { ours, flops, inputBytes } = await bindOurs(benchCase, [...operands.values()]);
    const makeMs = performance.now() - started;
    const { session, feeds } = await openTheirs(benchCase, operands);
    opened.set(name, { ours, session, feeds });
    if (session === undefined) return { flops, inputBytes, makeMs, largestDifference: null };

    await api.runOurs(name);
    const { out } = await session.run(feeds);
    const theirs = (await out?.getData(true)) as Float32Array | undefined;
    const [own] = (await ours.read()).results;
    let [difference, size] = [0, 0];
    for (const [index, value] of (own ?? new Float32Array()).entries()) {
      const other = theirs?.[index] ?? Number.NaN;
      difference = Math.max(difference, Number.isNaN(other) ? Infinity : Math.abs(value - other));
      size = Math.max(size, Math.abs(other));
    }
    return { flops, inputBytes, makeMs, largestDifference: difference / size };
  },
  async runOurs(name: string): Promise<void> {
    const gpu = await device();
    const encoder = gpu.createCommandEncoder({ label: 'benchmark' });
    opened.get(name)?.ours.encode(encoder);
    gpu.queue.submit([encoder.finish()]);
    await gpu.queue.onSubmittedWorkDone();
  },
  async runTheirs(name: string): Promise<void> {
    const { session, feeds } = opened.get(name) ?? {};
    const { out } = (await session?.run(feeds ?? {})) ?? {};
    await (await device()).queue.onSubmittedWorkDone();
    out?.dispose();
  },
};

export type KernelsBench = typeof api;
Object.assign(globalThis, { bench: api });
