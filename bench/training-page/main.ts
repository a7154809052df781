/** What the benchmark of a training step runs in the browser: plans and engines of SAMed ViT-B with seeded weights of full size. */
import { WorkbenchError } from '../../core/errors.ts';
import { createRandom } from '../../core/random.ts';
import { bindBatch, elementCount } from '../../models/graph/shape.ts';
import { synthWeight } from '../../models/reference/synth-weights.ts';
import { publishedSamed } from '../../models/zoo/samed-configuration.ts';
import { type GpuContext, requestGpu } from '../../workers/gpu/device.ts';
import { createPipelineCache, type PipelineCache } from '../../workers/gpu/pipelines.ts';
import { traitsOf } from '../../workers/gpu/traits.ts';
import type { NamedArrays, TrainingEngine } from '../../workers/train/engine.ts';
import { createTrainingEngine } from '../../workers/train/execute/create-engine.ts';
import { planFlops } from '../../workers/train/plan/flops.ts';
import type { Recomputation, TrainingPlan } from '../../workers/train/plan/plan.ts';
import { planTraining } from '../../workers/train/plan/plan-training.ts';
import { SAMED_RECIPE } from '../../workers/train/recipes.ts';
import { createTrainingTask } from '../../workers/train/training-task.ts';

/** What is planned. */
export interface Planned {
  readonly side: number;
  readonly batchSize: number;
  /** Left out: chosen to fit. */
  readonly microBatch?: number;
  /** Of all buffers. */
  readonly limitBytes: number;
  /** Null: chosen to fit. */
  readonly recomputation: Recomputation | null;
}

let gpu: GpuContext;
let pipelines: PipelineCache;

async function context(): Promise<GpuContext> {
  gpu ??= await requestGpu((error) => {
    throw error;
  });
  pipelines ??= createPipelineCache(gpu.device);
  return gpu;
}

async function planOf({ side, limitBytes, recomputation, ...batch }: Planned): Promise<TrainingPlan> {
  const { device } = await context();
  const { rank, adaptsDecoder } = SAMED_RECIPE;
  const model = publishedSamed('ViT-B', { side, classes: 2, rank, adaptsDecoder });
  return planTraining(createTrainingTask({ kind: 'samed', configuration: model }, SAMED_RECIPE, 0).training, {
    ...batch,
    optimizer: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    traits: traitsOf(device),
    limits: {
      totalBytes: limitBytes,
      bindingBytes: device.limits.maxStorageBufferBindingSize,
      bufferBytes: device.limits.maxBufferSize,
    },
    ...(recomputation === null ? {} : { recomputation }),
  });
}

/** Noise for images, every class for labels, no group, weight 1. */
function inputsOf({ inputs, microBatch, batchSize }: TrainingPlan): NamedArrays {
  const random = createRandom(1, 'training benchmark');
  const draws: Readonly<Record<string, () => number>> = {
    image: () => random.uniform(),
    label: () => random.integer(3),
    sampleWeight: () => 1,
  };
  return new Map(
    inputs.map(({ name, shape, per }) => {
      const ofImage = elementCount(shape) / (per === 'microBatch' ? microBatch : (shape[0] ?? 1));
      const draw = draws[name] ?? (() => 0);
      return [name, Float32Array.from({ length: ofImage * batchSize }, draw)];
    }),
  );
}

async function engineOf(plan: TrainingPlan): Promise<TrainingEngine> {
  const shapes = new Map(
    [
      ...plan.parameters,
      ...plan.states,
      ...(plan.trainables?.entries ?? []).map(({ parameter, shape }) => ({ name: parameter, shape })),
    ].map(({ name, shape }) => [name, shape]),
  );
  return createTrainingEngine(
    await context(),
    plan,
    async (name) => Float32Array.from(synthWeight(name, bindBatch(shapes.get(name) ?? [], 1), 'bench').data),
    { pipelines },
    new AbortController().signal,
    () => undefined,
  );
}

const figuresOf = (plan: TrainingPlan) => ({
  recomputation: plan.recomputation,
  microBatch: plan.microBatch,
  totalBytes: plan.totalBytes,
  flops: planFlops(plan),
});

const api = {
  async adapter(): Promise<string> {
    return (await context()).adapterName;
  },
  /** The plan's figures; null where nothing fits. */
  async plan(planned: Planned) {
    try {
      return figuresOf(await planOf(planned));
    } catch (error) {
      if (error instanceof WorkbenchError && error.code === 'train/does-not-fit') return null;
      throw error;
    }
  },
  /** Makes the engine of a plan, and takes `stepCount` steps, each with its time by class of kernel. */
  async train(planned: Planned, stepCount: number) {
    const plan = await planOf(planned);
    const startedMs = performance.now();
    const engine = await engineOf(plan);
    const openMs = performance.now() - startedMs;
    try {
      const inputs = inputsOf(plan);
      const steps = [];
      for (let step = 0; step < stepCount; step++) {
        const [beginMs, hostBeforeMs] = [performance.now(), engine.hostMs];
        const times = await engine.profile(inputs, { learningRate: 0.005, weightDecay: 0.1 });
        const [report] = await engine.reports();
        const ms = performance.now() - beginMs;
        const loss = report?.values['loss']?.[0] ?? Number.NaN;
        if (!Number.isFinite(loss)) throw new Error(`The loss of step ${step + 1} is ${loss}.`);
        steps.push({ ms, hostMs: engine.hostMs - hostBeforeMs, loss, times: times ?? [] });
      }
      return { ...figuresOf(plan), openMs, allocatedBytes: engine.allocatedBytes, steps };
    } finally {
      engine.destroy();
    }
  },
};

export type TrainingBench = typeof api;
Object.assign(globalThis, { bench: api });
