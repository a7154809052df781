/** Small TransUNets on WebGPU, exported as they are for inference, against PyTorch (goldens, section 12). */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { describeDifference, TRANSUNET_LOGITS } from '../../core/testing.ts';
import { lowerToOnnx } from '../../models/onnx/lower.ts';
import { foldNorms } from '../../models/rewrite/fold-norms.ts';
import { fetchGolden } from '../../models/testing/fetch-golden.ts';
import { readTransUnetCases } from '../../models/testing/transunet-golden.ts';
import { type Runtime, startRuntime } from './runtime.ts';

const cases = await readTransUnetCases((file) => fetchGolden('transunet-tiny', file));
let runtime: Runtime;

beforeAll(async () => {
  runtime = await startRuntime('webgpu');
});
afterAll(() => {
  runtime.dispose();
});

it.each(cases)('the small TransUNet $name has the logits of PyTorch', async ({ model, image, logits }) => {
  const session = await runtime.createSession(lowerToOnnx(foldNorms(model)), 'webgpu');
  const output = await session.run({ image });
  expect(output['logits']?.shape).toEqual(logits.shape);
  expect(describeDifference(output['logits']?.data ?? [], logits.data, TRANSUNET_LOGITS)).toBeUndefined();
  await session.release();
});

it('finds small TransUNets to check', () => {
  expect(cases.length).toBeGreaterThan(0);
});
