/**
 * SAMed-Tiny: the SAMed that comes with the workbench, small enough to be trained on a processor. Its weights, which
 * `npm run pretrain:tiny` makes on synthetic eyes, lie in `public/models/samed-tiny.safetensors` under SAM's names.
 */
import type { SamedConfiguration } from './samed-configuration.ts';

/** Half a million parameters, 0.04 GFLOP an image forward. It comes without adapters. */
export const SAMED_TINY: SamedConfiguration = {
  side: 128,
  patchSize: 16,
  dim: 64,
  depth: 4,
  heads: 4,
  mlpDim: 256,
  windowSize: 4,
  globalBlocks: [1, 3],
  embeddingDim: 64,
  maskTokens: 3,
  rank: 0,
  adaptsDecoder: false,
  decoder: { depth: 2, heads: 4, mlpDim: 256, crossDim: 32, overlapDim: 64, overlapDepth: 3 },
};

/**
 * Centre crop of the image that it was trained with, in pixels: every disc of the cohorts that it knows lies inside, and
 * an image of 128 shows more of it than with the published 512.
 */
export const SAMED_TINY_CROP = 320;
