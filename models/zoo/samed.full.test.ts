/**
 * SAMed ViT-B at full size through onnxruntime-web on WebAssembly against PyTorch, with weights from a hash, written as a
 * large checkpoint is (goldens, section 2).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web/wasm';
import { afterAll, describe, expect, it } from 'vitest';

import { readNpz } from '../../core/formats/npz.ts';
import { goldensFolder, reportGolden } from '../../core/goldens.ts';
import { upsampleArgmax } from '../../core/imaging/upsample-argmax.ts';
import { BACKENDS, describeDifference, maxAbsDifference, POINTWISE_F32 } from '../../core/testing.ts';
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import type { Graph, Tensor } from '../graph/graph.ts';
import { bindTensors } from '../graph/params.ts';
import { dataFileName, layOutOnnx, writeOnnx } from '../onnx/write.ts';
import { prune } from '../rewrite/prune.ts';
import { createMemoryFolder } from '../testing/memory-folder.ts';
import { valueOfActivation } from '../testing/samed-golden.ts';
import { readFullSamedGolden } from '../testing/samed-full-golden.ts';
import { synthWeight } from '../reference/synth-weights.ts';
import { packAdapters } from './samed-adapters.ts';
import { gridOf } from './samed-configuration.ts';
import { createSamedDecoder, createSamedEncoder } from './samed.ts';

ort.env.wasm.numThreads = 1;

const TIMEOUT_MS = 600_000;
const FILE = 'model.onnx';
/** Of all pixels, so many may lie so close to a tie of two classes that rounding decides. */
const TIED_FRACTION = 1e-4;
const folder = goldensFolder('samed-vit-b');
const { salt, cases } = readFullSamedGolden(readFileSync(join(folder, 'config.json'), 'utf8'));
let checked = 0;
let worstError = 0;

afterAll(() => reportGolden('samed-vit-b (forward)', checked, worstError));

type Values = Readonly<Record<string, ort.Tensor>>;

/** Writes a graph with its weights and runs it once. */
async function run(
  graph: Graph,
  source: TensorSource,
  inputs: Readonly<Record<string, Tensor>>,
): Promise<Values> {
  const files = createMemoryFolder();
  const layout = layOutOnnx(graph, 'f32');
  const weights = bindTensors(graph, source);
  await writeOnnx(layout, weights, FILE, files.create, new AbortController().signal, () => undefined);
  const data = dataFileName(FILE);
  const externalData = files.names().includes(data) ? [{ path: data, data: files.read(data) }] : [];
  const session = await ort.InferenceSession.create(files.read(FILE), { externalData });
  const feeds = Object.entries(inputs).map(
    ([name, tensor]) => [name, new ort.Tensor('float32', tensor.data, tensor.shape)] as const,
  );
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  return results;
}

const valuesOf = (results: Values, name: string) => results[name]?.data as Float32Array;

/** Mean, standard deviation and the first four values. */
function statisticsOf(values: Float32Array): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return [mean, Math.sqrt(variance), ...values.slice(0, 4)];
}

function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): string | undefined {
  checked++;
  worstError = Math.max(worstError, maxAbsDifference(actual, expected));
  return describeDifference(actual, expected, BACKENDS);
}

describe.each(cases)('SAMed ViT-B at $side', ({ side, size, configuration, source, image }) => {
  it('has the weights that the reference had', () => {
    for (const [name, expected] of Object.entries(size.weights_first16 ?? {})) {
      const { data } = synthWeight(name, source.tensors.get(name)?.shape ?? [], salt);
      expect(data.slice(0, expected.length)).toEqual(Float32Array.from(expected));
    }
  });

  it('has the embedding and the logits of PyTorch', { timeout: TIMEOUT_MS }, async () => {
    expect(describeDifference(image.data.slice(0, 8), size.image_first8, POINTWISE_F32)).toBeUndefined();
    const stored = readNpz(new Uint8Array(readFileSync(join(folder, `outputs_${side}.npz`))));
    const expected = (name: string) => Float64Array.from(stored.read(name).values, Number);

    const blocks = Object.entries(size.block_stats_mean_std_first4);
    const taps = blocks.map(([name]) => [name, valueOfActivation(name) ?? name]);
    const whole = createSamedEncoder(configuration);
    const own = whole.outputs.map(({ name, value }) => [name, value]);
    const encoder = prune(whole, Object.fromEntries([...own, ...taps]) as Record<string, string>);
    const adapters = await packAdapters(
      {
        read: async (name) => ({
          shape: source.tensors.get(name)?.shape ?? [],
          data: await source.read(name),
        }),
      },
      configuration,
    );
    const encoded = await run(encoder, source, { image, ...adapters });
    const statistics = blocks.map(([name]) => statisticsOf(valuesOf(encoded, name)));
    expect(
      difference(
        statistics.flat(),
        blocks.flatMap(([, values]) => values),
      ),
    ).toBeUndefined();
    const embedding = valuesOf(encoded, 'image_embeddings');
    // Only the larger size's embedding is stored.
    const storedEmbedding = stored.keys.filter((name) => name === 'image_embeddings').map(expected);
    expect(storedEmbedding.map((values) => difference(embedding, values) ?? 'equal')).toEqual(
      storedEmbedding.map(() => 'equal'),
    );

    const grid = gridOf(configuration);
    const decoded = await run(createSamedDecoder(configuration), source, {
      image_embeddings: { shape: [1, configuration.embeddingDim, grid, grid], data: embedding },
    });
    const logits = valuesOf(decoded, 'low_res_logits');
    expect(difference(logits, expected('low_res_logits'))).toBeUndefined();
    expect(difference(valuesOf(decoded, 'iou_predictions'), expected('iou_predictions'))).toBeUndefined();

    const classes = upsampleArgmax(logits, configuration.maskTokens, 4 * grid, 4 * grid, side);
    const counts = size.argmax_histogram.map((_, label) => classes.filter((value) => value === label).length);
    expect(
      describeDifference(counts, size.argmax_histogram, { abs: TIED_FRACTION * side ** 2, rel: 0 }),
    ).toBeUndefined();
  });
});

it('finds sizes to check', () => {
  expect(cases.length).toBeGreaterThan(0);
});
