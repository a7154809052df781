/**
 * The contract of converting checkpoints into models that onnxruntime can run: what is given, what is planned, and what
 * stands in the folder afterwards. Types only.
 */
import type { NamedTensors, TensorSource } from '../../core/formats/tensor-source.ts';
import type { RecognisedCheckpoint, TransUnetConfiguration } from '../checkpoints/recognised.ts';
import type { StreamedModel } from '../graph/params.ts';
import type { NetworkRole } from '../onnx/interface.ts';
import type { Precision } from '../onnx/lower.ts';
import type { SamedConfiguration } from '../zoo/samed-configuration.ts';

/** A checkpoint file that was opened and recognised. */
export interface CheckpointFile {
  readonly name: string;
  readonly source: TensorSource;
  readonly recognised: RecognisedCheckpoint;
}

export interface ConversionSettings {
  readonly precision: Precision;
  /** Side of the square input in pixels, a multiple of 16; null takes the default of a SAM and the own side of others, which take no other. */
  readonly side: number | null;
}

/** `sam-encoder` is a SAM without adapters: its image embedding serves as features. */
export type ConvertedKind = 'samed' | 'sam-encoder' | 'inception-v3' | 'transunet';

/** A graph of the model and the names of its files. The outputs of each graph are inputs of the next. */
export interface PlannedGraph {
  readonly part: 'encoder' | 'decoder' | 'whole';
  /** `encoder.onnx`. */
  readonly file: string;
  /** Where its larger weights lie, and the name by which a session must be given them; null when all are in `file`. */
  readonly dataFile: string | null;
  readonly model: StreamedModel;
}

/** Low-rank adapters of an encoder, packed as its graph takes them: inputs `lora_a [2*depth,R,C]` and `lora_b [2*depth,C,R]`. */
export interface AdapterFile {
  /** `adapter.safetensors`, tensors `lora_a` and `lora_b` of f32. */
  readonly file: string;
  readonly rank: number;
}

export interface PlannedAdapter extends AdapterFile {
  /** `lora_a` and `lora_b`: small, so read at once. */
  readonly read: () => Promise<NamedTensors>;
}

/** A SAM or SAMed as it is kept to be trained and to share its encoder: tensors under SAM's and SAMed's names. */
export interface PlannedSam {
  /** A SAM that nobody adapted has rank 0 and no mask tokens. */
  readonly configuration: SamedConfiguration;
  /** The SAM's, fitted to the side, and over them those of the SAMed. */
  readonly tensors: TensorSource;
}

/** A TransUNet as it is kept to be trained: tensors under the published names, norms not yet folded. */
export interface PlannedTransUnet {
  readonly configuration: TransUnetConfiguration;
  readonly heads: number;
  readonly tensors: TensorSource;
}

/** What would be made of some checkpoints: known before any weight is read. */
export interface ConversionPlan {
  readonly kind: ConvertedKind;
  /** Which of its family: `ViT-B`, `fid`, `R50-ViT-B_16`; `custom` for sizes that were not published. */
  readonly variant: string;
  /** "SAMed ViT-B, side 512, rank 4, background and 2 classes, half precision". */
  readonly words: string;
  readonly role: NetworkRole;
  /** Classes that a segmenter's logits tell apart, with the background; null for an extractor. */
  readonly classes: number | null;
  readonly precision: Precision;
  /** Side of the square input [N,3,side,side], pixels. */
  readonly side: number;
  readonly graphs: readonly PlannedGraph[];
  readonly adapter: PlannedAdapter | null;
  /** Null for other families. */
  readonly sam: PlannedSam | null;
  readonly transUnet: PlannedTransUnet | null;
  /** About what the files will take together. */
  readonly sizeBytes: number;
  /** Tensors of the checkpoints that the model does not use, without those that are left out on purpose. */
  readonly unused: readonly string[];
}

/** The files of a finished conversion: plain data to be kept with them. */
export interface ConvertedModel {
  readonly kind: ConvertedKind;
  readonly words: string;
  readonly role: NetworkRole;
  readonly precision: Precision;
  readonly side: number;
  readonly graphs: readonly Omit<PlannedGraph, 'model'>[];
  readonly adapter: AdapterFile | null;
}
