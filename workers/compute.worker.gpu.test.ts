/**
 * The compute worker as the page uses it: a real worker, a channel to a source of demo samples, both embedded models,
 * both providers, cancelling, failing samples, a lost device.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createDemoCohort } from '../core/cohort/demo-cohort.ts';
import { type SerializedError, serializeError, WorkbenchError } from '../core/errors.ts';
import { openBlob } from '../core/formats/byte-source.ts';
import { writeSafetensors } from '../core/formats/safetensors.ts';
import { openTensorSource } from '../core/formats/tensor-source.ts';
import samedWeightsUrl from '../core/goldens/samed-tiny/weights.npz?url';
import type { CropFrame } from '../core/imaging/crop.ts';
import { prepareForFeatures, prepareForSegmentation } from '../core/imaging/preprocess.ts';
import { countOverlap } from '../core/segmentation/overlap.ts';
import { BACKENDS, describeDifference } from '../core/testing.ts';
import { createGraphBuilder } from '../models/graph/builder.ts';
import type { Tensor } from '../models/graph/graph.ts';
import { lowerToOnnx } from '../models/onnx/lower.ts';
import { plainMapping } from '../models/onnx/mapping.ts';
import { interpret } from '../models/reference/interpret.ts';
import { createFilterBank, FILTER_BANK_SIDE } from '../models/zoo/filter-bank.ts';
import type { ComputeWorker, ModelReport, ModelRole, Provider, SampleRef } from './api/compute.ts';
import type { FeaturePreprocess, Preprocess, SampleSource, SegmentationPreprocess } from './api/data.ts';
import { readFeatures } from './infer/feature-cache.ts';
import { type Connection, connectWorker } from './rpc/connect.ts';
import { exposeApi } from './rpc/expose-api.ts';

const SAMPLE_COUNT = 6;
const cohort = createDemoCohort({ count: SAMPLE_COUNT, seed: 978 });
const idOf = (index: number) => index.toString(16).padStart(64, '0');
const samples: readonly SampleRef[] = Array.from({ length: SAMPLE_COUNT }, (_, i) => ({
  id: idOf(i),
  shard: i % 2,
}));
/** A sample that no source can read. */
const broken: SampleRef = { id: 'f'.repeat(64), shard: 0 };

const segmentation: SegmentationPreprocess = {
  kind: 'segmentation',
  crop: 512,
  side: 512,
  preset: 'corrected',
};
const features: FeaturePreprocess = { kind: 'features', side: FILTER_BANK_SIDE, preset: 'full' };

function prepareOne(id: string, preprocess: Preprocess) {
  const index = Number.parseInt(id, 16);
  if (index >= SAMPLE_COUNT) throw new WorkbenchError('file/unreadable', 'There is no such sample.');
  const { image, mask, height, width } = cohort.render(index);
  const classes = Uint8Array.from(mask, (label) => Math.abs(label));
  if (preprocess.kind === 'segmentation') {
    return prepareForSegmentation(image, classes, height, width, preprocess);
  }
  return {
    image: prepareForFeatures(image, height, width, preprocess),
    mask: new Uint8Array(),
    frame: undefined,
  };
}

const source: SampleSource = {
  prepare(ids, preprocess) {
    const batch = {
      ids: [] as string[],
      images: [] as number[],
      masks: [] as number[],
      frames: [] as CropFrame[],
    };
    const failures: { id: string; error: SerializedError }[] = [];
    for (const id of ids) {
      try {
        const { image, mask, frame } = prepareOne(id, preprocess);
        batch.ids.push(id);
        for (const value of image) batch.images.push(value);
        for (const value of mask) batch.masks.push(value);
        if (frame !== undefined) batch.frames.push(frame);
      } catch (error) {
        failures.push({ id, error: serializeError(error) });
      }
    }
    return Promise.resolve({
      ...batch,
      images: Float32Array.from(batch.images),
      masks: Uint8Array.from(batch.masks),
      failures,
    });
  },
};

/** A started worker with two connected shards. */
async function startWorker(provider: Provider): Promise<Connection<ComputeWorker>> {
  const worker = new Worker(new URL('compute.worker.ts', import.meta.url), { type: 'module' });
  const connection = connectWorker<ComputeWorker>(worker, 'compute worker');
  await connection.api.start(provider);
  for (const shard of [0, 1]) {
    const { port1, port2 } = new MessageChannel();
    exposeApi(source, port1);
    await connection.api.connect(shard, port2);
  }
  return connection;
}

