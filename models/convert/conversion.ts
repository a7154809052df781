/**
 * The contract of converting checkpoints into models that onnxruntime can run: what is given, what is planned, and what
 * stands in the folder afterwards. Types only.
 */
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import type { RecognisedCheckpoint } from '../checkpoints/recognised.ts';
import type { StreamedModel } from '../graph/params.ts';
import type { NetworkRole } from '../onnx/interface.ts';
import type { Precision } from '../onnx/lower.ts';

/** A checkpoint file that was opened and recognised. */
export interface CheckpointFile {
  readonly name: string;
  readonly source: TensorSource;
  readonly recognised: RecognisedCheckpoint;
}

export interface ConversionSettings {
  readonly precision: Precision;
  /** Side of the square input in pixels, a multiple of 16; SAM alone can be adapted, null keeps the checkpoint's own. */
  readonly side: number | null;
}

/** `sam-encoder` is a SAM without adapters: its image embedding serves as features. */
export type ConvertedKind = 'samed' | 'sam-encoder' | 'inception-v3' | 'transunet';

/** A graph of the model and the names of its files. The outputs of each graph are inputs of the next. */
export interface PlannedGraph {
  readonly part: 'encoder' | 'decoder' | 'whole';
  /** `encoder.onnx`; its larger weights lie in `dataFile`, by which name the session must mount it. */
  readonly file: string;
  /** Null when every weight is small. */
  readonly dataFile: string | null;
  readonly model: StreamedModel;
}

/** Low-rank adapters of an encoder, packed as its graph takes them: inputs `lora_a [2*depth,R,C]` and `lora_b [2*depth,C,R]`. */
export interface PlannedAdapter {
  /** `adapter.safetensors`, tensors `lora_a` and `lora_b` of f32. */
  readonly file: string;
  readonly rank: number;
  readonly dim: number;
  readonly depth: number;
}

/** What would be made of some checkpoints: known before any weight is read. */
export interface ConversionPlan {
  readonly kind: ConvertedKind;
  /** "SAMed ViT-B, side 512, rank 4, background and 2 classes, half precision". */
  readonly words: string;
  readonly role: NetworkRole;
  readonly precision: Precision;
  /** Side of the square input [N,3,side,side], pixels. */
  readonly side: number;
  readonly graphs: readonly PlannedGraph[];
  readonly adapter: PlannedAdapter | null;
  /** About what the files will take together. */
  readonly sizeBytes: number;
  /** Tensors of the checkpoints that the model does not use. */
  readonly unused: readonly string[];
}

/** The record of a finished conversion: plain data to be kept with its files. */
export interface ConvertedModel {
  readonly format: 1;
  readonly kind: ConvertedKind;
  readonly words: string;
  readonly role: NetworkRole;
  readonly precision: Precision;
  readonly side: number;
  readonly graphs: readonly {
    readonly part: PlannedGraph['part'];
    readonly file: string;
    readonly dataFile: string | null;
    readonly sizeBytes: number;
  }[];
  readonly adapter: PlannedAdapter | null;
  /** What it was made of, in words. */
  readonly sources: readonly { readonly name: string; readonly sizeBytes: number; readonly words: string }[];
}
