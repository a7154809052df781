/** A model whose weights lie in a file of their own, given to both providers as a blob, against the one-file form. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { BACKENDS, describeDifference } from '../../core/testing.ts';
import { createGraphBuilder } from '../../models/graph/builder.ts';
import { weightsOf } from '../../models/graph/params.ts';
import { lowerToOnnx } from '../../models/onnx/lower.ts';
import { dataFileName, layOutOnnx, writeOnnx } from '../../models/onnx/write.ts';
import { createMemoryFolder } from '../../models/testing/memory-folder.ts';
import { randomTensor } from '../../models/reference/op-cases/op-case.ts';
import { type Runtime, startRuntime } from './runtime.ts';

/** Channels of a 1x1 convolution whose weights take 36 MiB, over the limit of one file. */
const WIDTH = 3_072;
const FILE = 'wide.onnx';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await startRuntime('webgpu');
});
afterAll(() => {
  runtime.dispose();
});

function wideModel() {
  const builder = createGraphBuilder('wide');
  const operands = [builder.input('x', ['N', WIDTH, 1, 1]), builder.parameter('w', [WIDTH, WIDTH, 1, 1])];
  const out = builder.op('conv2d', 'conv', operands, { stride: 1, padding: [0, 0] });
  const weight = randomTensor(['N', WIDTH, 1, 1], WIDTH, 'w');
  return { graph: builder.build({ out }), params: new Map([['w', weight]]) };
}

it.each(['wasm', 'webgpu'] as const)('is run by %s', async (provider) => {
  const model = wideModel();
  const folder = createMemoryFolder();
  const { signal } = new AbortController();
  await writeOnnx(
    layOutOnnx(model.graph, 'f32'),
    weightsOf(model.params),
    FILE,
    folder.create,
    signal,
    () => {},
  );
  const name = dataFileName(FILE);
  const weights = [{ name, file: new Blob([folder.read(name)]) }];
  const pipeline = await runtime.createPipeline(
    [{ graph: folder.read(FILE), weights, constants: {} }],
    provider,
  );
  const whole = await runtime.createSession(lowerToOnnx(model), 'wasm');
  const x = randomTensor(['N', WIDTH, 1, 1], 2, 'x');
  const [actual, expected] = [await pipeline.run({ x }), await whole.run({ x })];
  expect(actual['out']?.shape).toEqual([2, WIDTH, 1, 1]);
  expect(
    describeDifference(actual['out']?.data ?? [], expected['out']?.data ?? [], BACKENDS),
  ).toBeUndefined();
  await pipeline.release();
  await whole.release();
});
