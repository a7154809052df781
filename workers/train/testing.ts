/** For tests of the loop in Node: a very small SAMed, and a device whose engines are the float64 oracle. */
import { decodeHalf } from '../../core/formats/npy.ts';
import { createRandom } from '../../core/random.ts';
import { hashText } from '../../core/sha256.ts';
import { prepareForSegmentation } from '../../core/imaging/preprocess.ts';
import { bindBatch } from '../../models/graph/shape.ts';
import type { TrainingGraph } from '../../models/graph/training-graph.ts';
import { toFloat16 } from '../../models/onnx/float16.ts';
import { interpretTraining, type TrainingResult } from '../../models/reference/interpret-training.ts';
import { type OptimizerSettings, stepOptimizer } from '../../models/reference/optimizers.ts';
import { synthParams } from '../../models/reference/synth-weights.ts';
import type { SamedConfiguration } from '../../models/zoo/samed-configuration.ts';
import { createSamed } from '../../models/zoo/samed.ts';
import type { SampleSource } from '../api/data.ts';
import type { TrainSample, TrainSettings, TrainSpec } from '../api/train.ts';
import type { EngineState, StepInputs, StepReport, TrainingEngine } from './engine.ts';
import type { OptimizerRates } from './optimizer-rates.ts';
import { nonFiniteName, squaredNormName } from './plan/persistent.ts';
import type { TrainingPlan } from './plan/plan.ts';
import { SAMED_TINY_RECIPE } from './recipes.ts';
import type { TrainableModel } from './trainable-model.ts';
import type { TrainingDevice } from './training-device.ts';

/** Sizes at which the oracle takes a step in a fraction of a second. */
export const MINIMAL_SAMED: SamedConfiguration = {
  side: 16,
  patchSize: 8,
  dim: 8,
  depth: 2,
  heads: 2,
  mlpDim: 16,
  windowSize: 2,
  globalBlocks: [1],
  embeddingDim: 16,
  maskTokens: 3,
  rank: 0,
  adaptsDecoder: false,
  decoder: { depth: 1, heads: 2, mlpDim: 16, crossDim: 8, overlapDim: 8, overlapDepth: 2 },
};

const TRAITS = {
  isSoftware: true,
  hasSubgroups: false,
  maxWorkgroupStorage: 16_384,
  maxInvocations: 256,
  maxWorkgroupsPerDimension: 65_535,
};

/** A SAMed of seeded weights, without adapters. */
export function createTestModel(configuration: SamedConfiguration = MINIMAL_SAMED): TrainableModel {
  const params = synthParams(createSamed(configuration).parameters, 'training loop');
  return {
    sizes: { kind: 'samed', configuration },
    hash: 'test',
    shapes: new Map([...params].map(([name, { shape }]) => [name, shape])),
    read: async (name) => Float32Array.from(params.get(name)?.data ?? []),
  };
}

/** Everything of a step but the update, of the values by name. */
function interpretStep(
  training: TrainingGraph,
  batchSize: number,
  values: ReadonlyMap<string, Float32Array>,
): TrainingResult {
  const named = [...training.inputs, ...training.parameters].flatMap(({ name, shape }) => {
    const data = values.get(name);
    return data === undefined ? [] : [[name, { shape: bindBatch(shape, batchSize), data }] as const];
  });
  return interpretTraining(training, Object.fromEntries(named));
}

function reportedValues({ outputs }: TrainingResult): Record<string, Float32Array<ArrayBuffer>> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { data }]) => [name, Float32Array.from(data)]),
  );
}

/**
 * An engine that computes a training graph with the oracle. Weights and moments are rounded to f32 after each step, as on a
 * device, so that a state holds all that it changes.
 */
