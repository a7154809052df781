/** The kernels of elements and axes against the float64 oracle, at odd sizes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { EXACT, POINTWISE_F32, REDUCED_F32, type Tolerance } from '../../../core/testing.ts';
import { UNARY_SAVES } from '../../../models/graph/gradient-ops/elements.ts';
import type { TrainingKind } from '../../../models/graph/gradient-ops.ts';
import type { Tensor } from '../../../models/graph/graph.ts';
import type { UnaryFunction } from '../../../models/graph/ops.ts';
import { type KernelCase, referenceResults, toTensor } from '../compare-kernel.ts';
import { type KernelHarness, normalTensor, normalTensors, openKernelHarness, tensorOf } from '../testing.ts';
import { elementKernelRules } from './elements.ts';
import { foldWorkgroups } from './grid.ts';
import type { KernelRule } from './kernel.ts';

let harness: KernelHarness;

beforeAll(async () => {
  harness = await openKernelHarness();
});
afterAll(() => {
  harness.dispose();
});

function check<K extends keyof typeof elementKernelRules & TrainingKind>(
  name: string,
  kernelCase: KernelCase<K>,
  tolerance: Tolerance,
): void {
  it(`the kernel of ${name}`, async () => {
    const rule = elementKernelRules[kernelCase.kind] as unknown as KernelRule<K>;
    expect(await harness.compare(rule, kernelCase, tolerance)).toBeUndefined();
  });
}

const UNARY_FUNCTIONS = Object.keys(UNARY_SAVES) as UnaryFunction[];

/** From -10 to 10, where every function is defined. */
function domainOf(name: UnaryFunction): Tensor {
  const values = Array.from({ length: 401 }, (_, i) => (i - 200) / 20);
  const isPositive = name === 'log' || name === 'sqrt';
  return tensorOf([401], isPositive ? values.map((x) => Math.exp(x / 3)) : values);
}

describe('functions of elements', () => {
  for (const name of UNARY_FUNCTIONS) {
    const x = domainOf(name);
    const forward = { kind: 'unary', attributes: { function: name }, inputs: [x] } as const;
    check(name, forward, POINTWISE_F32);
    const saved =
      UNARY_SAVES[name] === 'input'
        ? x
        : toTensor(referenceResults(forward)[0] ?? { ...x, data: new Float64Array() });
    const inputs = [normalTensor([401], 'dOut'), saved];
    check(
      `gradient of ${name}`,
      { kind: 'unaryGradient', attributes: { function: name }, inputs },
      POINTWISE_F32,
    );
  }
  check(
    'affine',
    { kind: 'affine', attributes: { scale: -1.7, shift: 0.3 }, inputs: normalTensors([3, 5, 7]) },
    POINTWISE_F32,
  );
});

describe('two tensors', () => {
  for (const name of ['add', 'subtract', 'multiply', 'divide'] as const) {
    check(
      name,
      { kind: 'binary', attributes: { function: name }, inputs: normalTensors([5, 13], [5, 13]) },
      POINTWISE_F32,
    );
  }
  const shapes = [
    [
      [2, 3, 5, 7],
      [1, 3, 1, 7],
    ],
    [
      [1, 3, 1, 1],
      [2, 3, 5, 7],
    ],
    [
      [2, 1, 3, 1, 5, 1],
      [1, 2, 1, 3, 1, 2],
    ],
    [[1], [1]],
  ] as const;
  for (const pair of shapes) {
    const inputs = normalTensors(...pair);
    check(
      `repeats axes of ${pair.join(' and ')}`,
      { kind: 'binary', attributes: { function: 'subtract' }, inputs },
      POINTWISE_F32,
    );
  }
});

