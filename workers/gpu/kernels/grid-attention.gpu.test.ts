/** Both variants of the kernels of attention in a grid against the float64 oracle: odd grids, windows that end beyond them, odd heads. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { REDUCED_F32 } from '../../../core/testing.ts';
import type { Tensor } from '../../../models/graph/graph.ts';
import { referenceResults, toTensor } from '../compare-kernel.ts';
import { type KernelHarness, normalTensor, openKernelHarness } from '../testing.ts';
import { gridAttentionKernelRules } from './grid-attention.ts';

let harness: KernelHarness;

beforeAll(async () => {
  harness = await openKernelHarness();
});
afterAll(() => {
  harness.dispose();
});

/**
 * Grids and windows of more tokens than a tile, and of less; heads of 5 channels. For the variant of GPUs, which takes long to
 * compile here, heads of one, two and three quads an invocation.
 */
const CASES = [
  { isSoftware: true, images: 2, height: 5, width: 7, heads: 2, channels: 16, window: null },
  { isSoftware: true, images: 2, height: 5, width: 7, heads: 2, channels: 16, window: 3 },
  { isSoftware: true, images: 1, height: 7, width: 8, heads: 2, channels: 12, window: 6 },
  { isSoftware: true, images: 1, height: 9, width: 4, heads: 1, channels: 20, window: null },
  { isSoftware: true, images: 1, height: 3, width: 2, heads: 3, channels: 5, window: 2 },
  { isSoftware: true, images: 1, height: 4, width: 4, heads: 2, channels: 8, window: 2 },
  { isSoftware: true, images: 1, height: 1, width: 1, heads: 1, channels: 4, window: null },
  { isSoftware: false, images: 2, height: 7, width: 8, heads: 2, channels: 16, window: 6 },
  { isSoftware: false, images: 1, height: 5, width: 7, heads: 2, channels: 64, window: 3 },
  { isSoftware: false, images: 1, height: 9, width: 4, heads: 1, channels: 80, window: null },
];

function operandsOf({ images, height, width, heads, channels, window }: (typeof CASES)[number]) {
  const [s, t] = [window ?? height, window ?? width];
  const operands = [
    normalTensor([images, height, width, 3 * heads * channels], 'qkv'),
    normalTensor([2 * s - 1, channels], 'rows', 0.3),
    normalTensor([2 * t - 1, channels], 'columns', 0.3),
  ];
  return window === null ? operands : [...operands, normalTensor([3 * heads * channels], 'padding')];
}

describe.each(CASES)(
  '$images grids of $height x $width, windows of $window, $heads heads of $channels, software $isSoftware',
  (kernelCase) => {
    const { isSoftware, images, height, width, heads, channels, window } = kernelCase;
    const traits = () => ({ ...harness.traits, isSoftware });
    const attributes = { heads, window };
    const forward = { kind: 'gridAttention', attributes, inputs: operandsOf(kernelCase) } as const;
    /** Inputs of the gradients. */
    const kept = (): Tensor[] => [
      normalTensor([images, height, width, heads * channels], 'dOut'),
      ...forward.inputs,
      ...referenceResults(forward).map(toTensor),
    ];
    const rules = gridAttentionKernelRules;

    it('attends', async () => {
      expect(await harness.compare(rules.gridAttention, forward, REDUCED_F32, traits())).toBeUndefined();
    });

    // Another text of the same sizes: what differs is seen at one of each variant.
    it.each(images > 1 ? [images] : [])('attends without statistics, %i grids', async () => {
      const bare = { ...forward, resultCount: 1 };
      expect(await harness.compare(rules.gridAttention, bare, REDUCED_F32, traits())).toBeUndefined();
    });

    it('has the gradient of its tokens', async () => {
      const gradient = { kind: 'gridAttentionGradient', attributes, inputs: kept() } as const;
      expect(
        await harness.compare(rules.gridAttentionGradient, gradient, REDUCED_F32, traits()),
      ).toBeUndefined();
    });

    it('has the gradient of its tables', async () => {
      const gradient = { kind: 'gridAttentionTableGradient', attributes, inputs: kept() } as const;
      expect(
        await harness.compare(rules.gridAttentionTableGradient, gradient, REDUCED_F32, traits()),
      ).toBeUndefined();
    });

    // Only windows have padding.
    it.each(window === null ? [] : [window])(
      'has the gradient of its padding, windows of %i',
      async (side) => {
        const gradient = {
          kind: 'gridAttentionPaddingGradient',
          attributes: { heads, window: side },
          inputs: kept(),
        } as const;
        expect(
          await harness.compare(rules.gridAttentionPaddingGradient, gradient, REDUCED_F32, traits()),
        ).toBeUndefined();
      },
    );
  },
);
