/** Half precision: every operation run by onnxruntime against the interpreter, and which weights are halves. */
import * as ort from 'onnxruntime-web/wasm';
import { describe, expect, it } from 'vitest';

import { STORED_F16, describeDifference } from '../../core/testing.ts';
import { createGraphBuilder } from '../graph/builder.ts';
import { interpret } from '../reference/interpret.ts';
import { opCases } from '../reference/op-cases.ts';
import { randomInputs } from '../reference/op-cases/op-case.ts';
import { lowerGraph, lowerToOnnx } from './lower.ts';

ort.env.wasm.numThreads = 1;

describe('half precision on WebAssembly', () => {
  for (const { name, model } of opCases) {
    it(`runs ${name} as the interpreter does`, async () => {
      const session = await ort.InferenceSession.create(lowerToOnnx(model, 'f16'));
      const inputs = randomInputs(model, 2);
      const feeds = Object.fromEntries(
        Object.entries(inputs).map(([key, { shape, data }]) => [key, new ort.Tensor('float32', data, shape)]),
      );
      const { out } = await session.run(feeds);
      const expected = interpret(model, inputs)['out'];
      expect(out?.type).toBe('float32');
      expect(out?.dims).toEqual(expected?.shape);
      expect(describeDifference(out?.data as Float32Array, expected?.data ?? [], STORED_F16)).toBeUndefined();
      await session.release();
    });
  }
});

describe('what half precision changes', () => {
  /** Two convolutions with one kernel, the second of the first's result with a bias, and a product with a matrix. */
  function network() {
    const graph = createGraphBuilder('network');
    const x = graph.input('x', ['N', 3, 7, 7]);
    const kernel = graph.parameter('kernel', [3, 3, 1, 1]);
    const bias = graph.parameter('bias', [3]);
    const matrix = graph.parameter('matrix', [5, 7]);
    const once = graph.op('conv2d', 'once', [x, kernel], { stride: 1, padding: [0, 0] });
    const twice = graph.op('conv2d', 'twice', [once, kernel, bias], { stride: 1, padding: [0, 0] });
    const moved = graph.op('affine', 'moved', [twice], { scale: 2, shift: 3 });
    return graph.build({ y: graph.op('linear', 'product', [moved, matrix], { bias: false, adapters: [] }) });
  }

  it('widens each weight of a product once, before it is used, and computes in f32', () => {
    const { operators, weights, constants } = lowerGraph(network(), 'f16');
    expect(
      operators.map(({ operator, inputs, outputs }) => `${outputs.join()} = ${operator}(${inputs.join()})`),
    ).toEqual([
      'kernel.f32 = Cast(kernel)',
      'once = Conv(x,kernel.f32)',
      'twice = Conv(once,kernel.f32,bias)',
      'moved.scaled = Mul(twice,moved.scale)',
      'moved = Add(moved.scaled,moved.shift)',
      'matrix.transposed.f32 = Cast(matrix.transposed)',
      'product = MatMul(moved,matrix.transposed.f32)',
      'y = Identity(product)',
    ]);
    expect(weights.map(({ name, elementType }) => `${name} ${elementType}`)).toEqual([
      'kernel float16',
      'bias float32',
      'matrix.transposed float16',
    ]);
    expect(constants.every(({ elementType }) => elementType === 'float32')).toBe(true);
  });

  it('changes nothing in full precision', () => {
    const { operators, weights } = lowerGraph(network(), 'f32');
    expect(operators.some(({ operator }) => operator === 'Cast')).toBe(false);
    expect(new Set(weights.map(({ elementType }) => elementType))).toEqual(new Set(['float32']));
  });
});
