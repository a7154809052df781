/**
 * The second half of "check this GPU": the gradients of a very small SAMed on the whole engine, against those of the float64
 * oracle and against differences of the engine's own loss. The adapters are checked one by one, the mask decoder as a whole.
 */
import { createRandom } from '../../core/random.ts';
import type { Report } from '../../core/tasks.ts';
import { ENGINE_DIFFERENCES_REL, SAMED_GRADIENTS_REL_L2, relativeL2 } from '../../core/testing.ts';
import type { Tensor } from '../../models/graph/graph.ts';
import { bindBatch, elementCount } from '../../models/graph/shape.ts';
import type { TrainingGraph } from '../../models/graph/training-graph.ts';
import { interpretTraining } from '../../models/reference/interpret-training.ts';
import { differentiate } from '../../models/rewrite/differentiate.ts';
import { synthParams } from '../../models/reference/synth-weights.ts';
import { encoderAdapters } from '../../models/zoo/samed-adapters.ts';
import type { SamedConfiguration } from '../../models/zoo/samed-configuration.ts';
import { createSamed } from '../../models/zoo/samed.ts';
import type { GpuCheck } from '../api/train.ts';
import type { Lock } from '../infer/lock.ts';
import type { NamedArrays, TrainingEngine } from '../train/engine.ts';
import { createTrainingEngine } from '../train/execute/create-engine.ts';
import type { PlanSettings } from '../train/plan/plan.ts';
import { planTraining } from '../train/plan/plan-training.ts';
import type { GpuContext } from './device.ts';
import type { PipelineCache } from './pipelines.ts';
import { traitsOf } from './traits.ts';

/** One block in windows that reach beyond the grid of 5 by 5, one of the whole grid. */
const CONFIGURATION: SamedConfiguration = {
  side: 20,
  patchSize: 4,
  dim: 12,
  depth: 2,
  heads: 2,
  mlpDim: 24,
  windowSize: 3,
  globalBlocks: [1],
  embeddingDim: 16,
  maskTokens: 3,
  rank: 2,
  adaptsDecoder: false,
  decoder: { depth: 1, heads: 2, mlpDim: 20, crossDim: 8, overlapDim: 8, overlapDepth: 2 },
};
const BATCH_SIZE = 2;
const DECODER = 'mask_decoder.';
/**
 * By how much a difference changes the loss, in all: far above the rounding of a loss near 1 in f32, and small enough for a
 * straight line.
 */
const LOSS_CHANGE = 2e-3;
/**
 * Weights of this name and gain: the loss depends on the adapters, and no ReLU has its kink within a difference, so that in
 * float64 differences agree with gradients to 2e-4.
 */
const SALT = 'check-gpu 13';
const GAIN = 2;

/** Values of parameters and inputs by name. */
type Values = Readonly<Record<string, Tensor>>;

/** Tensors that are checked together. */
interface Group {
  readonly what: string;
  readonly names: readonly string[];
}

function trainingGraphs(): { readonly training: TrainingGraph; readonly forward: TrainingGraph } {
  const graph = createSamed(CONFIGURATION);
  const adapters = encoderAdapters(CONFIGURATION).flatMap(({ a, b }) => [a, b]);
  const decoder = graph.parameters.map(({ name }) => name).filter((name) => name.startsWith(DECODER));
  const of = (trainable: readonly string[]) =>
    differentiate(graph, {
      loss: {
        kind: 'segmentation',
        logits: 'low_res_logits',
        crossEntropyWeight: 0.2,
        diceWeight: 0.8,
        groupCount: 1,
        method: { kind: 'none' },
      },
      trainable: new Set(trainable),
      batchNormMomentum: 0.1,
    });
  return { training: of([...adapters, ...decoder]), forward: of([]) };
}

/** Seeded weights, a noisy image, labels of every class. */
function valuesOf({ parameters, inputs }: TrainingGraph): Values {
  const random = createRandom(1, 'check-gpu');
  const drawn = inputs.map(({ name, shape: open }): [string, Tensor] => {
    const shape = bindBatch(open, BATCH_SIZE);
    const draw: Readonly<Record<string, () => number>> = {
      image: () => random.uniform(),
      label: () => random.integer(CONFIGURATION.maskTokens),
      group: () => 0,
      sampleWeight: () => 1,
    };
    return [name, { shape, data: Float32Array.from({ length: elementCount(shape) }, draw[name] ?? Number) }];
  });
  return { ...Object.fromEntries(synthParams(parameters, SALT, GAIN)), ...Object.fromEntries(drawn) };
}

const arrayOf = (values: Values, name: string): Float32Array<ArrayBuffer> =>
  Float32Array.from(values[name]?.data ?? []);

function groupsOf({ gradients }: TrainingGraph): Group[] {
  const names = gradients.map(({ parameter }) => parameter);
  const isOfDecoder = (name: string) => name.startsWith(DECODER);
  return [
    ...names.filter((name) => !isOfDecoder(name)).map((name) => ({ what: name, names: [name] })),
    { what: 'mask decoder', names: names.filter(isOfDecoder) },
  ];
}

/** The arrays of a group, one after the other. */
function joined(arrays: ReadonlyMap<string, ArrayLike<number>>, { names }: Group): Float64Array {
  return Float64Array.from(names.flatMap((name) => Array.from(arrays.get(name) ?? [])));
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);

