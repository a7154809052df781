/** The small SAMed on WebGPU, encoder and decoder as they are used, against PyTorch (goldens, section 1). */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { describeDifference, HALF_MODEL_SHARE, relativeL2, SAMED_TINY } from '../../core/testing.ts';
import type { Tensor } from '../../models/graph/graph.ts';
import { weightsOf } from '../../models/graph/params.ts';
import { lowerToOnnx } from '../../models/onnx/lower.ts';
import { fetchGolden } from '../../models/testing/fetch-golden.ts';
import { readSamedGolden, valueOfActivation } from '../../models/testing/samed-golden.ts';
import { prune } from '../../models/rewrite/prune.ts';
import { packAdapters } from '../../models/zoo/samed-adapters.ts';
import { createSamed, createSamedDecoder, createSamedEncoder } from '../../models/zoo/samed.ts';
import { type Runtime, startRuntime } from './runtime.ts';

const { configuration, params, image, activations, outputs } = await readSamedGolden((file) =>
  fetchGolden('samed-tiny', file),
);
let runtime: Runtime;

beforeAll(async () => {
  runtime = await startRuntime('webgpu');
});
afterAll(() => {
  runtime.dispose();
});

/** What differs from the reference, a sentence each; of a stored activation only the first image is compared. */
function differences(
  results: Readonly<Record<string, Tensor | undefined>>,
  names: readonly string[],
  expected: ReadonlyMap<string, Tensor>,
): string[] {
  expect(names.length).toBeGreaterThan(0);
  return names.flatMap((name) => {
    const data = expected.get(name)?.data ?? new Float32Array();
    const problem = describeDifference(results[name]?.data.slice(0, data.length) ?? [], data, SAMED_TINY);
    return problem === undefined ? [] : [`${name}: ${problem}`];
  });
}

it('has every activation of PyTorch', async () => {
  const names = [...activations.keys()].filter((name) => name !== 'dense_pe');
  const taps = names.map((name) => [name, valueOfActivation(name) ?? name] as const);
  const graph = prune(createSamed(configuration), Object.fromEntries(taps));
  const session = await runtime.createSession(lowerToOnnx({ graph, params }), 'webgpu');
  const results = await session.run({ image });
  expect(differences(results, names, activations)).toEqual([]);
  await session.release();
});

it('has the outputs of PyTorch in two parts, with its adapters as inputs', async () => {
  const encoder = lowerToOnnx({ graph: createSamedEncoder(configuration), params });
  const decoder = lowerToOnnx({ graph: createSamedDecoder(configuration), params });
  const adapters = await packAdapters(weightsOf(params), configuration);
  const first = await runtime.createSession(encoder, 'webgpu');
  const { image_embeddings } = await first.run({ image, ...adapters });
  expect(differences({ image_embeddings }, ['image_embeddings'], outputs)).toEqual([]);
  if (image_embeddings === undefined) return;
  const second = await runtime.createSession(decoder, 'webgpu');
  const results = await second.run({ image_embeddings });
  expect(differences(results, ['low_res_logits', 'iou_predictions'], outputs)).toEqual([]);
  await first.release();
  await second.release();
});

it('has the logits of PyTorch roughly in half precision, on an adapter that need not compute in it', async () => {
  const model = lowerToOnnx({ graph: createSamed(configuration), params }, 'f16');
  const session = await runtime.createSession(model, 'webgpu');
  const { low_res_logits: logits } = await session.run({ image });
  const expected = outputs.get('low_res_logits')?.data ?? [];
  expect(relativeL2(logits?.data ?? [], expected)).toBeLessThan(HALF_MODEL_SHARE);
  await session.release();
});
