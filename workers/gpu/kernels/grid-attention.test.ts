/** What the kernels of attention in a grid ask of an adapter at the sizes of published encoders. */
import { describe, expect, it } from 'vitest';

import { gridAttentionKernelRules } from './grid-attention.ts';
import type { Kernel, KernelTraits } from './kernel.ts';

/** The limits that every WebGPU adapter has. */
const TRAITS: KernelTraits = {
  isSoftware: false,
  hasSubgroups: false,
  maxWorkgroupStorage: 16_384,
  maxInvocations: 256,
  maxWorkgroupsPerDimension: 65_535,
};
const MAX_BINDINGS = 8;

const ENCODERS = [
  { name: 'ViT-B at 512', images: 28, side: 32, heads: 12, channels: 64 },
  { name: 'ViT-H at 1,024', images: 4, side: 64, heads: 16, channels: 80 },
];

function kernelsOf({ images, side, heads, channels }: (typeof ENCODERS)[number], window: number | null) {
  const qkv = [images, side, side, 3 * heads * channels];
  const tables = [1, 2].map(() => [2 * (window ?? side) - 1, channels]);
  const padding = [3 * heads * channels];
  const operands = [qkv, ...tables, ...(window === null ? [] : [padding])];
  const out = [images, side, side, heads * channels];
  const results = [out, [images, heads, side, side]];
  const kept = [out, ...operands, ...results];
  const rules = gridAttentionKernelRules;
  const attributes = { heads, window };
  const kernels: Kernel[] = [
    rules.gridAttention({ attributes, inputs: operands, results }, TRAITS),
    rules.gridAttentionGradient({ attributes, inputs: kept, results: [qkv] }, TRAITS),
    rules.gridAttentionTableGradient({ attributes, inputs: kept, results: tables }, TRAITS),
  ];
  if (window === null) return kernels;
  const ofPadding = { attributes: { heads, window }, inputs: kept, results: [padding] };
  return [...kernels, rules.gridAttentionPaddingGradient(ofPadding, TRAITS)];
}

describe.each(ENCODERS)('attention of $name', (encoder) => {
  it.each([null, 14])('stays within the default limits in windows of %s', (window) => {
    const kernels = kernelsOf(encoder, window);
    const { images, side, heads } = encoder;
    const queries = images * heads * side * side;
    for (const { dispatches, scratch } of kernels) {
      for (const { bindings, workgroups } of dispatches) {
        expect(bindings.length).toBeLessThanOrEqual(MAX_BINDINGS);
        expect(Math.max(...workgroups)).toBeLessThanOrEqual(TRAITS.maxWorkgroupsPerDimension);
      }
      // A tensor of scores would have side^2 numbers a query, or window^2.
      const terms = 2 * (window ?? side) + 1;
      expect(Math.max(...scratch)).toBeLessThanOrEqual(queries * Math.max(terms, encoder.channels));
    }
  });
});
