/** The kernels of the norms of maps and weights against the float64 oracle, at odd sizes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { REDUCED_F32 } from '../../../core/testing.ts';
import type { Tensor } from '../../../models/graph/graph.ts';
import { referenceResults, toTensor } from '../compare-kernel.ts';
import { type KernelHarness, normalTensor, openKernelHarness, tensorOf } from '../testing.ts';
import { normKernelRules as rules } from './map-norm.ts';

let harness: KernelHarness;

beforeAll(async () => {
  harness = await openKernelHarness();
});
afterAll(() => {
  harness.dispose();
});

/** A mean far from 0: the variance must not come from a difference of large squares. */
function spreadTensor(shape: readonly number[]): Tensor {
  const { data } = normalTensor(shape, 'x');
  return { shape, data: data.map((value) => value + 30) };
}

/** The mean and rstd that a norm of `x` kept. */
const statisticsOf = (results: readonly Parameters<typeof toTensor>[0][]) =>
  results.slice(1, 3).map(toTensor) as [Tensor, Tensor];

it.each([
  { shape: [2, 6, 5, 7], groups: 2 },
  { shape: [3, 6, 5, 7], groups: 6 },
  { shape: [1, 5, 11, 13], groups: 1 },
  { shape: [67, 2, 1, 1], groups: 1 },
])('group norm of $shape in $groups', async ({ shape, groups }) => {
  const [x, dOut] = [spreadTensor(shape), normalTensor(shape, 'dOut')];
  const [scale, shift] = [
    normalTensor([shape[1] as number], 'scale'),
    normalTensor([shape[1] as number], 'shift'),
  ];
  const forward = {
    kind: 'groupNorm',
    attributes: { groups, epsilon: 1e-3 },
    inputs: [x, scale, shift],
  } as const;
  const [mean, rstd] = statisticsOf(referenceResults(forward));
  expect(await harness.compare(rules.groupNorm, forward, REDUCED_F32)).toBeUndefined();
  expect(await harness.compare(rules.groupNorm, { ...forward, resultCount: 1 }, REDUCED_F32)).toBeUndefined();
  const attributes = { groups };
  const ofInput = {
    kind: 'groupNormInputGradient',
    attributes,
    inputs: [dOut, x, scale, mean, rstd],
  } as const;
  expect(await harness.compare(rules.groupNormInputGradient, ofInput, REDUCED_F32)).toBeUndefined();
  const ofScale = { kind: 'groupNormScaleGradient', attributes, inputs: [dOut, x, mean, rstd] } as const;
  expect(await harness.compare(rules.groupNormScaleGradient, ofScale, REDUCED_F32)).toBeUndefined();
});

describe.each([
  { shape: [3, 5, 7, 11], weights: [1, 1, 1] },
  { shape: [4, 67, 3, 3], weights: [1, 0, 0.5, 0] },
  { shape: [3, 2, 1, 1], weights: [0, 1, 0] },
  { shape: [2, 3, 5, 5], weights: [0, 0] },
])('batch norm of $shape with weights $weights', ({ shape, weights }) => {
  const c = shape[1] as number;
  const [x, dOut] = [spreadTensor(shape), normalTensor(shape, 'dOut')];
  const [scale, shift, runningMean] = ['scale', 'shift', 'mean'].map((name) => normalTensor([c], name)) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const runningVariance = tensorOf(
    [c],
    normalTensor([c], 'variance').data.map((value) => 0.5 + value ** 2),
  );
  const sampleWeight = tensorOf([weights.length], weights);
  const forward = {
    kind: 'batchNormTraining',
    attributes: { epsilon: 1e-3, momentum: 0.1 },
    inputs: [x, scale, shift, runningMean, runningVariance, sampleWeight],
  } as const;
  it('forward', async () => {
    expect(await harness.compare(rules.batchNormTraining, forward, REDUCED_F32)).toBeUndefined();
  });
  it('backward', async () => {
    const [mean, rstd] = statisticsOf(referenceResults(forward));
    const inputs = [dOut, x, scale, mean, rstd, sampleWeight];
    const ofInput = { kind: 'batchNormInputGradient', attributes: {}, inputs } as const;
    expect(await harness.compare(rules.batchNormInputGradient, ofInput, REDUCED_F32)).toBeUndefined();
    const ofScale = {
      kind: 'batchNormScaleGradient',
      attributes: {},
      inputs: [dOut, x, mean, rstd],
    } as const;
    expect(await harness.compare(rules.batchNormScaleGradient, ofScale, REDUCED_F32)).toBeUndefined();
  });
});

it.each([{ shape: [5, 3, 3, 3] }, { shape: [67, 2, 1, 1] }, { shape: [2, 7, 7, 5] }])(
  'standardised weights of $shape',
  async ({ shape }) => {
    const [weight, dOut] = [normalTensor(shape, 'weight'), normalTensor(shape, 'dOut')];
    const forward = { kind: 'weightStandardize', attributes: { epsilon: 1e-3 }, inputs: [weight] } as const;
    expect(await harness.compare(rules.weightStandardize, forward, REDUCED_F32)).toBeUndefined();
    expect(
      await harness.compare(rules.weightStandardize, { ...forward, resultCount: 1 }, REDUCED_F32),
    ).toBeUndefined();
    const inputs = [dOut, weight, ...statisticsOf(referenceResults(forward))];
    const gradient = { kind: 'weightStandardizeGradient', attributes: {}, inputs } as const;
    expect(await harness.compare(rules.weightStandardizeGradient, gradient, REDUCED_F32)).toBeUndefined();
  },
);
