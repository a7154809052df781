/** Every operation, written as ONNX and run by onnxruntime-web on WebAssembly, against the float64 interpreter. */
import * as ort from 'onnxruntime-web/wasm';
import { expect, it } from 'vitest';

import { REDUCED_F32, describeDifference } from '../../core/testing.ts';
import { interpret } from '../reference/interpret.ts';
import { opCases } from '../reference/op-cases.ts';
import { randomInputs } from '../reference/op-cases/op-case.ts';
import { lowerToOnnx } from './lower.ts';

ort.env.wasm.numThreads = 1;

for (const { name, model } of opCases) {
  it(`runs ${name} as the interpreter does`, async () => {
    const session = await ort.InferenceSession.create(lowerToOnnx(model));
    for (const batchSize of [1, 3]) {
      const inputs = randomInputs(model, batchSize);
      const feeds = Object.fromEntries(
        Object.entries(inputs).map(([key, { shape, data }]) => [key, new ort.Tensor('float32', data, shape)]),
      );
      const { out } = await session.run(feeds);
      const expected = interpret(model, inputs)['out'];
      expect(out?.dims).toEqual(expected?.shape);
      expect(
        describeDifference(out?.data as Float32Array, expected?.data ?? [], REDUCED_F32),
      ).toBeUndefined();
    }
    await session.release();
  });
}
