/** The kernels of layer norm against the float64 oracle, at odd sizes, by both ways of sharing a row. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { REDUCED_F32 } from '../../../core/testing.ts';
import { referenceResults, toTensor } from '../compare-kernel.ts';
import { type KernelHarness, normalTensor, normalTensors, openKernelHarness } from '../testing.ts';
import { layerNormKernelRules } from './layer-norm.ts';

let harness: KernelHarness;

beforeAll(async () => {
  harness = await openKernelHarness();
});
afterAll(() => {
  harness.dispose();
});

/** Tokens, maps, one element, and more rows than a workgroup has. */
const CASES = [
  { shape: [2, 3, 37], axis: 2 },
  { shape: [3, 5, 7, 3], axis: 1 },
  { shape: [1, 1, 1], axis: 2 },
  { shape: [1, 1, 5, 5], axis: 1 },
  { shape: [67, 9], axis: 1 },
] as const;

describe.each([true, false])('layer norm, on the CPU: %s', (isSoftware) => {
  it.each(CASES)('of $shape along axis $axis', async ({ shape, axis }) => {
    const traits = { ...harness.traits, isSoftware };
    const channels = shape[axis] as number;
    const [scale, shift] = normalTensors([channels], [channels]) as [
      ReturnType<typeof normalTensor>,
      ReturnType<typeof normalTensor>,
    ];
    // A mean far from 0: the variance must not come from a difference of large squares.
    const spread = normalTensor(shape, 'x');
    const x = { shape, data: spread.data.map((value) => value + 30) };
    const dOut = normalTensor(shape, 'dOut');
    const attributes = { axis, epsilon: 1e-6 };
    const forward = { kind: 'layerNorm', attributes, inputs: [x, scale, shift] } as const;
    const [, mean, rstd] = referenceResults(forward).map(toTensor) as [typeof x, typeof x, typeof x];
    const { layerNorm, layerNormInputGradient, layerNormScaleGradient } = layerNormKernelRules;
    const tolerance = REDUCED_F32;
    expect(await harness.compare(layerNorm, forward, tolerance, traits)).toBeUndefined();
    expect(
      await harness.compare(layerNorm, { ...forward, resultCount: 1 }, tolerance, traits),
    ).toBeUndefined();
    const inputGradient = {
      kind: 'layerNormInputGradient',
      attributes: { axis },
      inputs: [dOut, x, scale, mean, rstd],
    } as const;
    expect(await harness.compare(layerNormInputGradient, inputGradient, tolerance, traits)).toBeUndefined();
    const scaleGradient = {
      kind: 'layerNormScaleGradient',
      attributes: { axis },
      inputs: [dOut, x, mean, rstd],
    } as const;
    expect(await harness.compare(layerNormScaleGradient, scaleGradient, tolerance, traits)).toBeUndefined();
  });
});
