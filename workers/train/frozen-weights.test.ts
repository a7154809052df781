/** A run over frozen weights in f16: what is validated, served and exported is one network, that of the rounded weights. */
import * as ort from 'onnxruntime-web/wasm';
import { beforeAll, describe, expect, it } from 'vitest';

import { openBlob } from '../../core/formats/byte-source.ts';
import { decodeHalf } from '../../core/formats/npy.ts';
import { openTensorSource } from '../../core/formats/tensor-source.ts';
import { upsampleArgmax } from '../../core/imaging/upsample-argmax.ts';
import { CLASS_COUNT } from '../../core/segmentation/classes.ts';
import { countOverlap, scoreImage } from '../../core/segmentation/overlap.ts';
import { BACKENDS, describeDifference } from '../../core/testing.ts';
import { toFloat16 } from '../../models/onnx/float16.ts';
import { gridOf } from '../../models/zoo/samed-configuration.ts';
import type { ModelId, ModelSource } from '../api/compute.ts';
import type { TrainRun, TrainSpec } from '../api/train.ts';
import { addTrainedModel } from '../infer/add-trained-model.ts';
import { createMemoryStorage } from '../infer/cache-storage.ts';
import { createLock } from '../infer/lock.ts';
import { openModel } from '../infer/open-model.ts';
import { openTrainable } from '../infer/open-trainable.ts';
import { configuration, createCaches, makeSamed } from '../infer/testing.ts';
import { exportTrained } from './export-trained.ts';
import { createRunControl } from './run-control.ts';
import { createRunStore } from './run-store.ts';
import { oracleDevice, TEST_SOURCE, testSamples, testSpec } from './testing.ts';
import { trainRun } from './train-run.ts';
import { readTensors, type TrainedNetwork, trainedNetwork } from './trained-tensors.ts';

ort.env.wasm.numThreads = 1;

const { side } = configuration;
const LOGIT_SIDE = 4 * gridOf(configuration);
/** Of an image: where two classes are as likely, the loop and onnxruntime round to different sides. */
const DICE_TOLERANCE = 0.01;
const MATRIX = 'image_encoder.blocks.0.attn.qkv.weight';
const NOT_A_MATRIX = 'image_encoder.patch_embed.proj.weight';

const caches = createCaches();
let base: ModelSource;

/** Trains from a model, and makes a model of the last weights. */
async function train(
  source: ModelSource,
  runId: string,
  frozenWeights: 'f32' | 'f16',
): Promise<{ readonly run: TrainRun; readonly network: TrainedNetwork; readonly id: ModelId }> {
  const spec: TrainSpec = {
    ...testSpec({ frozenWeights, epochCount: 1, decayEpochCount: 1, batchSize: 2, validateEverySteps: 1 }),
    runId,
    model: source,
    training: testSamples('training', 2),
  };
  const store = createRunStore(createMemoryStorage());
  const model = await openTrainable(caches, source);
  const run = await trainRun(
    spec,
    model,
    {
      device: oracleDevice(),
      exclusive: createLock(),
      store,
      sources: () => new Map([0, 1].map((shard) => [shard, TEST_SOURCE])),
      addModels: () => Promise.resolve([]),
    },
    createRunControl(),
    { events: [], overlays: [] },
    new AbortController().signal,
    () => undefined,
  );
  const { values = new Map() } = (await store.weights(runId, 'last')) ?? {};
  const network = trainedNetwork(model, spec.settings, values);
  const id = await addTrainedModel(caches, {
    base: source,
    name: runId,
    sizes: network.sizes,
    tensors: await readTensors(network, network.changed),
    trainedIn: { runId, which: 'last', step: 1, crop: null },
  });
  return { run, network, id };
}

/** What networks one after another give for an image. */
async function logitsOf(
  stages: readonly {
    graph: Uint8Array;
    weights?: readonly { name: string; file: Blob }[];
    constants: object;
  }[],
  image: Float32Array,
): Promise<Float32Array> {
  const toTensor = (data: Float32Array, shape: readonly number[]) => new ort.Tensor('float32', data, shape);
  let feeds: Record<string, ort.Tensor> = {
    image: toTensor(Float32Array.from([...image, ...image, ...image]), [1, 3, side, side]),
  };
  for (const { graph, weights = [], constants } of stages) {
    const externalData = await Promise.all(
      weights.map(async ({ name, file }) => ({ path: name, data: new Uint8Array(await file.arrayBuffer()) })),
    );
    const session = await ort.InferenceSession.create(graph, { externalData });
    for (const [name, { data, shape }] of Object.entries(constants)) feeds[name] = toTensor(data, shape);
    feeds = { ...(await session.run(feeds)) };
    await session.release();
  }
  return feeds['low_res_logits']?.data as Float32Array;
}