describe('moves', () => {
  const x = normalTensors([2, 3, 5, 7]);
  for (const order of [
    [0, 2, 3, 1],
    [3, 2, 1, 0],
    [0, 1, 2, 3],
    [2, 0, 1, 3],
  ]) {
    check(`transpose ${order.join()}`, { kind: 'transpose', attributes: { order }, inputs: x }, EXACT);
  }
  check(
    'transpose of six axes',
    {
      kind: 'transpose',
      attributes: { order: [0, 3, 1, 4, 2, 5] },
      inputs: normalTensors([1, 3, 2, 2, 5, 3]),
    },
    EXACT,
  );
  for (const axis of [0, 1, 2, 3]) {
    const length = [2, 3, 5, 7][axis] as number;
    const attributes = { axis, start: 1, length: length - 1 };
    check(`slice of axis ${axis}`, { kind: 'slice', attributes, inputs: x }, EXACT);
    check(
      `gradient of a slice of axis ${axis}`,
      { kind: 'sliceGradient', attributes: { axis, start: 2, length: length + 3 }, inputs: x },
      EXACT,
    );
    const parts = [1, 4, 2].map((size) => [2, 3, 5, 7].map((other, at) => (at === axis ? size : other)));
    check(
      `concat along axis ${axis}`,
      { kind: 'concat', attributes: { axis }, inputs: normalTensors(...parts) },
      EXACT,
    );
  }
  check(
    'expandBatch',
    { kind: 'expandBatch', attributes: {}, inputs: normalTensors([1, 5, 3], [3, 2]) },
    EXACT,
  );
});

describe('reductions', () => {
  const cases = [
    { shape: [2, 3, 5, 7], axes: [2, 3] },
    { shape: [2, 3, 5, 7], axes: [0, 2] },
    { shape: [2, 3, 5, 7], axes: [1] },
    { shape: [2, 3, 5, 7], axes: [0, 1, 2, 3] },
    { shape: [3, 4099], axes: [1] },
    { shape: [1031, 5], axes: [0] },
    // Enough outputs for one invocation each.
    { shape: [67, 9], axes: [1] },
    { shape: [1, 1], axes: [1] },
  ];
  for (const { shape, axes } of cases) {
    const reduced = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    for (const name of ['mean', 'max'] as const) {
      const attributes = { function: name, axes };
      check(
        `${name} of ${shape.join()} over ${axes.join()}`,
        { kind: 'reduce', attributes, inputs: normalTensors(shape) },
        REDUCED_F32,
      );
      const inputs = normalTensors(...(name === 'max' ? [reduced, shape] : [reduced]));
      check(
        `gradient of ${name} of ${shape.join()} over ${axes.join()}`,
        { kind: 'reduceGradient', attributes: { ...attributes, shape }, inputs },
        POINTWISE_F32,
      );
    }
    check(
      `sum of ${shape.join()} over ${axes.join()}`,
      { kind: 'sumTo', attributes: { shape: reduced }, inputs: normalTensors(shape) },
      REDUCED_F32,
    );
  }
  for (const [shape, axis] of [
    [[2, 3, 5, 7], 1],
    [[1031, 5], 1],
    [[1031, 70], 1],
    [[2, 37, 17], 2],
    [[7], 0],
  ] as const) {
    check(
      `sum of each channel ${axis} of ${shape.join()}`,
      { kind: 'channelSum', attributes: { axis }, inputs: normalTensors(shape) },
      REDUCED_F32,
    );
  }
  check(
    'the first of several largest gets the gradient of a maximum',
    {
      kind: 'reduceGradient',
      attributes: { function: 'max', axes: [1], shape: [2, 130] },
      inputs: [
        normalTensor([2, 1]),
        tensorOf(
          [2, 130],
          Array.from({ length: 260 }, (_, i) => (i % 130 === 65 || i % 130 === 129 ? 2 : 1)),
        ),
      ],
    },
    EXACT,
  );
  it('gives the same bits again', async () => {
    const [x] = normalTensors([1031, 5]) as [Tensor];
    const kernel = elementKernelRules.channelSum(
      { attributes: { axis: 1 }, inputs: [x.shape], results: [[5]] },
      harness.traits,
    );
    expect(await harness.run(kernel, [x], [[5]])).toEqual(await harness.run(kernel, [x], [[5]]));
  });
  it('does not lose NaN in a maximum', async () => {
    const x = tensorOf([4], [1, Number.NaN, 3, 2]);
    const call = { attributes: { function: 'max', axes: [0] }, inputs: [[4]], results: [[1]] } as const;
    expect(await harness.run(elementKernelRules.reduce(call, harness.traits), [x], [[1]])).toEqual([
      Float32Array.of(Number.NaN),
    ]);
  });
});

describe('folding of workgroups', () => {
  it('stays within the limit of a dimension and covers all', () => {
    for (const count of [1, 65535, 65536, 200_003]) {
      const [x, y, z] = foldWorkgroups(count, { maxWorkgroupsPerDimension: 65535 });
      expect(Math.max(x, y)).toBeLessThanOrEqual(65535);
      expect(x * y * z).toBeGreaterThanOrEqual(count);
    }
  });
});