function createOracleEngine(
  training: TrainingGraph,
  plan: TrainingPlan,
  kept: Map<string, Float32Array<ArrayBuffer>>,
): TrainingEngine {
  const entries = plan.trainables?.entries ?? [];
  const momentCount = plan.trainables?.pages[0]?.moments.length ?? 0;
  let moments = Array.from({ length: momentCount }, () => {
    return new Float32Array(plan.trainables?.elementCount ?? 0);
  });
  let stepCount = 0;
  let unread: StepReport[] = [];
  let isDestroyed = false;

  function update(result: TrainingResult, { learningRate, weightDecay }: OptimizerRates): void {
    const rule = plan.trainables?.optimizer;
    if (rule === undefined) return;
    const settings: OptimizerSettings =
      rule.kind === 'adamw'
        ? { kind: 'adamw', betas: [rule.beta1, rule.beta2], epsilon: rule.epsilon, weightDecay }
        : { kind: 'sgd', momentum: rule.momentum, weightDecay };
    for (const { parameter, start, count } of entries) {
      const weight = Float64Array.from(kept.get(parameter) ?? []);
      const [first = new Float64Array(count), second = new Float64Array(count)] = moments.map((moment) =>
        Float64Array.from(moment.subarray(start, start + count)),
      );
      const gradient = result.gradients.get(parameter)?.data ?? new Float64Array(count);
      stepOptimizer(weight, gradient, { first, second }, stepCount, learningRate, settings);
      kept.set(parameter, Float32Array.from(weight));
      for (const [index, values] of [first, second].entries()) moments[index]?.set(values, start);
    }
    for (const [state, { data }] of result.updates) kept.set(state, Float32Array.from(data));
  }
  function step(inputs: StepInputs, rates: OptimizerRates): void {
    if (isDestroyed) throw new Error('the engine was destroyed');
    stepCount++;
    const result = interpretStep(training, plan.batchSize, new Map([...kept, ...inputs]));
    const gradients = entries.map(({ parameter }) => result.gradients.get(parameter)?.data ?? []);
    const squaredNorm = gradients.flatMap((data) => [...data]).reduce((sum, value) => sum + value ** 2, 0);
    const broken = entries.find(({ parameter }) =>
      result.gradients.get(parameter)?.data.some((value) => !Number.isFinite(value)),
    );
    const index = broken === undefined ? -1 : broken.start;
    unread.push({
      step: stepCount,
      values: {
        ...reportedValues(result),
        [squaredNormName(0)]: Float32Array.of(squaredNorm),
        [nonFiniteName(0)]:
          index < 0 ? Float32Array.of(-1, -1) : Float32Array.of(index >> 16, index & 65_535),
      },
    });
    update(result, rates);
  }

  return {
    plan,
    allocatedBytes: plan.totalBytes,
    tensors: { find: () => undefined },
    hostMs: 0,
    step: async (inputs, rates) => step(inputs, rates),
    async reports() {
      const read = unread;
      unread = [];
      return read;
    },
    async evaluate(inputs) {
      const values = reportedValues(interpretStep(training, plan.batchSize, new Map([...kept, ...inputs])));
      return { report: values, outputs: new Map(Object.entries(values)) };
    },
    async profile(inputs, rates) {
      step(inputs, rates);
      return undefined;
    },
    gradients: async () => new Map(),
    async state(): Promise<EngineState> {
      const names = [...entries.map(({ parameter }) => parameter), ...plan.states.map(({ name }) => name)];
      const values = new Map(names.map((name) => [name, (kept.get(name) ?? new Float32Array()).slice()]));
      return { step: stepCount, values, moments: moments.map((moment) => moment.slice()) };
    },
    async restore(state) {
      stepCount = state.step;
      for (const [name, values] of state.values) kept.set(name, values.slice());
      moments = state.moments.map((moment) => moment.slice());
      unread = [];
    },
    destroy() {
      isDestroyed = true;
    },
  };
}

