/** Matrix products of every layout and all tilings against the float64 oracle, at sizes that divide no tile. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { decodeHalf } from '../../../core/formats/npy.ts';
import { REDUCED_F32, STORED_F16, type Tolerance } from '../../../core/testing.ts';
import type { Tensor } from '../../../models/graph/graph.ts';
import { toFloat16 } from '../../../models/onnx/float16.ts';
import type { KernelCase } from '../compare-kernel.ts';
import { type KernelHarness, normalTensor, normalTensors, openKernelHarness } from '../testing.ts';
import type { KernelRule } from './kernel.ts';
import { productKernelRules } from './products.ts';

let harness: KernelHarness;

beforeAll(async () => {
  harness = await openKernelHarness();
});
afterAll(() => {
  harness.dispose();
});

type ProductKind = keyof typeof productKernelRules;

/** What the tiling of an adapter goes by. */
const TILINGS = {
  registers: { isSoftware: true, hasSubgroups: false },
  quads: { isSoftware: true, hasSubgroups: true },
  shared: { isSoftware: false, hasSubgroups: false },
} as const;

/**
 * Compiling the tiling of a GPU takes seconds on a software adapter: a few cases have each of its texts. Quads share only the
 * largest tile of a CPU.
 */
type Tilings = 'both' | 'registers' | 'largest';
const TILINGS_OF = {
  both: ['registers', 'shared'],
  registers: ['registers'],
  largest: ['registers', 'quads'],
} as const;

/** Runs a case with the tiling of a software adapter, or with others too. */
function check<K extends ProductKind>(
  name: string,
  kernelCase: KernelCase<K>,
  tilings: Tilings,
  tolerance: Tolerance = REDUCED_F32,
): void {
  for (const tiling of TILINGS_OF[tilings]) {
    it(`the kernel of ${name}, tiled by ${tiling}`, async ({ skip }) => {
      const rule = productKernelRules[kernelCase.kind] as unknown as KernelRule<K>;
      const traits = { ...harness.traits, ...TILINGS[tiling] };
      if (traits.hasSubgroups && !harness.traits.hasSubgroups) skip('This adapter has no subgroups.');
      expect(await harness.compare(rule, kernelCase, tolerance, traits)).toBeUndefined();
    });
  }
}

/** x, weight, bias and pairs of adapters of a linear layer, and dOut. */
function layer(
  leading: readonly number[],
  [inner, columns]: readonly [number, number],
  pairs: readonly (readonly [rank: number, span: number])[] = [],
): { dOut: Tensor; x: Tensor; weight: Tensor; bias: Tensor; adapters: Tensor[] } {
  const shapes = [[...leading, columns], [...leading, inner], [columns, inner], [columns]];
  const ofPairs = pairs.flatMap(([rank, span]) => [
    [rank, inner],
    [span, rank],
  ]);
  // Results near 1, as in networks: rounding grows with the terms of a sum.
  const scale = inner > 256 ? 0.25 : 1;
  const tensors = [...shapes, ...ofPairs].map((shape, index) => normalTensor(shape, `${index}:`, scale));
  const [dOut, x, weight, bias, ...adapters] = tensors as [Tensor, Tensor, Tensor, Tensor];
  return { dOut, x, weight, bias, adapters };
}

describe('linear layers', () => {
  const sizes = [
    { leading: [1], features: [1, 1], tilings: 'registers' },
    { leading: [2, 37], features: [19, 67], tilings: 'both' },
    { leading: [131], features: [20, 72], tilings: 'both' },
    // Enough work for the largest tile of a CPU.
    { leading: [261], features: [260, 252], tilings: 'largest' },
  ] as const;
  for (const { leading, features, tilings } of sizes) {
    const name = `[${leading.join()}] of ${features.join(' to ')}`;
    const { dOut, x, weight, bias } = layer(leading, features);
    const attributes = { bias: true, adapters: [] };
    check(`a layer ${name}`, { kind: 'linear', attributes, inputs: [x, weight, bias] }, tilings);
    const gradient = { attributes: { adapters: [] }, inputs: [dOut, weight] };
    check(`its input gradient ${name}`, { kind: 'linearInputGradient', ...gradient }, 'registers');
    const weightGradient = { attributes: {}, inputs: [dOut, x] };
    check(`its weight gradient ${name}`, { kind: 'linearWeightGradient', ...weightGradient }, tilings);
  }
  // Long enough that the sum over tokens is split, and its last part is shorter.
  const { dOut, x } = layer([3, 347], [6, 9]);
  const inputs = [dOut, x];
  check('a weight gradient of many tokens', { kind: 'linearWeightGradient', attributes: {}, inputs }, 'both');
});

