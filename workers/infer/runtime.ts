/**
 * onnxruntime-web behind a small face: one provider for a worker's life, one lock around everything it does, plain
 * tensors in and out. The only file that knows how a session is told its device (that option is to change: onnxruntime #32227).
 */
import * as ort from 'onnxruntime-web/webgpu';
import loaderUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';

import { WorkbenchError } from '../../core/errors.ts';
import { createGraphBuilder } from '../../models/graph/builder.ts';
import type { Tensor } from '../../models/graph/graph.ts';
import { lowerToOnnx } from '../../models/onnx/lower.ts';
import type { Provider, RuntimeReport } from '../api/compute.ts';
import { type GpuContext, requestGpu } from '../gpu/device.ts';
import { type Constants, createConstants } from './constants.ts';
import { createLock, type Lock } from './lock.ts';
import { createPool, type Lease } from './pool.ts';
import { runFailed } from './run-failed.ts';

/** More threads than this gain nothing on models of this size and take cores from the data workers. */
const MAX_THREAD_COUNT = 4;

/** Tensors by name. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** One network of a session: its graph, its weights where they lie in a file of their own, and inputs that never change. */
export interface SessionStage {
  /** An ONNX file. */
  readonly graph: Uint8Array;
  /** Files that hold weights, by the names that the graph uses for them. */
  readonly weights?: readonly { readonly name: string; readonly file: Blob }[];
  /** Inputs with the same values at every run, such as the adapters of an encoder. */
  readonly constants: NamedTensors;
  /** Stages of the same graph and weights have the same key, and share one session on each provider. */
  readonly shareKey?: string;
}

export interface Session {
  /** Errors: `runtime/run-failed`, `runtime/out-of-memory`, `gpu/device-lost`. Ownership: inputs are borrowed, outputs are the caller's. */
  run(inputs: NamedTensors): Promise<NamedTensors>;
  release(): Promise<void>;
}

export interface Runtime {
  readonly report: RuntimeReport;
  /** The device that sessions run on; undefined on WebAssembly. */
  readonly gpu: GpuContext | undefined;
  /**
   * Builds a session of one network, or of several where each takes the outputs of the one before by their names; on
   * WebGPU what passes between them stays there. `provider` may be 'wasm' on a WebGPU runtime too, for comparisons.
   * Errors: `runtime/run-failed`, `runtime/out-of-memory`, `gpu/device-lost`.
   */
  createPipeline(stages: readonly SessionStage[], provider: Provider): Promise<Session>;
  /** The provider that has a session of this stage already, for another model; undefined when none has. */
  providerSharing(stage: SessionStage): Provider | undefined;
  /** Runs a task while no session runs or is built: what else uses the device takes turns with them. */
  readonly exclusive: Lock;
  /** A pipeline of one network whose file holds its weights. */
  createSession(model: Uint8Array, provider: Provider): Promise<Session>;
  dispose(): void;
}

/** Threads for WebAssembly: they need shared memory, which only isolated pages have. */
function threadCount(): number {
  return crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, MAX_THREAD_COUNT) : 1;
}

/** Where onnxruntime-web finds its own files: hashed assets of our own origin. Must run before the first session. */
function configureRuntime(): void {
  ort.env.wasm.wasmPaths = {
    mjs: new URL(loaderUrl, import.meta.url).href,
    wasm: new URL(wasmUrl, import.meta.url).href,
  };
  ort.env.wasm.numThreads = threadCount();
  ort.env.logLevel = 'error';
}

/** Options of a session on a provider. With a device, `webgpu` uses exactly this one, so buffers can be shared. */
export function sessionOptions(
  provider: Provider,
  gpu: GpuContext | undefined,
): ort.InferenceSession.SessionOptions {
  if (provider === 'wasm' || gpu === undefined) return { executionProviders: ['wasm'] };
  // 1.30's types do not know the option that its code reads.
  const webgpu = { name: 'webgpu', device: gpu.device } as ort.InferenceSession.WebGpuExecutionProviderOption;
  return { executionProviders: [webgpu] };
}

interface BuiltStage {
  readonly lease: Lease<ort.InferenceSession>;
  readonly constants: Constants;
}

function toFeeds(tensors: NamedTensors): Record<string, ort.Tensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [name, new ort.Tensor('float32', data, shape)]),
  );
}

/** The weights of a stage as onnxruntime wants them: they are held whole while the session is built, no longer. */
async function externalData({ weights = [] }: SessionStage): Promise<ort.InferenceSession.SessionOptions> {
  const read = async (name: string, file: Blob) => ({
    path: name,
    data: new Uint8Array(await file.arrayBuffer()),
  });
  return { externalData: await Promise.all(weights.map(({ name, file }) => read(name, file))) };
}

/** The outputs of the last stage. What passed between stages is let go of. */
async function runStages(
  stages: readonly BuiltStage[],
  inputs: Readonly<Record<string, ort.Tensor>>,
): Promise<ort.InferenceSession.OnnxValueMapType> {
  let feeds: ort.InferenceSession.OnnxValueMapType = inputs;
  for (const [index, { lease, constants }] of stages.entries()) {
    const outputs = await lease.value.run({ ...feeds, ...constants.feeds });
    if (index > 0) for (const value of Object.values(feeds)) value.dispose();
    feeds = outputs;
  }
  return feeds;
}