/** The oracle as a device: slow, exact, with real plans, whose frozen weights it rounds where they are stored as f16. */
export function oracleDevice(): TrainingDevice {
  return {
    adapter: 'oracle',
    traits: TRAITS,
    limits: { bindingBytes: 2 ** 27, bufferBytes: 2 ** 28 },
    async open({ plans, task }, values) {
      const kept = new Map<string, Float32Array<ArrayBuffer>>();
      const states = task.training.updates.map(({ state }) => state);
      const names = [...task.training.parameters.map(({ name }) => name), ...states];
      for (const name of new Set(names)) kept.set(name, await values(name));
      for (const { name, storage } of plans.training.parameters) {
        if (storage === 'f16') kept.set(name, decodeHalf(toFloat16(kept.get(name) ?? new Float32Array())));
      }
      const training = createOracleEngine(task.training, plans.training, kept);
      const validation = plans.validation && createOracleEngine(task.validation, plans.validation, kept);
      return { training, validation, destroy: () => training.destroy() };
    },
  };
}

/** Side of the images of the test source. */
const IMAGE_SIDE = 48;

/** A bright disc with a brighter cup somewhere on a noisy ground; the id says where. */
function drawDisc(id: string): { readonly image: Uint8Array; readonly mask: Uint8Array } {
  const random = createRandom(0, id);
  const [centreX, centreY, radius] = [
    14 + random.integer(20),
    14 + random.integer(20),
    8 + random.integer(5),
  ];
  const image = new Uint8Array(IMAGE_SIDE ** 2);
  const mask = new Uint8Array(IMAGE_SIDE ** 2);
  for (let i = 0; i < image.length; i++) {
    const distance = Math.hypot((i % IMAGE_SIDE) - centreX, Math.floor(i / IMAGE_SIDE) - centreY);
    const label = distance < radius / 2 ? 2 : distance < radius ? 1 : 0;
    mask[i] = label;
    image[i] = 60 + 70 * label + random.integer(30);
  }
  return { image, mask };
}

/** Every id is a sample, but for those that begin with "broken". */
export const TEST_SOURCE: SampleSource = {
  async prepare(ids, preprocess, augmentations) {
    if (preprocess.kind !== 'segmentation') throw new Error('the test source prepares for segmentation');
    const readable = ids.filter((id) => !id.startsWith('broken'));
    const prepared = readable.map((id) => {
      const { image, mask } = drawDisc(id);
      const augmentation = augmentations?.[ids.indexOf(id)];
      return prepareForSegmentation(image, mask, IMAGE_SIDE, IMAGE_SIDE, preprocess, augmentation);
    });
    return {
      ids: readable,
      images: Float32Array.from(prepared.flatMap(({ image }) => [...image])),
      masks: Uint8Array.from(prepared.flatMap(({ mask }) => [...mask])),
      frames: prepared.map(({ frame }) => frame),
      failures: ids
        .filter((id) => id.startsWith('broken'))
        .map((id) => ({ id, error: { code: 'file/unreadable', message: 'It cannot be read.' } as const })),
    };
  },
};

/** Samples, by ids as those of files are, of two groups in turns, on two shards. */
export function testSamples(prefix: string, count: number): TrainSample[] {
  return Array.from({ length: count }, (_, index) => ({
    id: hashText(`${prefix}${index}`),
    shard: index % 2,
    group: Math.floor(index / 2) % 2,
  }));
}

/** A run of a few short steps on few images. */
export function testSpec(changed: Partial<TrainSettings> = {}, runId = 'test'): TrainSpec {
  return {
    runId,
    name: 'A test',
    model: { kind: 'made', id: 'test' },
    settings: {
      ...SAMED_TINY_RECIPE,
      batchSize: 3,
      crop: null,
      rank: 2,
      epochCount: 4,
      decayEpochCount: 4,
      warmUpStepCount: 2,
      validateEverySteps: 4,
      checkpointEverySteps: 4,
      ...changed,
    },
    attribute: 'gender',
    groups: ['female', 'male'],
    training: testSamples('training', 5),
    validation: testSamples('validation', 3),
  };
}
