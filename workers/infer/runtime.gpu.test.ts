/** onnxruntime-web on our own WebGPU device, operation by operation, against the float64 interpreter. */
import * as ort from 'onnxruntime-web/webgpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { BACKENDS, describeDifference, REDUCED_F32 } from '../../core/testing.ts';
import { createGraphBuilder } from '../../models/graph/builder.ts';
import { lowerToOnnx } from '../../models/onnx/lower.ts';
import { interpret } from '../../models/reference/interpret.ts';
import { opCases } from '../../models/reference/op-cases.ts';
import { randomInputs } from '../../models/reference/op-cases/op-case.ts';
import { createBaselineSegmenter } from '../../models/zoo/baseline-segmenter.ts';
import { createFilterBank } from '../../models/zoo/filter-bank.ts';
import { type Runtime, sessionOptions, startRuntime } from './runtime.ts';
import { selfTestImage } from './self-test.ts';

/** STORAGE | COPY_DST | COPY_SRC: TypeScript's library has no names for WebGPU's flags. */
const BUFFER_USAGE = 0x80 | 0x08 | 0x04;

let runtime: Runtime;

beforeAll(async () => {
  runtime = await startRuntime('webgpu');
});
afterAll(() => {
  runtime.dispose();
});

describe('the WebGPU runtime', () => {
  it('says which adapter it runs on', () => {
    expect(runtime.report).toMatchObject({ provider: 'webgpu', crossOriginIsolated: true });
    expect(runtime.report.adapter).not.toBe('');
    expect(runtime.report.limits['maxBufferSize']).toBeGreaterThan(0);
  });

  for (const { name, model } of opCases) {
    it(`runs ${name} as the interpreter does`, async () => {
      const session = await runtime.createSession(lowerToOnnx(model), 'webgpu');
      for (const batchSize of [1, 3]) {
        const inputs = randomInputs(model, batchSize);
        const { out } = await session.run(inputs);
        const expected = interpret(model, inputs)['out'];
        expect(out?.shape).toEqual(expected?.shape);
        expect(describeDifference(out?.data ?? [], expected?.data ?? [], REDUCED_F32)).toBeUndefined();
      }
      await session.release();
    });
  }

  for (const [name, create] of [
    ['baseline segmenter', createBaselineSegmenter],
    ['filter bank', createFilterBank],
  ] as const) {
    it(`runs the ${name} as the interpreter does`, async () => {
      const model = create();
      const session = await runtime.createSession(lowerToOnnx(model), 'webgpu');
      const side = model.graph.inputs[0]?.shape[3] as number;
      const images = [selfTestImage(side, 1), selfTestImage(side, 2)];
      const image = {
        shape: [images.length, 1, side, side],
        data: Float32Array.from(images.flatMap((pixels) => Array.from(pixels))),
      };
      const [actual] = Object.values(await session.run({ image }));
      const [expected] = Object.values(interpret(model, { image }));
      expect(actual?.shape).toEqual(expected?.shape);
      expect(describeDifference(actual?.data ?? [], expected?.data ?? [], BACKENDS)).toBeUndefined();
      await session.release();
    });
  }

  it('takes a buffer of our own device as input', async () => {
    const [opCase] = opCases;
    const device = runtime.gpu?.device;
    if (opCase === undefined || device === undefined) throw new Error('no device');
    const inputs = randomInputs(opCase.model, 1);
    const { shape, data } = inputs['x'] ?? { shape: [], data: new Float32Array() };
    const buffer = device.createBuffer({
      label: 'input of ours',
      size: data.byteLength,
      usage: BUFFER_USAGE,
    });
    device.queue.writeBuffer(buffer, 0, data);
    const session = await ort.InferenceSession.create(
      lowerToOnnx(opCase.model),
      sessionOptions('webgpu', runtime.gpu),
    );
    const x = ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: [...shape] });
    const { out } = await session.run({ x });
    const expected = interpret(opCase.model, inputs)['out'];
    expect(describeDifference(out?.data as Float32Array, expected?.data ?? [], REDUCED_F32)).toBeUndefined();
    await session.release();
    buffer.destroy();
  });

  for (const provider of ['webgpu', 'wasm'] as const) {
    it(`passes what one network makes to the next, with inputs that never change, on ${provider}`, async () => {
      const first = createGraphBuilder('first');
      const x = first.input('x', ['N', 2]);
      const shift = first.input('shift', [1, 2]);
      const between = first.op('binary', 'sum', [x, shift], { function: 'add' });
      const second = createGraphBuilder('second');
      const y = second.op('affine', 'scaled', [second.input('between', ['N', 2])], { scale: 10, shift: 0 });
      const session = await runtime.createPipeline(
        [
          {
            graph: lowerToOnnx({ graph: first.build({ between }), params: new Map() }),
            constants: { shift: { shape: [1, 2], data: Float32Array.of(1, 2) } },
          },
          { graph: lowerToOnnx({ graph: second.build({ y }), params: new Map() }), constants: {} },
        ],
        provider,
      );
      // Twice: what passed between the networks the first time has been let go of.
      for (const value of [3, 4]) {
        const outputs = await session.run({ x: { shape: [1, 2], data: Float32Array.of(value, value) } });
        expect(Object.keys(outputs)).toEqual(['y']);
        expect(Array.from(outputs['y']?.data ?? [])).toEqual([10 * (value + 1), 10 * (value + 2)]);
      }
      await session.release();
    });
  }

  it('runs one thing at a time when asked for several', async () => {
    const [opCase] = opCases;
    if (opCase === undefined) throw new Error('no case');
    const session = await runtime.createSession(lowerToOnnx(opCase.model), 'webgpu');
    const inputs = randomInputs(opCase.model, 2);
    const results = await Promise.all(Array.from({ length: 4 }, () => session.run(inputs)));
    const expected = interpret(opCase.model, inputs)['out'];
    for (const { out } of results) {
      expect(describeDifference(out?.data ?? [], expected?.data ?? [], REDUCED_F32)).toBeUndefined();
    }
    await session.release();
  });
});