describe('adapters', () => {
  const cases = [
    {
      leading: [2, 35],
      features: [20, 96],
      pairs: [
        [4, 32],
        [4, 32],
      ],
      offsets: [0, 64],
      tilings: 'both',
    },
    {
      leading: [261],
      features: [260, 252],
      pairs: [
        [4, 84],
        [4, 84],
      ],
      offsets: [0, 168],
      tilings: 'registers',
    },
    { leading: [67], features: [13, 21], pairs: [[3, 7]], offsets: [5], tilings: 'registers' },
    {
      leading: [3],
      features: [5, 11],
      pairs: [
        [1, 2],
        [2, 3],
      ],
      offsets: [1, 8],
      tilings: 'registers',
    },
  ] as const;
  for (const { leading, features, pairs, offsets, tilings } of cases) {
    const name = `[${leading.join()}] of ${features.join(' to ')}`;
    const { dOut, x, weight, bias, adapters } = layer(leading, features, pairs);
    const attributes = { bias: true, adapters: offsets };
    check(`a layer ${name}`, { kind: 'linear', attributes, inputs: [x, weight, bias, ...adapters] }, tilings);
    const gradient = { attributes: { adapters: offsets }, inputs: [dOut, weight, ...adapters] };
    check(`its input gradient ${name}`, { kind: 'linearInputGradient', ...gradient }, tilings);
    const pair = { attributes: { offset: offsets[0] }, inputs: [dOut, x, ...adapters.slice(0, 2)] };
    check(`an adapter's gradient ${name}`, { kind: 'adapterGradient', ...pair }, 'registers');
  }
  const { dOut, x, adapters } = layer([2, 519], [12, 24], [[4, 8]]);
  const many = { attributes: { offset: 16 }, inputs: [dOut, x, ...adapters] };
  check("an adapter's gradient of many tokens", { kind: 'adapterGradient', ...many }, 'registers');
});

describe('layers whose weight is stored as f16', () => {
  const rounded = ({ shape, data }: Tensor): Tensor => ({ shape, data: decodeHalf(toFloat16(data)) });
  /** Both kernels that read the weight, with the oracle's weight rounded beforehand or not. */
  function checkLayer(
    name: string,
    { dOut, x, weight, bias, adapters }: ReturnType<typeof layer>,
    offsets: readonly number[],
    tilings: Tilings,
    tolerance?: Tolerance,
  ): void {
    const halves = [1];
    const attributes = { bias: true, adapters: offsets };
    const inputs = [x, weight, bias, ...adapters];
    check(`a layer ${name}`, { kind: 'linear', attributes, inputs, halves }, tilings, tolerance);
    const gradient = { attributes: { adapters: offsets }, inputs: [dOut, weight, ...adapters], halves };
    check(`its input gradient ${name}`, { kind: 'linearInputGradient', ...gradient }, tilings, tolerance);
  }
  const sizes = [
    { leading: [1], features: [1, 1], offsets: [], tilings: 'registers' },
    // An odd count of elements in rows of an odd count; then rows that can be read four at a time, but not four rows.
    { leading: [2, 37], features: [19, 67], offsets: [], tilings: 'both' },
    { leading: [35], features: [20, 67], offsets: [5, 60], tilings: 'registers' },
    { leading: [131], features: [20, 72], offsets: [], tilings: 'both' },
    { leading: [261], features: [260, 252], offsets: [], tilings: 'largest' },
  ] as const;
  for (const { leading, features, offsets, tilings } of sizes) {
    const name = `[${leading.join()}] of ${features.join(' to ')}`;
    const tensors = layer(
      leading,
      features,
      offsets.map(() => [3, 7] as const),
    );
    checkLayer(name, { ...tensors, weight: rounded(tensors.weight) }, offsets, tilings);
  }
  const tensors = layer([35], [20, 67]);
  const weight = normalTensor(tensors.weight.shape, 'results near 1', 0.25);
  checkLayer('of weights that are no halves', { ...tensors, weight }, [], 'registers', STORED_F16);
});

describe('products of a batch', () => {
  const sizes = [
    [3, 5, 7, 11],
    [2, 68, 20, 36],
    [1, 1, 1, 1],
    [2, 2, 1031, 3],
  ] as const;
  for (const [n, a, b, c] of sizes) {
    const [left, right, dOut] = normalTensors([n, a, b], [n, b, c], [n, a, c]) as [Tensor, Tensor, Tensor];
    const name = `[${n},${a},${b}] by [${n},${b},${c}]`;
    const tilings = n === 2 && a === 68 ? 'both' : 'registers';
    check(name, { kind: 'matmul', attributes: {}, inputs: [left, right] }, tilings);
    const ofLeft = { attributes: {}, inputs: [dOut, right] };
    check(`the left gradient of ${name}`, { kind: 'matmulLeftGradient', ...ofLeft }, tilings);
    const ofRight = { attributes: {}, inputs: [left, dOut] };
    check(`the right gradient of ${name}`, { kind: 'matmulRightGradient', ...ofRight }, 'registers');
  }
});
