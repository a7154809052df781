/** Models too large for one file: written weight by weight, read by onnxruntime, in full and in half precision. */
import * as ort from 'onnxruntime-web/wasm';
import { describe, expect, it } from 'vitest';

import { EXACT, describeDifference } from '../../core/testing.ts';
import { createGraphBuilder } from '../graph/builder.ts';
import type { Graph, Model, Tensor } from '../graph/graph.ts';
import { type WeightSource, weightsOf } from '../graph/params.ts';
import { randomTensor } from '../reference/op-cases/op-case.ts';
import { inspectOnnx } from './inspect.ts';
import { lowerToOnnx, type Precision } from './lower.ts';
import { createMemoryFolder } from '../testing/memory-folder.ts';
import { dataFileName, layOutOnnx, writeOnnx } from './write.ts';

ort.env.wasm.numThreads = 1;
/** Two 1x1 convolutions; the weights of the first take 36 MiB, over the limit of one file. */
const WIDTH = 3_072;

function largeModel(): Model {
  const graph = createGraphBuilder('large');
  const convolution = (name: string, from: ReturnType<typeof graph.input>, count: number) =>
    graph.op(
      'conv2d',
      name,
      [
        from,
        graph.parameter(`${name}.weight`, [count, WIDTH, 1, 1]),
        graph.parameter(`${name}.bias`, [count]),
      ],
      { stride: 1, padding: [0, 0] },
    );
  const hidden = convolution('first', graph.input('x', ['N', WIDTH, 1, 1]), WIDTH);
  const built = graph.build({ out: convolution('second', hidden, 5) });
  return { graph: built, params: paramsOf(built) };
}

function paramsOf(graph: Graph): ReadonlyMap<string, Tensor> {
  return new Map(
    graph.parameters.map(({ name, shape }) => {
      const tensor = randomTensor(shape, 1, name);
      return [name, { ...tensor, data: tensor.data.map((value) => (value - 0.75) / 32) }];
    }),
  );
}

const model = largeModel();
const FILE = 'large.onnx';
const DATA_FILE = dataFileName(FILE);

async function write(precision: Precision, weights: WeightSource, signal = new AbortController().signal) {
  const folder = createMemoryFolder();
  const layout = layOutOnnx(model.graph, precision);
  const written: number[] = [];
  await writeOnnx(layout, weights, FILE, folder.create, signal, (bytes) => written.push(bytes));
  return { folder, layout, written };
}

async function run(bytes: Uint8Array, options: ort.InferenceSession.SessionOptions = {}) {
  const session = await ort.InferenceSession.create(bytes, options);
  const { shape, data } = randomTensor(['N', WIDTH, 1, 1], 2, 'x');
  const { out } = await session.run({ x: new ort.Tensor('float32', data, shape) });
  await session.release();
  return out?.data as Float32Array;
}

describe('a model beyond the size of one file', () => {
  it('is read by onnxruntime from both files, with the numbers of the one-file form', async () => {
    const { folder, layout, written } = await write('f32', weightsOf(model.params));
    const graph = folder.read(FILE);
    const data = folder.read(DATA_FILE);
    expect(inspectOnnx(graph).dataFiles).toEqual([DATA_FILE]);
    // The bias of five values stays in the graph's file; all other weights begin on a page.
    expect(layout.offsets.size).toBe(3);
    expect([...layout.offsets.values()].every((offset) => offset % 4096 === 0)).toBe(true);
    expect(data).toHaveLength(layout.dataBytes);
    expect(graph.length).toBeLessThan(4096);
    expect(written.reduce((sum, bytes) => sum + bytes, 0)).toBe(layout.weightBytes);

    const actual = await run(graph, { externalData: [{ path: DATA_FILE, data }] });
    expect(describeDifference(actual, await run(lowerToOnnx(model)), EXACT)).toBeUndefined();
  });

  it('takes half the bytes in half precision, and is then one file', async () => {
    const { layout: full } = await write('f32', weightsOf(model.params));
    const { folder, layout } = await write('f16', weightsOf(model.params));
    // Biases stay as they are.
    const biasBytes = 4 * (WIDTH + 5);
    expect(layout.weightBytes).toBe((full.weightBytes - biasBytes) / 2 + biasBytes);
    expect(folder.names()).toEqual([FILE]);
    const expected = await run(lowerToOnnx(model, 'f16'));
    expect(describeDifference(await run(folder.read(FILE)), expected, EXACT)).toBeUndefined();
  });

  it('reads every weight once, never one before the last is written', async () => {
    const source = weightsOf(model.params);
    const events: string[] = [];
    const layout = layOutOnnx(model.graph, 'f32');
    const folder = createMemoryFolder();
    await writeOnnx(
      layout,
      {
        read(name) {
          events.push(`read ${name}`);
          return source.read(name);
        },
      },
      FILE,
      folder.create,
      new AbortController().signal,
      () => events.push('written'),
    );
    expect(events).toEqual(model.graph.parameters.flatMap(({ name }) => [`read ${name}`, 'written']));
  });

  it('stops between weights when cancelled, with every file closed', async () => {
    const controller = new AbortController();
    const folder = createMemoryFolder();
    const writing = writeOnnx(
      layOutOnnx(model.graph, 'f32'),
      weightsOf(model.params),
      FILE,
      folder.create,
      controller.signal,
      () => controller.abort(),
    );
    await expect(writing).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(folder.openCount()).toBe(0);
    expect(folder.names()).toEqual([DATA_FILE]);
  });

  it('names the weight that has another shape, or is too large for half precision', async () => {
    const replaced = (name: string, tensor: Tensor) => weightsOf(new Map([...model.params, [name, tensor]]));
    const misshaped = replaced('second.bias', { shape: [4], data: new Float32Array(4) });
    await expect(write('f32', misshaped)).rejects.toThrow("'second.bias' is [4]");
    const values = new Float32Array(5 * WIDTH).fill(-65_505, 7, 8);
    const large = replaced('second.weight', { shape: [5, WIDTH, 1, 1], data: values });
    await expect(write('f16', large)).rejects.toThrow(
      expect.objectContaining({
        code: 'onnx/f16-overflow',
        context: { weight: 'second.weight', largest: 65_505 },
      }),
    );
    await expect(write('f32', large)).resolves.toBeDefined();
  });
});
