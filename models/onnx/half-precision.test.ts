/** Half precision: every operation run by onnxruntime against the interpreter, and which values are kept in f32. */
import * as ort from 'onnxruntime-web/wasm';
import { describe, expect, it } from 'vitest';

import { STORED_F16, describeDifference } from '../../core/testing.ts';
import { createGraphBuilder } from '../graph/builder.ts';
import { interpret } from '../reference/interpret.ts';
import { opCases } from '../reference/op-cases.ts';
import { randomInputs } from '../reference/op-cases/op-case.ts';
import { lowerGraph, lowerToOnnx } from './lower.ts';

ort.env.wasm.numThreads = 1;

describe('half precision on WebAssembly, which computes it in f32 and rounds', () => {
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

describe('what half precision leaves in f32', () => {
  /** A convolution added to its input, then the logarithm of the sum. */
  function residual() {
    const graph = createGraphBuilder('residual');
    const x = graph.input('x', ['N', 3, 7, 7]);
    const weight = graph.parameter('weight', [3, 3, 1, 1]);
    const branch = graph.op('conv2d', 'branch', [x, weight], { stride: 1, padding: [0, 0] });
    const sum = graph.op('binary', 'sum', [x, branch], { function: 'add' });
    const scaled = graph.op('affine', 'scaled', [branch], { scale: 2, shift: 3 });
    return graph.build({ logarithm: graph.op('unary', 'log', [sum], { function: 'log' }), scaled, branch });
  }

  it('casts at the borders: products in f16, residual sums and logarithms in f32', () => {
    const { operators, weights, constants } = lowerGraph(residual(), 'f16');
    expect(
      operators.map(({ operator, inputs, outputs }) => `${outputs.join()} = ${operator}(${inputs.join()})`),
    ).toEqual([
      'x.float16 = Cast(x)',
      'branch.float16 = Conv(x.float16,weight)',
      'branch = Cast(branch.float16)',
      'sum = Add(x,branch)',
      'scaled.scaled = Mul(branch.float16,scaled.scale)',
      'scaled.float16 = Add(scaled.scaled,scaled.shift)',
      'scaled = Cast(scaled.float16)',
      'log = Log(sum)',
      'logarithm = Identity(log)',
    ]);
    expect(weights.map(({ elementType }) => elementType)).toEqual(['float16']);
    expect(constants.map(({ elementType }) => elementType)).toEqual(['float16', 'float16']);
  });

  it('changes nothing in full precision', () => {
    const { operators, weights } = lowerGraph(residual(), 'f32');
    expect(operators.some(({ operator }) => operator === 'Cast')).toBe(false);
    expect(weights.map(({ elementType }) => elementType)).toEqual(['float32']);
  });
});