/**
 * A direction in which the loss rises all along: seeded sizes with the signs of the oracle's gradient, so that its derivative is far
 * above rounding; of the length that changes the loss by half of `LOSS_CHANGE`.
 */
function directionOf(gradient: Float64Array, what: string): Float64Array {
  const random = createRandom(1, `check-gpu ${what}`);
  const rising = gradient.map((g) => Math.sign(g) * Math.abs(random.normal()));
  const factor = LOSS_CHANGE / 2 / dot(gradient, rising);
  return rising.map((x) => x * factor);
}

/** The group's tensors moved along a direction. */
function moved(values: NamedArrays, { names }: Group, direction: Float64Array, sign: number): NamedArrays {
  let start = 0;
  const changed = names.map((name): [string, Float32Array<ArrayBuffer>] => {
    const from = values.get(name) ?? new Float32Array();
    const begin = start;
    start += from.length;
    return [name, from.map((x, i) => x + sign * (direction[begin + i] as number))];
  });
  return new Map([...values, ...changed]);
}

interface Engines {
  readonly trained: TrainingEngine;
  /** Reads the weights of the other. */
  readonly evaluated: TrainingEngine;
}

/** The engine's loss with the group moved to both sides, as a derivative along the direction. */
async function differenceAlong(
  { trained, evaluated }: Engines,
  inputs: NamedArrays,
  group: Group,
  direction: Float64Array,
): Promise<number> {
  const state = await trained.state();
  const lossAt = async (sign: number) => {
    await trained.restore({ ...state, values: moved(state.values, group, direction, sign) });
    return (await evaluated.evaluate(inputs)).report['loss']?.[0] ?? Number.NaN;
  };
  const [above, below] = [await lossAt(1), await lossAt(-1)];
  await trained.restore(state);
  return (above - below) / 2;
}

const isClose = (a: number, b: number, rel: number) => Math.abs(a - b) <= rel * Math.abs(b);

/** Both comparisons of every group. `gradients` are the engine's, which a test may falsify. */
async function compareGroups(
  engines: Engines,
  training: TrainingGraph,
  values: Values,
  inputs: NamedArrays,
  gradients: NamedArrays,
  inTurn: Lock,
  signal: AbortSignal,
  report: Report,
): Promise<GpuCheck['gradients']> {
  const reference = new Map(
    [...interpretTraining(training, values).gradients].map(([name, { data }]) => [name, data]),
  );
  const groups = groupsOf(training);
  const comparisons: GpuCheck['gradients'][number][] = [];
  for (const [done, group] of groups.entries()) {
    signal.throwIfAborted();
    report({ phase: 'Checking gradients', done, total: groups.length, unit: 'tensors' });
    const [own, expected] = [joined(gradients, group), joined(reference, group)];
    const direction = directionOf(expected, group.what);
    const analytic = dot(own, direction);
    const numeric = await inTurn(() => differenceAlong(engines, inputs, group, direction));
    comparisons.push(
      {
        what: `${group.what}, float64 reference`,
        analytic,
        numeric: dot(expected, direction),
        passed: relativeL2(own, expected) <= SAMED_GRADIENTS_REL_L2,
      },
      {
        what: `${group.what}, difference of losses`,
        analytic,
        numeric,
        passed: isClose(analytic, numeric, ENGINE_DIFFERENCES_REL),
      },
    );
  }
  return comparisons;
}

/**
 * Derivatives along a direction of each adapter, and of the decoder: the engine's gradient, and what it should be.
 * `readGradients` gives the engine's, or what a test puts in their place. The steps take turns by `inTurn`.
 * Errors: the signal's reason; as `createTrainingEngine`.
 */
export async function checkGradients(
  gpu: GpuContext,
  pipelines: PipelineCache,
  readGradients: (engine: TrainingEngine) => Promise<NamedArrays>,
  inTurn: Lock,
  signal: AbortSignal,
  report: Report,
): Promise<GpuCheck['gradients']> {
  const { limits } = gpu.device;
  const settings: PlanSettings = {
    batchSize: BATCH_SIZE,
    optimizer: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    limits: {
      totalBytes: limits.maxBufferSize,
      bindingBytes: limits.maxStorageBufferBindingSize,
      bufferBytes: limits.maxBufferSize,
    },
    traits: traitsOf(gpu.device),
  };
  const { training, forward } = trainingGraphs();
  const values = valuesOf(training);
  const inputs: NamedArrays = new Map(training.inputs.map(({ name }) => [name, arrayOf(values, name)]));
  const source = async (name: string) => arrayOf(values, name);
  const open = (graph: TrainingGraph, optimizer: PlanSettings['optimizer'], lender?: TrainingEngine) =>
    createTrainingEngine(
      gpu,
      planTraining(graph, { ...settings, optimizer }),
      source,
      lender === undefined ? { pipelines } : { pipelines, lender },
      signal,
      report,
    );
  const trained = await open(training, settings.optimizer);
  try {
    const evaluated = await open(forward, undefined, trained);
    try {
      const gradients = await inTurn(async () => {
        await trained.step(inputs, { learningRate: 0, weightDecay: 0 });
        return readGradients(trained);
      });
      const engines = { trained, evaluated };
      return await compareGroups(engines, training, values, inputs, gradients, inTurn, signal, report);
    } finally {
      evaluated.destroy();
    }
  } finally {
    trained.destroy();
  }
}
