/** The kernels of pools, resize and pad against the float64 oracle, at odd sizes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { EXACT, POINTWISE_F32, REDUCED_F32 } from '../../../core/testing.ts';
import type { Tensor } from '../../../models/graph/graph.ts';
import { referenceResults } from '../compare-kernel.ts';
import { type KernelHarness, normalTensor, openKernelHarness, tensorOf } from '../testing.ts';
import { planeKernelRules as rules } from './pool.ts';

let harness: KernelHarness;

beforeAll(async () => {
  harness = await openKernelHarness();
});
afterAll(() => {
  harness.dispose();
});

/** A random gradient of a value. */
const gradientOf = (results: readonly { readonly shape: readonly number[] }[]): Tensor =>
  normalTensor(results[0]?.shape ?? [], 'dOut');

const WINDOWS = [
  { size: 2, stride: 2, padding: 0 },
  { size: 3, stride: 2, padding: 1 },
  { size: 3, stride: 1, padding: 1 },
  { size: 5, stride: 1, padding: 4 },
  { size: 2, stride: 3, padding: 0 },
  { size: 1, stride: 1, padding: 0 },
];

describe.each(WINDOWS)('a window of $size, stride $stride, padding $padding', (window) => {
  const maps = [[2, 3, 7, 11], [1, 1, 5, 5], ...(window.size === 1 ? [[1, 1, 1, 1]] : [])];
  it.each(maps.map((shape) => ({ shape })))('slides over $shape', async ({ shape }) => {
    const [, , height, width] = shape as [number, number, number, number];
    const x = normalTensor(shape);
    for (const countPadding of [true, false]) {
      const attributes = { ...window, countPadding };
      const average = { kind: 'averagePool', attributes, inputs: [x] } as const;
      expect(await harness.compare(rules.averagePool, average, POINTWISE_F32)).toBeUndefined();
      const gradient = {
        kind: 'averagePoolGradient',
        attributes: { ...attributes, height, width },
        inputs: [gradientOf(referenceResults(average))],
      } as const;
      expect(await harness.compare(rules.averagePoolGradient, gradient, POINTWISE_F32)).toBeUndefined();
    }
    // Values of few kinds, so that windows have several largest elements.
    const coarse = tensorOf(shape, x.data.map(Math.round));
    for (const map of [x, coarse]) {
      const largest = { kind: 'maxPool', attributes: window, inputs: [map] } as const;
      expect(await harness.compare(rules.maxPool, largest, EXACT)).toBeUndefined();
      const inputs = [gradientOf(referenceResults(largest)), map];
      const gradient = { kind: 'maxPoolGradient', attributes: window, inputs } as const;
      expect(await harness.compare(rules.maxPoolGradient, gradient, POINTWISE_F32)).toBeUndefined();
    }
  });
});

it('does not lose NaN in a maximum', async () => {
  const x = tensorOf([1, 1, 2, 2], [1, Number.NaN, 3, 2]);
  const attributes = { size: 2, stride: 2, padding: 0 };
  const call = { attributes, inputs: [x.shape], results: [[1, 1, 1, 1]] };
  const [out] = await harness.run(rules.maxPool(call, harness.traits), [x], call.results);
  expect(out).toEqual(Float32Array.of(Number.NaN));
});

describe.each(['half-pixel', 'align-corners'] as const)('resize, %s', (centres) => {
  it.each([
    { from: [7, 11], to: [17, 23] },
    { from: [7, 11], to: [14, 44] },
    { from: [13, 9], to: [5, 2] },
    { from: [5, 3], to: [1, 1] },
    { from: [1, 1], to: [3, 5] },
    { from: [1, 5], to: [4, 5] },
    { from: [64, 3], to: [1021, 3] },
  ])('from $from to $to', async ({ from, to }) => {
    const [height, width] = to as [number, number];
    const resize = {
      kind: 'resize',
      attributes: { height, width, centres },
      inputs: [normalTensor([2, 1, ...from])],
    } as const;
    expect(await harness.compare(rules.resize, resize, POINTWISE_F32)).toBeUndefined();
    const [sourceHeight, sourceWidth] = from as [number, number];
    const gradient = {
      kind: 'resizeGradient',
      attributes: { height: sourceHeight, width: sourceWidth, centres },
      inputs: [normalTensor([2, 1, ...to], 'dOut')],
    } as const;
    expect(await harness.compare(rules.resizeGradient, gradient, REDUCED_F32)).toBeUndefined();
  });
});

it.each([
  { rows: [0, 1], columns: [0, 1] },
  { rows: [2, 0], columns: [1, 5] },
  { rows: [0, 0], columns: [0, 0] },
] as const)('pad of $rows and $columns', async (attributes) => {
  const pad = { kind: 'pad', attributes, inputs: [normalTensor([2, 3, 5, 7])] } as const;
  expect(await harness.compare(rules.pad, pad, EXACT)).toBeUndefined();
});
