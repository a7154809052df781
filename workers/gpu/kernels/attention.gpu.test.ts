/** Both variants of the kernels of plain attention against the float64 oracle, at odd sizes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { REDUCED_F32 } from '../../../core/testing.ts';
import type { Tensor } from '../../../models/graph/graph.ts';
import { referenceResults, toTensor } from '../compare-kernel.ts';
import { type KernelHarness, normalTensor, openKernelHarness } from '../testing.ts';
import { attentionKernelRules } from './attention.ts';

let harness: KernelHarness;

beforeAll(async () => {
  harness = await openKernelHarness();
});
afterAll(() => {
  harness.dispose();
});

/**
 * Widths of up to 8 quads and one that is no multiple of four; more tokens than a tile. For the variant of GPUs, which takes long
 * to compile here, widths of one, two and three quads an invocation.
 */
const CASES = [
  { isSoftware: true, images: 2, queries: 7, keys: 45, heads: 3, width: 16 },
  { isSoftware: true, images: 1, queries: 67, keys: 33, heads: 2, width: 32 },
  { isSoftware: true, images: 1, queries: 5, keys: 35, heads: 1, width: 20 },
  { isSoftware: true, images: 1, queries: 37, keys: 3, heads: 2, width: 7 },
  { isSoftware: true, images: 1, queries: 1, keys: 1, heads: 1, width: 4 },
  { isSoftware: false, images: 2, queries: 67, keys: 33, heads: 3, width: 16 },
  { isSoftware: false, images: 1, queries: 7, keys: 45, heads: 2, width: 64 },
  { isSoftware: false, images: 1, queries: 5, keys: 35, heads: 1, width: 80 },
];

describe('attention', () => {
  it.each(CASES)(
    '$images x $queries queries, $keys keys, $heads heads of $width, software $isSoftware',
    async ({ isSoftware, images, queries, keys, heads, width }) => {
      const traits = { ...harness.traits, isSoftware };
      const q = normalTensor([images, queries, heads * width], 'q');
      const k = normalTensor([images, keys, heads * width], 'k');
      const v = normalTensor([images, keys, heads * width], 'v');
      const dOut = normalTensor(q.shape, 'dOut');
      const attributes = { heads };
      const forward = { kind: 'attention', attributes, inputs: [q, k, v] } as const;
      const { attention, attentionGradient } = attentionKernelRules;
      expect(await harness.compare(attention, forward, REDUCED_F32, traits)).toBeUndefined();
      const kept = referenceResults(forward).map(toTensor) as [Tensor, Tensor];
      const gradient = {
        kind: 'attentionGradient',
        attributes,
        inputs: [dOut, q, k, v, ...kept],
      } as const;
      expect(await harness.compare(attentionGradient, gradient, REDUCED_F32, traits)).toBeUndefined();
    },
  );

  // Another text of the same sizes: what differs is seen at one of each variant.
  it.each([true, false])('without statistics, software %s', async (isSoftware) => {
    const traits = { ...harness.traits, isSoftware };
    const inputs = ['q', 'k', 'v'].map((name) => normalTensor([2, 7, 48], name));
    const bare = { kind: 'attention', attributes: { heads: 3 }, inputs, resultCount: 1 } as const;
    expect(await harness.compare(attentionKernelRules.attention, bare, REDUCED_F32, traits)).toBeUndefined();
  });

  it('takes scores whose exponentials are beyond f32', async () => {
    const [q, k, v] = ['q', 'k', 'v'].map((name) => normalTensor([1, 5, 8], name, 12)) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const { attention } = attentionKernelRules;
    const kernelCase = { kind: 'attention', attributes: { heads: 1 }, inputs: [q, k, v] } as const;
    expect(await harness.compare(attention, kernelCase, REDUCED_F32)).toBeUndefined();
  });
});
