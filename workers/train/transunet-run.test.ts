/**
 * A TransUNet from its checkpoint through the loop to a served model: weights, running statistics, going on, exports; and by
 * every objective.
 */
import * as ort from 'onnxruntime-web/wasm';
import { beforeAll, describe, expect, it } from 'vitest';

import { openBlob } from '../../core/formats/byte-source.ts';
import { writeSafetensors } from '../../core/formats/safetensors.ts';
import { openTensorSource } from '../../core/formats/tensor-source.ts';
import { upsampleArgmax } from '../../core/imaging/upsample-argmax.ts';
import type { TransUnetConfiguration } from '../../models/checkpoints/recognised.ts';
import { synthParams } from '../../models/reference/synth-weights.ts';
import { createTransUnet } from '../../models/zoo/transunet.ts';
import type { ModelSource } from '../api/compute.ts';
import type { TrainSpec } from '../api/train.ts';
import { addTrainedModel, removeTrainedModels } from '../infer/add-trained-model.ts';
import { type CacheStorage, createMemoryStorage } from '../infer/cache-storage.ts';
import { createLock } from '../infer/lock.ts';
import { openModel } from '../infer/open-model.ts';
import { openTrainable } from '../infer/open-trainable.ts';
import { createCaches, makeOf } from '../infer/testing.ts';
import { exportTrained } from './export-trained.ts';
import type { Objective } from './objectives/objective.ts';
import { TRANSUNET_RECIPE } from './recipes.ts';
import { createRunControl } from './run-control.ts';
import { isStep, isValidation, type RunLog } from './run-log.ts';
import { createRunStore } from './run-store.ts';
import { oracleDevice, TEST_SOURCE, testSamples, testSpec } from './testing.ts';
import { trainRun } from './train-run.ts';
import { readTensors, trainedNetwork } from './trained-tensors.ts';

ort.env.wasm.numThreads = 1;

const SIDE = 16;
const HEADS = 2;
const CONFIGURATION: TransUnetConfiguration = {
  side: SIDE,
  isHybrid: false,
  resnetUnits: [],
  resnetWidth: 0,
  dim: 8,
  depth: 1,
  mlpDim: 16,
  decoderChannels: [8, 4, 4, 4],
  skipChannels: [0, 0, 0, 0],
  classes: 3,
};
const WEIGHTS = synthParams(createTransUnet(CONFIGURATION, HEADS).parameters, 'transunet loop');
const CHECKPOINT = new File([writeSafetensors(new Map(WEIGHTS), { heads: String(HEADS) })], 'tu.safetensors');

const caches = createCaches();
let source: ModelSource;
let spec: TrainSpec;
beforeAll(async () => {
  source = { kind: 'made', id: await makeOf(caches, [CHECKPOINT]) };
  const settings = {
    ...TRANSUNET_RECIPE,
    batchSize: 2,
    crop: null,
    epochCount: 2,
    decayEpochCount: 2,
    validateEverySteps: 2,
    checkpointEverySteps: 2,
    memoryBytes: 2 ** 28,
  };
  spec = { ...testSpec(), training: testSamples('training', 4), model: source, settings };
});

async function run(storage: CacheStorage, stopAt?: number, of: TrainSpec = spec) {
  const controller = new AbortController();
  const log: RunLog = { events: [], overlays: [] };
  const store = createRunStore(storage);
  const sources = () => new Map([0, 1].map((shard) => [shard, TEST_SOURCE]));
  const surroundings = {
    device: oracleDevice(),
    exclusive: createLock(),
    store,
    sources,
    addModels: () => Promise.resolve([]),
  };
  const model = await openTrainable(caches, source);
  const end = trainRun(
    of,
    model,
    surroundings,
    createRunControl(),
    log,
    controller.signal,
    ({ phase, done }) => (phase === 'Training' && done === stopAt ? controller.abort() : undefined),
  );
  return { end, log, store };
}

const numbersOf = ({ events }: RunLog) =>
  events
    .filter((event) => isStep(event) || isValidation(event))
    .map((event) => (isStep(event) ? { ...event, samplesPerSecond: 0 } : event));

/** The masks that networks one after another give for images of one channel. */
async function masksOf(graph: Uint8Array, images: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const session = await ort.InferenceSession.create(graph);
  const masks: Uint8Array[] = [];
  for (const image of images) {
    const grey = Float32Array.from(image, (value) => value / 255);
    const data = Float32Array.from([...grey, ...grey, ...grey]);
    const { logits } = await session.run({ image: new ort.Tensor('float32', data, [1, 3, SIDE, SIDE]) });
    masks.push(upsampleArgmax(logits?.data as Float32Array, 3, SIDE, SIDE, SIDE));
  }
  await session.release();
  return masks;
}

