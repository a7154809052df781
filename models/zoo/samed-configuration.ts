/** The sizes of a SAMed: those of its SAM, its adapters, and what the shapes of a checkpoint do not tell. */
import type { SamConfiguration } from '../checkpoints/recognised.ts';

/** Sizes of the mask decoder. */
export interface MaskDecoderSizes {
  /** Two-way layers. */
  readonly depth: number;
  readonly heads: number;
  readonly mlpDim: number;
  /** Channels of the attention between tokens and image. */
  readonly crossDim: number;
  /** Hidden channels and number of layers of the head that predicts the overlap of each mask. */
  readonly overlapDim: number;
  readonly overlapDepth: number;
}

export interface SamedConfiguration extends SamConfiguration {
  /** Rank of the adapters of q and v in every block of the encoder, 0 without. */
  readonly rank: number;
  /** Whether q and v of the decoder's attention have adapters of that rank too: the second published variant. */
  readonly adaptsDecoder: boolean;
  readonly decoder: MaskDecoderSizes;
}

/** Channels of the image embedding in every published SAM. */
export const PUBLISHED_EMBEDDING_DIM = 256;

/** The decoder of every published SAM. */
export const SAM_DECODER: MaskDecoderSizes = {
  depth: 2,
  heads: 8,
  mlpDim: 2048,
  crossDim: 128,
  overlapDim: 256,
  overlapDepth: 3,
};

const ENCODERS = {
  'ViT-B': { dim: 768, depth: 12, heads: 12, globalBlocks: [2, 5, 8, 11] },
  'ViT-L': { dim: 1024, depth: 24, heads: 16, globalBlocks: [5, 11, 17, 23] },
  'ViT-H': { dim: 1280, depth: 32, heads: 16, globalBlocks: [7, 15, 23, 31] },
} as const;

/** Choices that are not the architecture's. */
export interface SamedChoices {
  /** Side of the square input in pixels, a multiple of 16. */
  readonly side: number;
  /** Classes without the background. */
  readonly classes: number;
  readonly rank: number;
  readonly adaptsDecoder?: boolean;
}

/** A SAMed on one of the published encoders. Source: Kirillov et al., "Segment Anything", 2023; Zhang and Liu, "SAMed", 2023. */
export function publishedSamed(
  variant: keyof typeof ENCODERS,
  { side, classes, rank, adaptsDecoder = false }: SamedChoices,
): SamedConfiguration {
  const encoder = ENCODERS[variant];
  return {
    ...encoder,
    side,
    patchSize: 16,
    mlpDim: 4 * encoder.dim,
    windowSize: 14,
    embeddingDim: PUBLISHED_EMBEDDING_DIM,
    maskTokens: classes + 1,
    rank,
    adaptsDecoder,
    decoder: SAM_DECODER,
  };
}

/** Side of the grid of tokens. */
export function gridOf({ side, patchSize }: SamConfiguration): number {
  return side / patchSize;
}