const live = () => new AbortController().signal;
const ignore = () => undefined;
const dice = ({
  predicted,
  truth,
  intersection,
}: {
  predicted: number;
  truth: number;
  intersection: number;
}) => (2 * intersection) / (predicted + truth);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe.each<Provider>(['webgpu', 'wasm'])('the compute worker on %s', (provider) => {
  let connection: Connection<ComputeWorker>;
  let api: ComputeWorker;
  let segmenter: ModelReport;
  let extractor: ModelReport;

  beforeAll(async () => {
    connection = await startWorker(provider);
    api = connection.api;
    segmenter = await api.load({ kind: 'embedded', name: 'baseline-segmenter' });
    extractor = await api.load({ kind: 'embedded', name: 'filter-bank' });
  });
  afterAll(() => connection.close());

  const makeOnnx = (file: File, role: ModelRole) =>
    api.makeModel({ kind: 'onnx', role, file, dataFiles: [] }, live(), ignore);

  it('tests each model when it is loaded', () => {
    for (const { provider: used, selfTest } of [segmenter, extractor]) {
      const { maxAbsDifference, tolerance, webgpuMs, wasmMs } = selfTest;
      const seen = {
        status: selfTest.status,
        isClose: maxAbsDifference <= tolerance,
        hasTimes: [(webgpuMs ?? 0) > 0, (wasmMs ?? 0) > 0],
        // A software adapter may lose against WebAssembly, and then the summary says so.
        isProviderExplained: used === 'webgpu' || selfTest.summary.includes('WebAssembly'),
      };
      expect(seen).toEqual({
        status: provider === 'webgpu' ? 'agreed' : 'single-provider',
        isClose: provider === 'webgpu',
        hasTimes: [provider === 'webgpu', true],
        isProviderExplained: true,
      });
    }
  });

  it('predicts, scores and keeps masks, and lists the sample that cannot be read', async () => {
    const runId = `run on ${provider}`;
    const spec = {
      runId,
      modelId: segmenter.id,
      preprocess: segmentation,
      samples: [...samples, broken],
    };
    const { images, failures } = await api.predict(spec, live(), ignore);
    expect(failures.map(({ id, error }) => [id, error.code])).toEqual([[broken.id, 'file/unreadable']]);
    expect(images.map(({ id }) => id).toSorted()).toEqual(samples.map(({ id }) => id));
    expect(mean(images.map(({ overlap }) => dice(overlap.disc)))).toBeGreaterThan(0.7);
    for (const { id, overlap } of images) {
      const kept = await api.readPrediction(runId, id);
      const { mask } = prepareOne(id, segmentation);
      expect(kept?.frame).toEqual({ top: 76, left: 0, height: 512, width: 512 });
      expect(countOverlap(kept?.mask ?? new Uint8Array(), mask)).toEqual(overlap);
    }
    expect(await api.readPrediction(runId, broken.id)).toBeUndefined();
  });

  it('computes features as the interpreter does, and takes them from the cache the next time', async () => {
    // Both providers share the cache, so each works on a preprocessing of its own.
    const preprocess = { ...features, preset: provider === 'webgpu' ? 'full' : 'clean' } as const;
    const spec = { modelId: extractor.id, preprocess, samples: [...samples, broken] };
    const first = await api.extractFeatures(spec, live(), ignore);
    expect(first).toMatchObject({ computed: SAMPLE_COUNT, fromCache: 0, featureCount: 176 });
    expect(first.failures.map(({ id }) => id)).toEqual([broken.id]);
    const second = await api.extractFeatures(spec, live(), ignore);
    expect(second).toMatchObject({ computed: 0, fromCache: SAMPLE_COUNT });

    const ids = samples.map(({ id }) => id).toReversed();
    const { data, featureCount } = await readFeatures(first.featureSetId, ids);
    const expected = ids.flatMap((id) => {
      const { image } = prepareOne(id, preprocess);
      const shape = [1, 1, FILTER_BANK_SIDE, FILTER_BANK_SIDE];
      return Array.from(
        interpret(createFilterBank(), { image: { shape, data: image } })['features']?.data ?? [],
      );
    });
    expect(featureCount).toBe(176);
    expect(describeDifference(data, expected, BACKENDS)).toBeUndefined();
    await expect(readFeatures(first.featureSetId, [broken.id])).rejects.toMatchObject({
      code: 'search/features-missing',
    });
  });

  it('stops when it is cancelled, and runs again', async () => {
    const controller = new AbortController();
    const spec = { runId: 'cancelled', modelId: segmenter.id, preprocess: segmentation, samples };
    const cancelled = api.predict(spec, controller.signal, () => controller.abort());
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
    const { images } = await api.predict(spec, live(), ignore);
    expect(images).toHaveLength(SAMPLE_COUNT);
  });

  it('refuses files that are no model or no segmenter, with a sentence', async () => {
    const notAModel = new File(['not a model'], 'a.onnx');
    await expect(api.examine(notAModel, [])).rejects.toMatchObject({ code: 'onnx/damaged' });
    const extractorFile = new File([lowerToOnnx(createFilterBank())], 'b.onnx');
    expect(await api.examine(extractorFile, [])).toMatchObject({ kind: 'onnx', roles: ['extractor'] });
    await expect(makeOnnx(extractorFile, 'segmenter')).rejects.toMatchObject({
      code: 'onnx/unsupported-interface',
    });
    await expect(api.load({ kind: 'made', id: 'f'.repeat(64) })).rejects.toMatchObject({
      code: 'model/not-loaded',
    });
  });

  it('averages the map of a foreign extractor and says so', async () => {
    const graph = createGraphBuilder('foreign');
    const image = graph.input('pixels', ['N', 3, 32, 32]);
    const map = graph.op('averagePool', 'map', [image], {
      size: 8,
      stride: 8,
      padding: 0,
      countPadding: false,
    });
    const bytes = lowerToOnnx({ graph: graph.build({ map }), params: new Map() });
    const id = await makeOnnx(new File([bytes], 'c.onnx'), 'extractor');
    expect((await api.madeModels()).find((model) => model.id === id)).toMatchObject({ name: 'c.onnx' });
    const report = await api.load({ kind: 'made', id });
    expect(report).toMatchObject({
      id,
      outputChannels: 3,
      source: 'dropped',
      isKept: true,
      input: { channels: 3, side: 32 },
      sources: [{ name: 'c.onnx', sizeBytes: bytes.length }],
    });
    expect(report.assumptions.join(' ')).toContain('4x4 cells');
    const preprocess = { ...features, side: 32 };
    const result = await api.extractFeatures({ modelId: report.id, preprocess, samples }, live(), ignore);
    const { data } = await readFeatures(result.featureSetId, [idOf(0)]);
    const grey = mean(Array.from(prepareOne(idOf(0), preprocess).image));
    expect(describeDifference(data, [grey, grey, grey], BACKENDS)).toBeUndefined();
    // Mapped otherwise it is another model with other features.
    const mapping = { ...plainMapping(3, 'channels-first'), mean: [0, 0, 1], deviation: [1, 2, 1] };
    const mappedId = await api.mapModel(id, mapping, live());
    expect(mappedId).not.toBe(id);
    expect((await api.load({ kind: 'made', id: mappedId })).mapping).toEqual(mapping);
    const mapped = await api.extractFeatures({ modelId: mappedId, preprocess, samples }, live(), ignore);
    const { data: mappedData } = await readFeatures(mapped.featureSetId, [idOf(0)]);
    expect(describeDifference(mappedData, [grey, grey / 2, grey - 1], BACKENDS)).toBeUndefined();
    await expect(api.mapModel(id, { ...mapping, mean: [0] }, live())).rejects.toMatchObject({
      code: 'onnx/unsupported-interface',
    });
    await api.deleteModel(mappedId);
    await api.deleteModel(id);
    expect((await api.madeModels()).some((model) => model.id === id)).toBe(false);
    await expect(
      api.extractFeatures({ modelId: id, preprocess, samples }, live(), ignore),
    ).rejects.toMatchObject({ code: 'model/not-loaded' });
  });

  if (provider === 'wasm') return;

  it('makes a SAMed of its checkpoints: two networks behind one model, alike on both providers', async () => {
    const weights = await (await fetch(samedWeightsUrl)).blob();
    const weightSource = await openTensorSource(openBlob(weights), 'weights.npz');
    const tensors = new Map<string, Tensor>();
    for (const { name, shape } of weightSource.tensors.values()) {
      tensors.set(name, { shape, data: await weightSource.read(name) });
    }
    const file = (name: string, wanted: (tensor: string) => boolean) =>
      new File(
        [writeSafetensors(new Map([...tensors].filter(([key]) => wanted(key))), { heads: '4' })],
        name,
      );
    const sam = file('sam.safetensors', (name) => !/^w_[ab]_/.test(name));
    const adapters = file('samed.safetensors', (name) => !name.startsWith('image_encoder.'));
    const settings = { precision: 'f32', side: 128 } as const;
    await expect(api.outline([adapters], settings)).rejects.toMatchObject({ code: 'model/needs-checkpoint' });
    expect(await api.outline([sam, adapters], settings)).toMatchObject({ role: 'segmenter', unused: [] });

    const spec = { kind: 'checkpoints', files: [sam, adapters], settings } as const;
    const controller = new AbortController();
    const cancelled = api.makeModel(spec, controller.signal, () => controller.abort());
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
    expect(await api.madeModels()).toEqual([]);

    const id = await api.makeModel(spec, live(), ignore);
    expect(await api.makeModel(spec, live(), ignore)).toBe(id);
    const report = await api.load({ kind: 'made', id });
    expect(report).toMatchObject({
      role: 'segmenter',
      input: { channels: 3, side: 128 },
      outputChannels: 3,
      precision: 'f32',
      selfTest: { status: 'agreed' },
    });
    expect(report.sources.map(({ name }) => name)).toEqual(['sam.safetensors', 'samed.safetensors']);
    const preprocess = { ...segmentation, side: 128 };
    const { images } = await api.predict(
      { runId: 'samed', modelId: id, preprocess, samples },
      live(),
      ignore,
    );
    expect(images).toHaveLength(SAMPLE_COUNT);
    await api.deleteModel(id);
    expect(await api.madeModels()).toEqual([]);
  });

  it('says that its device was lost, and ends what needs it', async () => {
    const lost = api.deviceLost();
    await api.destroyDevice();
    expect(await lost).toContain('shut down');
    const spec = { runId: 'lost', modelId: segmenter.id, preprocess: segmentation, samples };
    await expect(api.predict(spec, live(), ignore)).rejects.toMatchObject({ code: 'gpu/device-lost' });
  });
});
