/** Kept SAMs in memory: encoders kept once, weights given back as they were, trained adapters served by the shared encoder. */
import * as ort from 'onnxruntime-web/wasm';
import { beforeAll, describe, expect, it } from 'vitest';

import { writeSafetensors } from '../../core/formats/safetensors.ts';
import { BACKENDS, describeDifference } from '../../core/testing.ts';
import type { Params, Tensor } from '../../models/graph/graph.ts';
import { interpret } from '../../models/reference/interpret.ts';
import { synthImage } from '../../models/reference/synth-weights.ts';
import { createSamed } from '../../models/zoo/samed.ts';
import { gridOf, SAM_DECODER } from '../../models/zoo/samed-configuration.ts';
import { DENSE_POSITIONS, densePositions, POSITION_MATRIX } from '../../models/zoo/samed-positions.ts';
import type { ModelSource } from '../api/compute.ts';
import { addTrainedModel, removeTrainedModels } from './add-trained-model.ts';
import { openModel } from './open-model.ts';
import type { ModelCaches } from './model-manifest.ts';
import { openTrainable } from './open-trainable.ts';
import {
  configuration,
  createCaches,
  isOfEncoder,
  makeOf,
  makeSamed,
  SAM_TENSORS,
  samedTensors,
  savedTensors,
} from './testing.ts';

ort.env.wasm.numThreads = 1;

const image: Tensor = { shape: [1, 3, 64, 64], data: synthImage('image', 3, 64, 64, 'trained') };

/** The output of a model's networks one after another, as the runtime runs them. */
async function run(caches: ModelCaches, source: ModelSource): Promise<Readonly<Record<string, ort.Tensor>>> {
  const { stages } = await openModel(caches, source);
  const toTensor = ({ shape, data }: Tensor) => new ort.Tensor('float32', data, shape);
  let feeds: Record<string, ort.Tensor> = { image: toTensor(image) };
  for (const { graph, weights = [], constants } of stages) {
    const externalData = await Promise.all(
      weights.map(async ({ name, file }) => ({ path: name, data: new Uint8Array(await file.arrayBuffer()) })),
    );
    const session = await ort.InferenceSession.create(graph, { externalData });
    const given = Object.entries(constants).map(([name, value]) => [name, toTensor(value)]);
    feeds = { ...(await session.run({ ...feeds, ...Object.fromEntries(given) })) };
    await session.release();
  }
  return feeds;
}

/** A checkpoint's tensors with the positions that its matrix makes. */
function wholeOf(params: Params): Params {
  const matrix = params.get(POSITION_MATRIX)?.data ?? new Float32Array();
  return new Map([...params, [DENSE_POSITIONS, densePositions(matrix, gridOf(configuration))]]);
}

/** Pixels as SAM's published code normalises them, from its numbers for pixels in [0, 255]. */
function normalised({ shape, data }: Tensor): Tensor {
  const mean = [123.675, 116.28, 103.53];
  const deviation = [58.395, 57.12, 57.375];
  const planeSize = data.length / 3;
  const normalise = (value: number, at: number) => {
    const channel = Math.floor(at / planeSize);
    return (255 * value - (mean[channel] as number)) / (deviation[channel] as number);
  };
  return { shape, data: data.map(normalise) };
}

/** The same by the oracle. */
function logitsOf(params: Params): Float32Array {
  const outputs = interpret({ graph: createSamed(configuration), params: wholeOf(params) }, { image });
  return Float32Array.from(outputs['low_res_logits']?.data ?? []);
}

const withOwn = (salt: string): Params => new Map([...SAM_TENSORS, ...savedTensors(salt)]);