describe('a TransUNet', () => {
  it('is trained with its running statistics, validated by them, goes on to the same bits, and serves', async () => {
    const whole = await run(createMemoryStorage());
    expect(await whole.end).toMatchObject({ status: 'finished', step: 4 });
    const storage = createMemoryStorage();
    const stopped = await run(storage, 3);
    await expect(stopped.end).rejects.toMatchObject({ name: 'AbortError' });
    const continued = await run(storage);
    await continued.end;
    expect(numbersOf(continued.log)).toEqual(numbersOf(whole.log));
    expect(await continued.store.checkpoint('test')).toEqual(await whole.store.checkpoint('test'));

    const last = await whole.store.weights('test', 'last');
    const trained = last?.values ?? new Map<string, Float32Array<ArrayBuffer>>();
    expect([...trained.keys()].toSorted()).toEqual([...WEIGHTS.keys()].toSorted());
    const unchanged = [...WEIGHTS].filter(([name, { data }]) =>
      data.every((value, index) => trained.get(name)?.[index] === value),
    );
    expect(unchanged.map(([name]) => name)).toEqual([]);

    const network = trainedNetwork(await openTrainable(caches, source), spec.settings, trained);
    const id = await addTrainedModel(caches, {
      base: source,
      name: 'Trained',
      sizes: network.sizes,
      tensors: await readTensors(network, network.changed),
      trainedIn: { runId: 'test', which: 'last', step: 4, crop: null },
    });
    const opened = await openModel(caches, { kind: 'made', id });
    expect(opened.description).toMatch(/^Trained here from TransUNet.*; its last weights\.$/);
    expect(opened.facts).toMatchObject({ source: 'trained', crop: null });
    const { overlays } = whole.log;
    expect(overlays).toHaveLength(3);
    const graph = opened.stages[0]?.graph ?? new Uint8Array();
    const served = await masksOf(
      graph,
      overlays.map(({ image }) => image),
    );
    // Overlays show the image in 256 greys, so a pixel at a border may fall to the other side.
    for (const [index, { prediction }] of overlays.entries()) {
      const differing = prediction.filter((value, at) => value !== served[index]?.[at]);
      expect(differing.length).toBeLessThan(0.01 * SIDE ** 2);
    }

    const onnx = await exportTrained(network, 'all', 'run', 'onnx');
    const exported = new Uint8Array(await onnx.arrayBuffer());
    expect(
      await masksOf(
        exported,
        overlays.map(({ image }) => image),
      ),
    ).toEqual(served);
    const file = await exportTrained(network, 'all', 'run', 'safetensors');
    const saved = await openTensorSource(openBlob(file), file.name);
    expect(saved.metadata.get('heads')).toBe('2');
    for (const [name, values] of trained) expect([name, await saved.read(name)]).toEqual([name, values]);

    await removeTrainedModels(caches, 'test');
    expect((await caches.models.list()).map((entry) => ({ kind: 'made', id: entry.id }))).toEqual([source]);
  });

  it('in half precision runs, but cannot be trained', async () => {
    const id = await makeOf(caches, [CHECKPOINT], 'f16');
    await expect(openTrainable(caches, { kind: 'made', id })).rejects.toMatchObject({
      code: 'train/not-trainable',
    });
  });
});

describe('a TransUNet of each objective', () => {
  /** Four images of one group and two of the other, in batches of four: steps that are told of, and the weights after them. */
  async function trained(objective: Objective) {
    const settings = { ...spec.settings, objective, batchSize: 4, validateEverySteps: 0 };
    const { end, log, store } = await run(createMemoryStorage(), undefined, {
      ...spec,
      training: testSamples('training', 6),
      validation: [],
      settings,
    });
    expect(await end).toMatchObject({ status: 'finished', step: 4 });
    const weights = (await store.weights('test', 'last'))?.values;
    return { steps: log.events.filter(isStep), weights: weights ?? new Map<string, Float32Array>() };
  }
  type Trained = Awaited<ReturnType<typeof trained>>;
  const ENCODER_WEIGHT = 'transformer.encoder.layer.0.ffn.fc1.weight';
  let plain: Trained;
  beforeAll(async () => {
    plain = await trained({ kind: 'plain' });
  });

  // Of the first step, which all begin with the same weights.
  it.each<{ objective: Objective; sameAsPlain: readonly ('loss' | 'crossEntropy' | 'dice')[] }>([
    { objective: { kind: 'febs', gamma: 1, minimum: 'present' }, sameAsPlain: ['crossEntropy'] },
    { objective: { kind: 'groupDro', rate: 0.1 }, sameAsPlain: ['crossEntropy', 'dice'] },
    // The loss that is told is the segmentation's.
    {
      objective: { kind: 'adversarial', weight: 0.1, reversalScale: 1 },
      sameAsPlain: ['loss', 'crossEntropy', 'dice'],
    },
    { objective: { kind: 'balancedSampling' }, sameAsPlain: [] },
    { objective: { kind: 'inverseFrequency' }, sameAsPlain: [] },
  ])(
    '$objective.kind has gradients and weights of its own, and losses where it changes them',
    async ({ objective, sameAsPlain }) => {
      const { steps, weights } = await trained(objective);
      expect(steps.every(({ loss, gradientNorm }) => Number.isFinite(loss) && gradientNorm > 0)).toBe(true);
      const [first, ofPlain] = [steps[0], plain.steps[0]];
      for (const part of ['loss', 'crossEntropy', 'dice'] as const)
        expect([part, first?.[part] === ofPlain?.[part]]).toEqual([part, sameAsPlain.includes(part)]);
      expect(first?.gradientNorm).not.toBe(ofPlain?.gradientNorm);
      expect(weights.get(ENCODER_WEIGHT)).not.toEqual(plain.weights.get(ENCODER_WEIGHT));
      const drawn = objective.kind === 'balancedSampling' ? steps : [];
      expect(drawn.flatMap(({ groupLoss }) => groupLoss)).not.toContain(null);
    },
  );

  it('adversarial with nothing reversed into the network trains it as plain training does', async () => {
    const { steps, weights } = await trained({ kind: 'adversarial', weight: 0.1, reversalScale: 0 });
    // The classifier's own gradient is part of the norm.
    expect(steps[0]?.gradientNorm).toBeGreaterThan(plain.steps[0]?.gradientNorm ?? Infinity);
    expect(weights.get(ENCODER_WEIGHT)).toEqual(plain.weights.get(ENCODER_WEIGHT));
  });
});
