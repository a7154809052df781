/** What stands beside the files of kept models and encoders: how to run them, and what they were made of. */
import type { SamConfiguration, TransUnetConfiguration } from '../../models/checkpoints/recognised.ts';
import type { ConvertedModel } from '../../models/convert/conversion.ts';
import type { NetworkMapping } from '../../models/onnx/mapping.ts';
import type { Precision } from '../../models/onnx/lower.ts';
import type { EmbeddedWeights } from '../../models/zoo/registry.ts';
import type { SamedConfiguration } from '../../models/zoo/samed-configuration.ts';
import type { ModelRole, SourceFile, TrainedIn } from '../api/compute.ts';
import type { ModelCache } from './model-cache.ts';

/**
 * Counts up when the files of a conversion change, so that old entries are made anew. There is nothing to make a trained
 * model of but its run: its entry must be carried over.
 */
export const MANIFEST_FORMAT = 4;

interface Manifest {
  readonly format: typeof MANIFEST_FORMAT;
  readonly name: string;
  readonly role: ModelRole;
  readonly sources: readonly SourceFile[];
}

/** A file of another maker, copied. */
export interface OnnxManifest extends Manifest {
  readonly kind: 'onnx';
  readonly file: string;
  readonly dataFiles: readonly string[];
  readonly mapping: NetworkMapping;
}

/** Made of checkpoints. */
export interface ConvertedManifest extends Manifest {
  readonly kind: 'converted';
  readonly converted: ConvertedModel;
  /** Tensors of the checkpoints that the model does not use. */
  readonly unused: readonly string[];
}

/** Whose encoder a model runs. A model that comes with the workbench may change with it, so its hash is noted. */
export type EncoderReference =
  | { readonly kind: 'kept'; readonly id: string }
  | { readonly kind: 'embedded'; readonly weights: EmbeddedWeights; readonly sha256: string };

/** A SAM or SAMed: an encoder that others may share, and in `OWN_TENSORS` what is its own. */
export interface SamManifest extends Manifest {
  readonly kind: 'sam';
  /** Rank 0 without adapters. */
  readonly configuration: SamedConfiguration;
  /** Whether it wants pixels as SAM was trained, not as SAMed is. */
  readonly normalises: boolean;
  readonly encoder: EncoderReference;
  readonly unused: readonly string[];
  /** Undefined for a model made of checkpoints. */
  readonly trainedIn?: TrainedIn;
}

/** A TransUNet in full precision, in `OWN_TENSORS` as it was trained: its norms are folded when it is opened. */
export interface TransUnetManifest extends Manifest {
  readonly kind: 'transunet';
  readonly configuration: TransUnetConfiguration;
  readonly heads: number;
  readonly unused: readonly string[];
  /** Undefined for a model made of a checkpoint. */
  readonly trainedIn?: TrainedIn;
}

/** All tensors of a TransUNet; of a SAM or SAMed those that are not its encoder's. Under the published names. */
export const OWN_TENSORS = 'own.safetensors';

export type ModelManifest = OnnxManifest | ConvertedManifest | SamManifest | TransUnetManifest;

/** The training that made a kept model, if one did. */
export function trainedInOf(manifest: ModelManifest): TrainedIn | undefined {
  return 'trainedIn' in manifest ? manifest.trainedIn : undefined;
}

/** An encoder, whose files are those of models/convert/kept-encoder.ts. */
export interface EncoderManifest {
  readonly format: typeof MANIFEST_FORMAT;
  readonly configuration: SamConfiguration;
  readonly precision: Precision;
}

/** What this browser keeps: models, and the encoders that they share. */
export interface ModelCaches {
  readonly models: ModelCache<ModelManifest>;
  readonly encoders: ModelCache<EncoderManifest>;
}