describe('SAMeds that are kept', () => {
  const caches = createCaches();
  let first: string;
  let second: string;

  beforeAll(async () => {
    first = await makeSamed(caches, 'first');
    second = await makeSamed(caches, 'second');
  });

  it('of one SAM share its encoder, and each computes what its own weights do', async () => {
    expect(await caches.encoders.list()).toHaveLength(1);
    const keys = new Set<string | undefined>();
    for (const [id, salt] of [
      [first, 'first'],
      [second, 'second'],
    ] as const) {
      const source = { kind: 'made', id } as const;
      const { low_res_logits: logits } = await run(caches, source);
      const expected = logitsOf(withOwn(salt));
      expect(describeDifference(logits?.data as Float32Array, expected, BACKENDS)).toBeUndefined();
      keys.add((await openModel(caches, source)).stages[0]?.shareKey);
    }
    expect(keys.size).toBe(1);
  });

  it('give every tensor back to training exactly as it was', async () => {
    const trainable = await openTrainable(caches, { kind: 'made', id: first });
    const { shapes } = trainable;
    expect(trainable.sizes).toEqual({ kind: 'samed', configuration });
    const wanted = withOwn('first');
    const matrix = wanted.get(POSITION_MATRIX)?.data ?? new Float32Array();
    const positions = densePositions(matrix, gridOf(configuration));
    for (const [name, { shape, data }] of [...wanted, [DENSE_POSITIONS, positions] as const]) {
      expect([name, shapes.get(name)]).toEqual([name, shape]);
      expect([name, await trainable.read(name)]).toEqual([name, data]);
    }
    expect(shapes.size).toBe(wanted.size + 1);
  });

  it('in half precision run, but are refused to training with a sentence', async () => {
    const half = await makeSamed(caches, 'first', 'f16');
    expect(await caches.encoders.list()).toHaveLength(2);
    await expect(openTrainable(caches, { kind: 'made', id: half })).rejects.toMatchObject({
      code: 'train/not-trainable',
    });
    await caches.models.remove(half);
  });

  it('make a trained model that shares the encoder, computes like one freshly converted, and goes with its run', async () => {
    const base = { kind: 'made', id: first } as const;
    const trained = savedTensors('second');
    const id = await addTrainedModel(caches, {
      base,
      name: 'A run, best',
      sizes: { kind: 'samed', configuration },
      tensors: trained,
      trainedIn: { runId: 'run 1', which: 'best', step: 4, crop: 384 },
    });
    const opened = await openModel(caches, { kind: 'made', id });
    expect(opened.facts).toMatchObject({
      name: 'A run, best',
      source: 'trained',
      trainedIn: { runId: 'run 1', which: 'best', step: 4, crop: 384 },
    });
    expect(opened.stages[0]?.shareKey).toBe((await openModel(caches, base)).stages[0]?.shareKey);
    const ours = await run(caches, { kind: 'made', id });
    const fresh = await run(caches, { kind: 'made', id: second });
    expect(ours['low_res_logits']?.data).toEqual(fresh['low_res_logits']?.data);

    // The encoder with the trained adapters serves Search.
    const extractor = (await caches.models.list()).find(
      ({ manifest }) => manifest.name === 'A run, best, encoder',
    );
    const embedding = await run(caches, { kind: 'made', id: extractor?.id ?? '' });
    expect(Object.keys(embedding)).toEqual(['image_embeddings']);

    await removeTrainedModels(caches, 'run 1');
    expect(await caches.models.find(id)).toBeUndefined();
    expect(await caches.models.find(extractor?.id ?? '')).toBeUndefined();
    expect(await caches.models.find(first)).toBeDefined();
  });

  it('keep an encoder of its own where every weight was trained, until the last model of it goes', async () => {
    const tensors = samedTensors('other');
    const id = await addTrainedModel(caches, {
      base: { kind: 'made', id: first },
      name: 'All',
      sizes: { kind: 'samed', configuration },
      tensors,
      trainedIn: { runId: 'run 2', which: 'last', step: 4, crop: 384 },
    });
    expect(await caches.encoders.list()).toHaveLength(2);
    const { low_res_logits: logits } = await run(caches, { kind: 'made', id });
    expect(describeDifference(logits?.data as Float32Array, logitsOf(tensors), BACKENDS)).toBeUndefined();
    await removeTrainedModels(caches, 'run 2');
    expect(await caches.encoders.list()).toHaveLength(1);
  });

  it('refuse tensors that do not make the network', async () => {
    const spec = {
      base: { kind: 'made', id: first },
      name: 'Wrong rank',
      sizes: { kind: 'samed', configuration: { ...configuration, rank: 8 } },
      tensors: new Map(),
      trainedIn: { runId: 'run 3', which: 'best', step: 4, crop: 384 },
    } as const;
    await expect(addTrainedModel(caches, spec)).rejects.toMatchObject({ code: 'graph/shape-mismatch' });
  });

  it('are made again when their encoder is gone', async () => {
    for (const { id } of await caches.encoders.list()) await caches.encoders.remove(id);
    await expect(openModel(caches, { kind: 'made', id: first })).rejects.toMatchObject({
      code: 'model/not-loaded',
    });
    expect(await makeSamed(caches, 'first')).toBe(first);
    expect(await run(caches, { kind: 'made', id: first })).toHaveProperty('low_res_logits');
  });
});