/** An output in the processor's memory; where it was on the GPU it is let go of there. */
async function toTensor(name: string, value: ort.OnnxValue): Promise<Tensor> {
  if (value.type !== 'float32') {
    throw new WorkbenchError(
      'runtime/run-failed',
      `The model's output '${name}' is ${value.type}; the workbench reads float32.`,
    );
  }
  return { shape: value.dims, data: (await value.getData(true)) as Float32Array };
}

function reportOf(provider: Provider, gpu: GpuContext | undefined): RuntimeReport {
  const threads = threadCount();
  const wasmReason =
    threads > 1
      ? `Models run on the processor, as WebAssembly with ${threads} threads.`
      : crossOriginIsolated
        ? 'Models run on the processor, as WebAssembly with one thread: this machine offers one core.'
        : 'Models run on the processor, as WebAssembly with one thread: the page is not isolated, so threads are off.';
  return {
    provider,
    reason: gpu === undefined ? wasmReason : `Models run on the graphics adapter (${gpu.adapterName}).`,
    adapter: gpu?.adapterName ?? '',
    features: gpu?.features ?? [],
    limits: gpu?.limits ?? {},
    threadCount: threads,
    crossOriginIsolated,
  };
}

/** Runs y = 2x + 1 once: a provider counts as started when it has computed something right. */
async function proveRuntime(runtime: Runtime): Promise<void> {
  const builder = createGraphBuilder('probe');
  const x = builder.input('x', [3]);
  const graph = builder.build({ y: builder.op('affine', 'z', [x], { scale: 2, shift: 1 }) });
  const session = await runtime.createSession(
    lowerToOnnx({ graph, params: new Map() }),
    runtime.report.provider,
  );
  const { y } = await session.run({ x: { shape: [3], data: Float32Array.of(0, 1, -1) } });
  await session.release();
  if (y?.data.join() !== '1,3,-1') {
    throw new WorkbenchError(
      'runtime/start-failed',
      `The ${runtime.report.provider} runtime computed 2x + 1 wrongly: ${y?.data.join()} in place of 1,3,-1.`,
    );
  }
}

/**
 * Starts onnxruntime-web on one provider. A worker does this once: a failed attempt leaves state that only a fresh
 * worker is free of.
 * Errors: `runtime/no-webgpu`, `runtime/start-failed`.
 */
export async function startRuntime(provider: Provider): Promise<Runtime> {
  // The GPU reports errors late, outside of any call: they are raised by the run that is under way, or else the next.
  const gpuErrors: WorkbenchError[] = [];
  const gpu = provider === 'webgpu' ? await requestGpu((error) => gpuErrors.push(error)) : undefined;
  const raiseGpuError = () => {
    const [error] = gpuErrors.splice(0);
    if (error !== undefined) throw error;
  };
  configureRuntime();
  const lock = createLock();
  const shared = createPool<ort.InferenceSession>((session) => session.release());
  const whileAlive = <T>(task: Promise<T>) => (gpu === undefined ? task : gpu.whileAlive(task));

  const runtime: Runtime = {
    report: reportOf(provider, gpu),
    gpu,
    exclusive: lock,
    providerSharing({ shareKey }) {
      if (shareKey === undefined) return undefined;
      return (['webgpu', 'wasm'] as const).find((one) => shared.has(`${shareKey} ${one}`));
    },
    async createPipeline(stages, sessionProvider) {
      const guarded = <T>(what: string, task: () => Promise<T>) =>
        whileAlive(task()).catch((cause: unknown) => {
          throw cause instanceof WorkbenchError ? cause : runFailed(what, cause);
        });
      const device = sessionProvider === 'webgpu' ? gpu?.device : undefined;
      const build = async (stage: SessionStage, isLast: boolean) => {
        const options = { ...sessionOptions(sessionProvider, gpu), ...(await externalData(stage)) };
        // Whether the result of a shared session is the last of a row depends on the model.
        const staysOnGpu = device !== undefined && (!isLast || stage.shareKey !== undefined);
        return guarded('onnxruntime could not build the model', () =>
          ort.InferenceSession.create(
            stage.graph,
            staysOnGpu ? { ...options, preferredOutputLocation: 'gpu-buffer' } : options,
          ),
        );
      };
      const built: BuiltStage[] = [];
      const release = () =>
        lock(async () => {
          for (const { constants } of built) constants.release();
          await Promise.all(built.map(({ lease }) => lease.release()));
        });
      try {
        for (const [index, stage] of stages.entries()) {
          const create = () => build(stage, index === stages.length - 1);
          const key = stage.shareKey === undefined ? undefined : `${stage.shareKey} ${sessionProvider}`;
          // Under the lock a session that another model is building is finished, or not begun.
          const lease = await lock(() => shared.take(key, create));
          built.push({ lease, constants: createConstants(stage.constants, device) });
        }
      } catch (error) {
        await release().catch(() => undefined);
        throw error;
      }
      return {
        run: (inputs) =>
          lock(async () => {
            const outputs = await guarded('The model failed while running', async () => {
              const values = Object.entries(await runStages(built, toFeeds(inputs)));
              return Promise.all(
                values.map(async ([name, value]) => [name, await toTensor(name, value)] as const),
              );
            });
            raiseGpuError();
            return Object.fromEntries(outputs);
          }),
        release,
      };
    },
    createSession: (graph, sessionProvider) =>
      runtime.createPipeline([{ graph, constants: {} }], sessionProvider),
    dispose: () => gpu?.destroy(),
  };
  await proveRuntime(runtime).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WorkbenchError('runtime/start-failed', `The ${provider} runtime did not start: ${reason}`, {
      cause,
    });
  });
  return runtime;
}
