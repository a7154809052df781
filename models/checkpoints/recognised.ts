/** What a dropped checkpoint turns out to be: plain data, one variant for each family of models. */

/** The sizes of a SAM image encoder and decoder, all read off tensor shapes. */
export interface SamConfiguration {
  /** Side of the square input image, pixels: 16 times the side of the position embedding. */
  readonly side: number;
  readonly patchSize: number;
  /** Channels of the encoder. */
  readonly dim: number;
  readonly depth: number;
  readonly heads: number;
  readonly mlpDim: number;
  /** Side of the attention windows, in tokens. */
  readonly windowSize: number;
  /** Blocks with global attention, ascending. */
  readonly globalBlocks: readonly number[];
  /** Channels of the image embedding, of the prompts and of the decoder. */
  readonly embeddingDim: number;
  /** Masks the decoder predicts. SAM has 4; SAMed has one for the background and one for each class; 0 without a decoder. */
  readonly maskTokens: number;
}

interface Recognised {
  /** What it is, in words: "SAM ViT-B, 1024, 375 MB". */
  readonly words: string;
  readonly sizeBytes: number;
  /** What stands before the canonical names in the file, such as `state_dict.module.`; usually empty. */
  readonly prefix: string;
}

/** `custom` for sizes that were not published. */
export type SamVariant = 'ViT-B' | 'ViT-L' | 'ViT-H' | 'custom';

/** A whole SAM, or a whole SAMed: a SAM with its adapters in the same file. */
export interface RecognisedSam extends Recognised {
  readonly family: 'sam';
  readonly variant: SamVariant;
  readonly names: 'meta' | 'hugging-face';
  readonly configuration: SamConfiguration;
  /** Rank of the adapters in the same file; null without any. */
  readonly rank: number | null;
}

/** What SAMed saves: adapters of the encoder, the prompt encoder and the mask decoder. */
export interface RecognisedSamedLora extends Recognised {
  readonly family: 'samed-lora';
  readonly variant: SamVariant;
  readonly rank: number;
  /** Channels of the encoder it fits. */
  readonly dim: number;
  /** Blocks of the encoder it fits. */
  readonly depth: number;
  /** Classes without the background; null when the file has no decoder. */
  readonly classes: number | null;
  /** Whether the attention of the mask decoder is adapted too. */
  readonly adaptsDecoder: boolean;
}

export interface RecognisedInception extends Recognised {
  readonly family: 'inception-v3';
  readonly variant: 'fid' | 'torchvision';
  /** Rows of the classifier, which features do not use. */
  readonly logits: number;
}

export interface RecognisedTransUnet extends Recognised {
  readonly family: 'transunet';
  readonly variant: 'R50-ViT-B_16' | 'ViT-B_16' | 'custom';
  readonly configuration: TransUnetConfiguration;
}

export interface TransUnetConfiguration {
  /** Side of the square input image, pixels. */
  readonly side: number;
  /** Whether a ResNet comes before the transformer. */
  readonly isHybrid: boolean;
  /** Units in each block of the ResNet; empty without one. */
  readonly resnetUnits: readonly number[];
  /** Channels of the ResNet's root; 0 without one. */
  readonly resnetWidth: number;
  readonly dim: number;
  readonly depth: number;
  readonly mlpDim: number;
  /** Output channels of the four decoder blocks. */
  readonly decoderChannels: readonly number[];
  /** Channels that each decoder block takes from a skip connection, 0 for none. */
  readonly skipChannels: readonly number[];
  /** Outputs, with the background. */
  readonly classes: number;
}

/** The pretrained weights that TransUNet starts from: an encoder without a decoder. */
export interface RecognisedGoogleVit extends Recognised {
  readonly family: 'google-vit';
  readonly variant: 'R50+ViT-B_16' | 'ViT-B_16' | 'custom';
  readonly isHybrid: boolean;
  readonly dim: number;
  readonly depth: number;
  /** Side of the position embedding, in tokens. */
  readonly grid: number;
}

export type RecognisedCheckpoint =
  RecognisedSam | RecognisedSamedLora | RecognisedInception | RecognisedTransUnet | RecognisedGoogleVit;
