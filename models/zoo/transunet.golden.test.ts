/** Small TransUNets against PyTorch, in the oracle and through onnxruntime-web on WebAssembly (goldens, section 12). */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web/wasm';
import { afterAll, describe, expect, it } from 'vitest';

import { goldensFolder, reportGolden } from '../../core/goldens.ts';
import { describeDifference, maxAbsDifference, STORED_F16, TRANSUNET_LOGITS } from '../../core/testing.ts';
import { lowerToOnnx } from '../onnx/lower.ts';
import { interpret } from '../reference/interpret.ts';
import { foldNorms } from '../rewrite/fold-norms.ts';
import { readTransUnetCases } from '../testing/transunet-golden.ts';

ort.env.wasm.numThreads = 1;

const folder = goldensFolder('transunet-tiny');
const cases = await readTransUnetCases(async (file) => new Uint8Array(await readFile(join(folder, file))));
let checked = 0;
let worstError = 0;

afterAll(() => reportGolden('transunet-tiny (logits)', checked, worstError));

describe.each(cases)('the small TransUNet $name', ({ model, unused, image, logits }) => {
  const difference = (actual: ArrayLike<number>) => {
    checked++;
    worstError = Math.max(worstError, maxAbsDifference(actual, logits.data));
    return describeDifference(actual, logits.data, TRANSUNET_LOGITS);
  };

  it('uses every tensor of the checkpoint but the counters of batches', () => {
    expect(unused.filter((name) => !name.endsWith('num_batches_tracked'))).toEqual([]);
  });

  it('has the logits of PyTorch in the oracle', () => {
    const actual = interpret(model, { image })['logits'];
    expect(actual?.shape).toEqual(logits.shape);
    expect(difference(actual?.data ?? [])).toBeUndefined();
  });

  it('has them in the oracle with its norms folded', () => {
    const folded = foldNorms(model);
    const kinds = new Set(folded.graph.nodes.map(({ kind }) => kind));
    expect(kinds.has('batchNorm') || kinds.has('weightStandardize')).toBe(false);
    expect(difference(interpret(folded, { image })['logits']?.data ?? [])).toBeUndefined();
  });

  /** The logits of an ONNX file of the model. */
  const run = async (bytes: Uint8Array) => {
    const session = await ort.InferenceSession.create(bytes);
    const output = await session.run({ image: new ort.Tensor('float32', image.data, image.shape) });
    await session.release();
    expect(output['logits']?.dims).toEqual(logits.shape);
    return output['logits']?.data as Float32Array;
  };

  it.each([
    ['as it is', (given: typeof model) => given],
    ['with its norms folded', foldNorms],
  ])('has them on WebAssembly %s', async (_, rewrite) => {
    expect(difference(await run(lowerToOnnx(rewrite(model))))).toBeUndefined();
  });

  it('has them roughly in half precision', async () => {
    const actual = await run(lowerToOnnx(foldNorms(model), 'f16'));
    expect(describeDifference(actual, logits.data, STORED_F16)).toBeUndefined();
  });
});

it('finds small TransUNets to check', () => {
  expect(cases.length).toBeGreaterThan(0);
});
