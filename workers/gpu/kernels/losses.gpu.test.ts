/** The losses' kernels against the float64 oracle: plain, FEBS and GroupDRO, with absent and unknown groups and weights of zero. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { REDUCED_F32 } from '../../../core/testing.ts';
import type { GroupMethod } from '../../../models/graph/gradient-ops/losses.ts';
import type { Tensor } from '../../../models/graph/graph.ts';
import { type KernelCase, referenceResults, toTensor } from '../compare-kernel.ts';
import { type KernelHarness, normalTensor, normalTensors, openKernelHarness, tensorOf } from '../testing.ts';
import type { KernelRule } from './kernel.ts';
import { lossKernelRules } from './losses.ts';

let harness: KernelHarness;

beforeAll(async () => {
  harness = await openKernelHarness();
});
afterAll(() => {
  harness.dispose();
});

function check<K extends keyof typeof lossKernelRules>(name: string, kernelCase: KernelCase<K>): void {
  it(`the kernel of ${name}`, async () => {
    const rule = lossKernelRules[kernelCase.kind] as unknown as KernelRule<K>;
    expect(await harness.compare(rule, kernelCase, REDUCED_F32)).toBeUndefined();
  });
}

/** Labels that go through the classes at a pace of their own. */
const labels = (shape: readonly number[], classes: number): Tensor =>
  tensorOf(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.floor((i * i) / 7) % classes),
  );

/** Sums and cross-entropy as a network gives them. */
function sumsOf(images: number, classes: number): Tensor[] {
  const inputs = [normalTensor([images, classes, 5, 7], 'logits', 2), labels([images, 5, 7], classes)];
  return referenceResults({ kind: 'segmentationSums', attributes: {}, inputs }).map(toTensor);
}

describe('sums of segmentation', () => {
  const sizes = [
    [1, 1, 1, 1],
    [2, 3, 5, 7],
    [3, 4, 37, 41],
  ] as const;
  for (const [n, k, h, w] of sizes) {
    // Wide apart, so that some probabilities underflow.
    const logits = normalTensor([n, k, h, w], 'logits', 30);
    const label = labels([n, h, w], k);
    check(`sums of [${n},${k},${h},${w}]`, {
      kind: 'segmentationSums',
      attributes: {},
      inputs: [logits, label],
    });
    const derivatives = normalTensors([n, 2, k], [n]);
    const inputs = [normalTensor([n, k, h, w], 'logits', 2), label, ...derivatives];
    check(`their gradient [${n},${k},${h},${w}]`, { kind: 'segmentationGradient', attributes: {}, inputs });
  }
});

describe('the loss of segmentation', () => {
  const methods: readonly GroupMethod[] = [
    { kind: 'none' },
    { kind: 'febs', gamma: 1, minimum: 'present' },
    { kind: 'febs', gamma: 0.37, minimum: 'all' },
    { kind: 'febs', gamma: 0, minimum: 'present' },
    { kind: 'groupDro', rate: 0.7 },
  ];
  const batches = [
    { name: 'all groups', group: [0, 1, 2, 1, 0], weight: [1, 1, 1, 1, 1] },
    { name: 'an absent group and unequal weights', group: [0, 2, 2, 0, 0], weight: [1, 0.5, 2, 0, 1] },
    { name: 'unknown groups', group: [-1, 1, 5, 2, 1], weight: [1, 1, 1, 1, 0] },
    { name: 'no weight', group: [0, 1, 2, 0, 0], weight: [0, 0, 0, 0, 0] },
    { name: 'one image', group: [1], weight: [1] },
  ] as const;
  for (const method of methods) {
    for (const { name, group, weight } of batches) {
      const count = group.length;
      const inputs = [...sumsOf(count, 3), tensorOf([count], group), tensorOf([count], weight)];
      if (method.kind === 'groupDro') inputs.push(tensorOf([3], [0.2, 0.5, 0.3]));
      const attributes = { crossEntropyWeight: 0.2, diceWeight: 0.8, smoothing: 1e-5, groupCount: 3, method };
      const kernelCase = { kind: 'segmentationLoss', attributes, inputs } as const;
      check(`${JSON.stringify(method)} with ${name}`, kernelCase);
    }
  }
});

describe('the loss of classification', () => {
  const cases = [
    { label: [0, 2, 1, 3, 1], weight: [1, 1, 0.5, 1, 0] },
    { label: [-1, 7, 4, 9, -2], weight: [1, 1, 1, 1, 1] },
  ];
  for (const { label, weight } of cases) {
    const inputs = [normalTensor([5, 4], 'logits', 3), tensorOf([5], label), tensorOf([5], weight)];
    check(`labels ${label.join()}`, { kind: 'classificationLoss', attributes: { weight: -0.3 }, inputs });
  }
});
