/** A model whose weights lie in a file of their own, given to both providers as a blob. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { createGraphBuilder } from '../../models/graph/builder.ts';
import { weightsOf } from '../../models/graph/params.ts';
import { dataFileName, layOutOnnx, writeOnnx } from '../../models/onnx/write.ts';
import { createMemoryFolder } from '../../models/testing/memory-folder.ts';
import { type Runtime, type SessionStage, startRuntime } from './runtime.ts';

/** Weights that take 36 MiB, over the limit of one file. */
const COUNT = 9 * 2 ** 20;
const FILE = 'wide.onnx';
/** Every element by its place, so that one read from elsewhere is seen. */
const weights = Float32Array.from({ length: COUNT }, (_, index) => index);

let runtime: Runtime;
let stage: SessionStage;
beforeAll(async () => {
  runtime = await startRuntime('webgpu');
  const builder = createGraphBuilder('wide');
  const operands = [builder.input('x', ['N', 1]), builder.parameter('w', [1, COUNT])];
  const graph = builder.build({ out: builder.op('binary', 'sum', operands, { function: 'add' }) });
  const params = new Map([['w', { shape: [1, COUNT], data: weights }]]);
  const folder = createMemoryFolder();
  const { signal } = new AbortController();
  const layout = layOutOnnx(graph, 'f32');
  await writeOnnx(layout, weightsOf(params), FILE, folder.create, signal, () => {});
  const name = dataFileName(FILE);
  stage = {
    graph: folder.read(FILE),
    weights: [{ name, file: new Blob([folder.read(name)]) }],
    constants: {},
  };
});
afterAll(() => {
  runtime.dispose();
});

it.each(['wasm', 'webgpu'] as const)('is run by %s', async (provider) => {
  const pipeline = await runtime.createPipeline([stage], provider);
  const { out } = await pipeline.run({ x: { shape: [1, 1], data: Float32Array.of(1) } });
  expect(out?.shape).toEqual([1, COUNT]);
  // Below 2^24 every whole number is one of f32.
  expect(out?.data.findIndex((value, index) => value !== index + 1)).toBe(-1);
  await pipeline.release();
});
