/** The kernels of convolutions against the float64 oracle, at odd sizes, by both tilings. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  REDUCED_F32,
  relativeL2,
  SUMMED_AT_ONCE_REL_L2,
  SUMMED_IN_PARTS_REL_L2,
} from '../../../core/testing.ts';
import { elementCount } from '../../../models/graph/shape.ts';
import { referenceResults } from '../compare-kernel.ts';
import { type KernelHarness, normalTensor, openKernelHarness } from '../testing.ts';
import { convolutionKernelRules as rules } from './conv2d.ts';

let harness: KernelHarness;

beforeAll(async () => {
  harness = await openKernelHarness();
});
afterAll(() => {
  harness.dispose();
});

/** Maps [N,C,h,w] and weights [O,C,kh,kw]; the last has rows of every tile, more than one of each, and quads that share them. */
const CASES = [
  { map: [1, 1, 1, 1], weight: [1, 1, 1, 1], stride: 1, padding: [0, 0] },
  { map: [2, 5, 7, 3], weight: [6, 5, 1, 1], stride: 1, padding: [0, 0] },
  { map: [2, 5, 7, 11], weight: [3, 5, 1, 1], stride: 2, padding: [0, 0] },
  { map: [2, 3, 7, 5], weight: [7, 3, 3, 3], stride: 1, padding: [1, 1] },
  { map: [1, 3, 13, 17], weight: [5, 3, 7, 7], stride: 2, padding: [3, 3] },
  { map: [1, 2, 32, 48], weight: [9, 2, 16, 16], stride: 16, padding: [0, 0] },
  { map: [1, 2, 9, 11], weight: [3, 2, 1, 5], stride: 3, padding: [0, 2] },
  { map: [2, 14, 9, 20], weight: [67, 14, 3, 3], stride: 1, padding: [0, 1] },
] as const;

/** Tilings differ in how blocks are shared only, so that few cases tell of the others; those in workgroup memory compile slowly. */
const VARIANTS = [
  { name: 'in registers', traits: { isSoftware: true }, cases: CASES },
  {
    name: 'in registers of their own',
    traits: { isSoftware: true, hasSubgroups: false },
    cases: CASES.slice(-1),
  },
  { name: 'in workgroup memory', traits: { isSoftware: false }, cases: CASES.slice(-2) },
] as const;

/** What makes the results of a convolution as large as its map. */
const weightScale = ([, ...taps]: readonly number[]) => 1 / Math.sqrt(elementCount(taps));

describe.each(VARIANTS)('convolutions $name', ({ traits: variant, cases }) => {
  const traits = () => ({ ...harness.traits, ...variant });
  for (const { map, weight, stride, padding } of cases) {
    const name = `${map.join()} by ${weight.join()}, stride ${stride}, padding ${padding.join()}`;
    // Results near 1, as in networks: rounding grows with the terms of a sum.
    const [x, w] = [normalTensor(map, 'x'), normalTensor(weight, 'weight', weightScale(weight))];
    const bias = normalTensor([weight[0]], 'bias');
    const attributes = { stride, padding };
    const forward = { kind: 'conv2d', attributes, inputs: [x, w, bias] } as const;
    it(`convolves ${name}`, async () => {
      expect(await harness.compare(rules.conv2d, forward, REDUCED_F32, traits())).toBeUndefined();
      const plain = { ...forward, inputs: [x, w] };
      expect(await harness.compare(rules.conv2d, plain, REDUCED_F32, traits())).toBeUndefined();
    });
    it(`gradients of ${name}`, async () => {
      const [out] = referenceResults(forward);
      const dOut = normalTensor(out?.shape ?? [], 'dOut', 0.1);
      const [, , height, width] = map;
      const ofInput = {
        kind: 'conv2dInputGradient',
        attributes: { ...attributes, height, width },
        inputs: [dOut, w],
      } as const;
      expect(
        await harness.compare(rules.conv2dInputGradient, ofInput, REDUCED_F32, traits()),
      ).toBeUndefined();
      const [, , ...kernel] = weight;
      const ofWeight = {
        kind: 'conv2dWeightGradient',
        attributes: { ...attributes, kernel },
        inputs: [dOut, x],
      } as const;
      expect(
        await harness.compare(rules.conv2dWeightGradient, ofWeight, REDUCED_F32, traits()),
      ).toBeUndefined();
    });
  }
  it.each([
    { map: [2, 5, 3, 7], weight: [5, 3, 2, 2], stride: 2 },
    { map: [1, 3, 5, 4], weight: [3, 70, 3, 3], stride: 3 },
  ])('transposed, $map by $weight', async ({ map, weight, stride }) => {
    const [x, w] = [normalTensor(map, 'x'), normalTensor(weight, 'weight')];
    const bias = normalTensor([weight[1] as number], 'bias');
    for (const inputs of [
      [x, w],
      [x, w, bias],
    ]) {
      const transposed = { kind: 'convTranspose2d', attributes: { stride }, inputs } as const;
      expect(await harness.compare(rules.convTranspose2d, transposed, REDUCED_F32, traits())).toBeUndefined();
    }
  });
});

it.each([
  { form: 'in registers', isSoftware: true, limit: SUMMED_IN_PARTS_REL_L2 },
  { form: 'in workgroup memory', isSoftware: false, limit: SUMMED_AT_ONCE_REL_L2 },
])('sums of many channels lose little to rounding $form', async ({ isSoftware, limit }) => {
  const [x, weight] = [normalTensor([1, 512, 4, 4], 'x'), normalTensor([16, 512, 3, 3], 'weight')];
  const attributes = { stride: 1, padding: [1, 1] } as const;
  const [out] = referenceResults({ kind: 'conv2d', attributes, inputs: [x, weight] });
  const call = { attributes, inputs: [x.shape, weight.shape], results: [[1, 16, 4, 4]] };
  const kernel = rules.conv2d(call, { ...harness.traits, isSoftware });
  const [actual] = await harness.run(kernel, [x, weight], call.results);
  expect(relativeL2(actual ?? [], out?.data ?? [])).toBeLessThan(limit);
});

it('a weight gradient of many pixels gives the same bits again', async () => {
  const [dOut, x] = [normalTensor([3, 5, 29, 31], 'dOut', 0.1), normalTensor([3, 2, 29, 31], 'x')];
  const attributes = { stride: 1, padding: [1, 1], kernel: [3, 3] } as const;
  const ofWeight = { kind: 'conv2dWeightGradient', attributes, inputs: [dOut, x] } as const;
  expect(await harness.compare(rules.conv2dWeightGradient, ofWeight, REDUCED_F32)).toBeUndefined();
  const call = {
    attributes,
    inputs: [
      [3, 5, 29, 31],
      [3, 2, 29, 31],
    ],
    results: [[5, 2, 3, 3]],
  };
  const kernel = rules.conv2dWeightGradient(call, harness.traits);
  expect(kernel.dispatches).toHaveLength(2);
  const run = () => harness.run(kernel, [dOut, x], call.results);
  expect(await run()).toEqual(await run());
});