describe('a SAM without adapters', () => {
  const sizes = { ...configuration, embeddingDim: 256, decoder: SAM_DECODER };
  const caches = createCaches();
  const file = (name: string, isWanted: (tensor: string) => boolean) => {
    const tensors = [...samedTensors('plain', sizes)].filter(([tensor]) => isWanted(tensor));
    return new File([writeSafetensors(new Map(tensors))], name);
  };
  let source: ModelSource;

  it('gives a training all but what depends on the classes', async () => {
    const sam = file('sam.safetensors', (name) => !/^w_[ab]_/.test(name));
    source = { kind: 'made', id: await makeOf(caches, [sam]) };
    const trainable = await openTrainable(caches, source);
    expect(trainable.sizes).toEqual({ kind: 'samed', configuration: { ...sizes, rank: 0 } });
    const missing = createSamed({ ...sizes, rank: 0 }).parameters.filter(
      ({ name }) => !trainable.shapes.has(name),
    );
    expect(missing.length).toBeGreaterThan(0);
    for (const { name } of missing) {
      expect(name).toMatch(/mask_tokens|output_hypernetworks_mlps|iou_prediction_head/);
    }
    const name = 'mask_decoder.transformer.layers.0.mlp.lin1.weight';
    expect(await trainable.read(name)).toEqual(samedTensors('plain', sizes).get(name)?.data);
  });

  it('takes normalised pixels, and a SAMed trained from it plain ones', async () => {
    const tensors = new Map([...samedTensors('fine', sizes)].filter(([name]) => !isOfEncoder(name)));
    const trainedIn = { runId: 'run', which: 'best', step: 4, crop: null } as const;
    const spec = {
      base: source,
      name: 'SAMed',
      sizes: { kind: 'samed' as const, configuration: sizes },
      tensors,
      trainedIn,
    };
    const id = await addTrainedModel(caches, spec);
    const [base, trained] = await Promise.all([
      openModel(caches, source),
      openModel(caches, { kind: 'made', id }),
    ]);
    expect(base.facts.assumptions.join(' ')).toContain('normalised');
    expect(trained.facts.assumptions).toEqual([]);
    expect(await caches.encoders.list()).toHaveLength(1);
    const embed = async (from: ModelSource) => (await run(caches, from))['image_embeddings']?.data;
    const expected = interpret(
      { graph: createSamed({ ...sizes, rank: 0 }), params: wholeOf(samedTensors('plain', sizes)) },
      { image: normalised(image) },
    )['image_embeddings'];
    expect(
      describeDifference((await embed(source)) as Float32Array, expected?.data ?? [], BACKENDS),
    ).toBeUndefined();
  });

  it('that is an encoder alone cannot be trained, and says why', async () => {
    const encoder = file('encoder.safetensors', isOfEncoder);
    const id = await makeOf(caches, [encoder]);
    await expect(openTrainable(caches, { kind: 'made', id })).rejects.toMatchObject({
      code: 'train/not-trainable',
    });
  });
});
