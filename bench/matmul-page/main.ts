/**
 * What the benchmark of matrix products times in the browser: our kernels and onnxruntime-web's `webgpu` provider on one device,
 * with factors and result in GPU buffers on both sides.
 */
import * as ort from 'onnxruntime-web/webgpu';
import { createGraphBuilder } from '../../models/graph/builder.ts';
import { lowerToOnnx } from '../../models/onnx/lower.ts';
import { createStorageBuffer } from '../../workers/gpu/buffers.ts';
import { productKernelRules } from '../../workers/gpu/kernels/products.ts';
import { createPipelineCache } from '../../workers/gpu/pipelines.ts';
import { type BoundKernel, bindKernel } from '../../workers/gpu/run-kernel.ts';
import { traitsOf } from '../../workers/gpu/traits.ts';
import { sessionOptions, startRuntime } from '../../workers/infer/runtime.ts';

interface Opened {
  readonly ours: BoundKernel;
  readonly session: ort.InferenceSession;
  readonly feeds: Readonly<Record<string, ort.Tensor>>;
}

const opened = new Map<string, Opened>();
const runtime = startRuntime('webgpu');

/** Values around zero of a plain pattern, as random ones take long to make. */
const pattern = (count: number, period: number) =>
  Float32Array.from({ length: count }, (_, i) => ((i % period) - (period - 1) / 2) / period);

async function device(): Promise<GPUDevice> {
  const { gpu } = await runtime;
  if (gpu === undefined) throw new Error('The runtime has no GPU.');
  return gpu.device;
}

const api = {
  async adapter(): Promise<string> {
    return (await runtime).report.adapter;
  },
  /** Makes both products of [rows,inner] by [inner,columns]. Milliseconds of making ours; the largest difference of the results, which it refuses where it is no rounding. */
  async open(name: string, [rows, inner, columns]: readonly [number, number, number]) {
    const gpu = await device();
    const left = pattern(rows * inner, 97);
    const right = pattern(inner * columns, 89);
    const shapes = {
      inputs: [
        [1, rows, inner],
        [1, inner, columns],
      ],
      results: [[1, rows, columns]],
    };
    const started = performance.now();
    const kernel = productKernelRules.matmul({ attributes: {}, ...shapes }, traitsOf(gpu));
    const ours = await bindKernel(gpu, createPipelineCache(gpu), kernel, {
      inputs: [left, right],
      results: [new Float32Array(rows * columns)],
      scratch: kernel.scratch.map((count) => new Float32Array(count)),
    });
    const makeMs = performance.now() - started;

    const builder = createGraphBuilder('product');
    const factors = [builder.input('left', [1, rows, inner]), builder.input('right', [1, inner, columns])];
    const graph = builder.build({ out: builder.op('matmul', 'product', factors, {}) });
    const session = await ort.InferenceSession.create(lowerToOnnx({ graph, params: new Map() }), {
      ...sessionOptions('webgpu', (await runtime).gpu),
      preferredOutputLocation: 'gpu-buffer',
    });
    const toTensor = (label: string, values: Float32Array<ArrayBuffer>, dims: readonly number[]) =>
      ort.Tensor.fromGpuBuffer(createStorageBuffer(gpu, label, values), { dataType: 'float32', dims });
    const feeds = {
      left: toTensor('left', left, [1, rows, inner]),
      right: toTensor('right', right, [1, inner, columns]),
    };
    opened.set(name, { ours, session, feeds });

    await api.runOurs(name);
    const { out } = await session.run(feeds);
    const theirs = (await out?.getData(true)) as Float32Array | undefined;
    const [own] = (await ours.read()).results;
    const largestDifference = own?.reduce(
      (worst, value, i) => Math.max(worst, Math.abs(value - (theirs?.[i] ?? Number.NaN))),
      0,
    );
    // One element in float64, for two wrong results could be equal.
    let corner = 0;
    for (let k = 0; k < inner; k++) {
      corner += (left[(rows - 1) * inner + k] as number) * (right[k * columns + columns - 1] as number);
    }
    if (
      Math.abs((own?.at(-1) ?? Number.NaN) - corner) > 1e-3 ||
      !((largestDifference ?? Number.NaN) < 1e-2)
    ) {
      throw new Error(
        `The products of ${name} differ: ${own?.at(-1)}, ${theirs?.at(-1)}; in float64 ${corner}.`,
      );
    }
    return { makeMs, largestDifference: largestDifference ?? Number.NaN };
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

export type MatmulBench = typeof api;
Object.assign(globalThis, { matmulBench: api });