const stagesOf = async (id: ModelId) => (await openModel(caches, { kind: 'made', id })).stages;
const encoderOf = async (id: ModelId) => (await stagesOf(id))[0]?.shareKey;

describe('a run over frozen weights in f16', () => {
  let half: Awaited<ReturnType<typeof train>>;
  beforeAll(async () => {
    base = { kind: 'made', id: await makeSamed(caches, 'frozen') };
    half = await train(base, 'half', 'f16');
  });

  it('is served with the weights that it read, and scores in Evaluate what its validation said', async () => {
    const [before, after] = [
      await openTrainable(caches, base),
      await openTrainable(caches, { kind: 'made', id: half.id }),
    ];
    const rounded = decodeHalf(toFloat16(await before.read(MATRIX)));
    expect(rounded).not.toEqual(await before.read(MATRIX));
    expect(await after.read(MATRIX)).toEqual(rounded);
    expect(await after.read(NOT_A_MATRIX)).toEqual(await before.read(NOT_A_MATRIX));

    const samples = testSpec().validation.map(({ id }) => id);
    const { images, masks } = await TEST_SOURCE.prepare(samples, {
      kind: 'segmentation',
      crop: null,
      side,
      preset: 'corrected',
    });
    const stages = await stagesOf(half.id);
    const dice: number[] = [];
    for (const index of samples.keys()) {
      const logits = await logitsOf(stages, images.subarray(index * side ** 2, (index + 1) * side ** 2));
      const mask = upsampleArgmax(logits, CLASS_COUNT, LOGIT_SIDE, LOGIT_SIDE, side);
      const truth = masks.subarray(index * side ** 2, (index + 1) * side ** 2);
      dice.push(scoreImage(countOverlap(mask, truth), 'published').regions.disc.dice);
    }
    const mean = dice.reduce((sum, value) => sum + value, 0) / dice.length;
    expect(half.run.best?.imageCount).toBe(samples.length);
    expect(Math.abs(mean - (half.run.best?.discDice ?? Number.NaN))).toBeLessThan(DICE_TOLERANCE);
  });

  it('is exported as ONNX with them, and its adapters say whose they are', async () => {
    const onnx = await exportTrained(half.network, 'adapters-and-decoder', 'run', 'onnx');
    const { images } = await TEST_SOURCE.prepare([testSpec().validation[0]?.id ?? ''], {
      kind: 'segmentation',
      crop: null,
      side,
      preset: 'corrected',
    });
    const merged = await logitsOf(
      [{ graph: new Uint8Array(await onnx.arrayBuffer()), constants: {} }],
      images,
    );
    const served = await logitsOf(await stagesOf(half.id), images);
    expect(describeDifference(merged, served, BACKENDS)).toBeUndefined();

    const file = await exportTrained(half.network, 'adapters-and-decoder', 'run', 'safetensors');
    const { metadata, tensors } = await openTensorSource(openBlob(file), file.name);
    expect(metadata.get('frozen_weights')).toBe('rounded to float16 in training');
    expect([...tensors.keys()].filter((name) => name.startsWith('image_encoder.'))).toEqual([]);
  });

  it('shares its encoder with others that rounded it, and with those that go on from it, but not with its base', async () => {
    const again = await train(base, 'again', 'f16');
    const next = await train({ kind: 'made', id: half.id }, 'next', 'f16');
    const full = await train(base, 'full', 'f32');
    expect(full.network.halves.size).toBe(0);
    const baseKey = (await openModel(caches, base)).stages[0]?.shareKey;
    const halfKey = await encoderOf(half.id);
    expect([await encoderOf(again.id), await encoderOf(next.id)]).toEqual([halfKey, halfKey]);
    expect(await encoderOf(full.id)).toBe(baseKey);
    expect(halfKey).not.toBe(baseKey);
    expect(await caches.encoders.list()).toHaveLength(2);
  });
});
