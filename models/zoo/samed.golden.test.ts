/** The small SAMed against PyTorch, in the oracle and through onnxruntime-web on WebAssembly (goldens, section 1). */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web/wasm';
import { afterAll, describe, expect, it } from 'vitest';

import { goldensFolder, reportGolden } from '../../core/goldens.ts';
import { resizeBilinear } from '../../core/imaging/resize.ts';
import { describeDifference, maxAbsDifference, SAMED_TINY } from '../../core/testing.ts';
import type { Graph, Tensor } from '../graph/graph.ts';
import { weightsOf } from '../graph/params.ts';
import { elementCount } from '../graph/shape.ts';
import { lowerToOnnx } from '../onnx/lower.ts';
import { interpret, type ReferenceInput } from '../reference/interpret.ts';
import { prune } from '../rewrite/prune.ts';
import { readSamedGolden, valueOfActivation } from '../testing/samed-golden.ts';
import { packAdapters } from './samed-adapters.ts';
import { gridOf } from './samed-configuration.ts';
import { DENSE_POSITIONS } from './samed-positions.ts';
import { createSamed, createSamedDecoder, createSamedEncoder } from './samed.ts';

ort.env.wasm.numThreads = 1;

const folder = goldensFolder('samed-tiny');
const golden = await readSamedGolden(async (file) => new Uint8Array(await readFile(join(folder, file))));
const { configuration, params, image, activations, outputs } = golden;
const graphOutputs = [...outputs.keys()].filter((name) => name !== 'masks');
const graphActivations = [...activations.keys()].filter((name) => name !== 'dense_pe');
let checked = 0;
let worstError = 0;

afterAll(() => reportGolden('samed-tiny (forward)', checked, worstError));

function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): string | undefined {
  checked++;
  worstError = Math.max(worstError, maxAbsDifference(actual, expected));
  return describeDifference(actual, expected, SAMED_TINY);
}

type Results = Readonly<Record<string, ReferenceInput>>;

/** What differs between results and the reference's tensors, a sentence each; of a stored activation the first image. */
function differences(
  results: Results,
  names: readonly string[],
  expected: ReadonlyMap<string, Tensor>,
): string[] {
  expect(names.length).toBeGreaterThan(0);
  return names.flatMap((name) => {
    const { shape, data } = expected.get(name) ?? { shape: [], data: [] };
    const actual = results[name] ?? { shape: [], data: [] };
    if (String(actual.shape.slice(-shape.length)) !== String(shape))
      return [`${name} is [${actual.shape.join()}]`];
    const problem = difference(Array.from(actual.data).slice(0, elementCount(shape)), data);
    return problem === undefined ? [] : [`${name}: ${problem}`];
  });
}

/** SAMed with every stored activation among its outputs. */
function tappedGraph(): Graph {
  const graph = createSamed(configuration);
  const taps = graphActivations.map((name) => [name, valueOfActivation(name) ?? name]);
  const own = graph.outputs.map(({ name, value }) => [name, value]);
  return prune(graph, Object.fromEntries([...taps, ...own]) as Record<string, string>);
}

async function runOnnx(graph: Graph, inputs: Readonly<Record<string, Tensor>>): Promise<Results> {
  const session = await ort.InferenceSession.create(lowerToOnnx({ graph, params }));
  const feeds = Object.entries(inputs).map(
    ([name, { data, shape }]) => [name, new ort.Tensor('float32', data, shape)] as const,
  );
  const results = Object.entries(await session.run(Object.fromEntries(feeds)));
  await session.release();
  return Object.fromEntries(
    results.map(([name, { data, dims }]) => [name, { data: data as Float32Array, shape: dims }]),
  );
}

describe.each([
  ['in the oracle', (graph: Graph) => interpret({ graph, params }, { image })],
  ['on WebAssembly', (graph: Graph) => runOnnx(graph, { image })],
] as const)('the small SAMed %s', (_, run) => {
  it('has every activation of PyTorch', async () => {
    const results = await run(tappedGraph());
    expect(differences(results, graphActivations, activations)).toEqual([]);
    expect(differences(results, graphOutputs, outputs)).toEqual([]);
  });
});

describe('the small SAMed in two parts', () => {
  it('takes its adapters as inputs and has the outputs of PyTorch', async () => {
    const encoder = createSamedEncoder(configuration);
    expect(encoder.parameters.filter(({ name }) => name.startsWith('w_'))).toEqual([]);
    const adapters = await packAdapters(weightsOf(params), configuration);
    const encoded = await runOnnx(encoder, { image, ...adapters });
    expect(differences(encoded, ['image_embeddings'], outputs)).toEqual([]);
    const decoded = await runOnnx(createSamedDecoder(configuration), {
      image_embeddings: encoded['image_embeddings'] as Tensor,
    });
    expect(differences(decoded, ['low_res_logits', 'iou_predictions'], outputs)).toEqual([]);
  });

  it('uses every tensor of the checkpoint but those of prompts', () => {
    const used = new Set(createSamed(configuration).parameters.map(({ name }) => name));
    const unused = [...params.keys()].filter((name) => !used.has(name));
    expect(
      unused.filter((name) => !name.startsWith('prompt_encoder.') || name.includes('no_mask_embed')),
    ).toEqual([]);
  });
});

describe('around the graph', () => {
  it('computes the position encoding of PyTorch from its matrix', () => {
    const grid = gridOf(configuration);
    const { data } = params.get(DENSE_POSITIONS) ?? { data: new Float32Array() };
    const expected = activations.get('dense_pe');
    // The graph wants tokens [g*g,E]; PyTorch kept a map [E,g,g].
    const channels = data.length / grid ** 2;
    const map = data.map((_, i) => data[(i % grid ** 2) * channels + Math.floor(i / grid ** 2)] as number);
    expect(difference(map, expected?.data ?? [])).toBeUndefined();
  });

  it('enlarges logits to the masks of PyTorch', () => {
    const logits = outputs.get('low_res_logits');
    const masks = outputs.get('masks');
    const [planes, side] = [elementCount(logits?.shape.slice(0, 2) ?? []), logits?.shape[2] ?? 0];
    for (let plane = 0; plane < planes; plane++) {
      const low = logits?.data.subarray(plane * side ** 2, (plane + 1) * side ** 2) ?? [];
      const full = configuration.side;
      const expected = masks?.data.subarray(plane * full ** 2, (plane + 1) * full ** 2) ?? [];
      const enlarged = resizeBilinear(Float64Array.from(low), side, side, full, full);
      expect(difference(enlarged, expected)).toBeUndefined();
    }
  });
});
