/**
 * The contract between the page and the compute worker: interfaces and message types, no code. Long calls have the
 * signature (spec, signal, report), always at top level, because Comlink converts top-level arguments only.
 */
import type { RecognisedCheckpoint } from '../../models/checkpoints/recognised.ts';
import type { ConversionSettings } from '../../models/convert/conversion.ts';
import type { NetworkMapping } from '../../models/onnx/mapping.ts';
import type { Precision } from '../../models/onnx/lower.ts';
import type { EmbeddedModelName } from '../../models/zoo/registry.ts';
import type { SampleId } from '../../core/cohort/sample.ts';
import type { SerializedError } from '../../core/errors.ts';
import type { CropFrame } from '../../core/imaging/crop.ts';
import type { FeaturePreprocess, SegmentationPreprocess } from '../../core/imaging/preprocess.ts';
import type { OverlapCounts } from '../../core/segmentation/overlap.ts';
import type { Report } from '../../core/tasks.ts';

export type Provider = 'webgpu' | 'wasm';

/** Where a person wants models to run; `automatic` is WebGPU unless it is much slower. */
export type RunOn = 'automatic' | Provider;

export interface RuntimeReport {
  readonly provider: Provider;
  /** Why this provider and not the other, in one sentence. */
  readonly reason: string;
  /** Adapter name for WebGPU ("swiftshader", "nvidia ampere"), else empty. */
  readonly adapter: string;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  readonly threadCount: number;
  readonly crossOriginIsolated: boolean;
}

/** SHA-256 of an ONNX file, or of the hashes of the weights and the settings that a model was made with. */
export type ModelId = string;
export type ModelRole = 'segmenter' | 'extractor';

export interface ModelInput {
  readonly name: string;
  readonly channels: 1 | 3;
  /** Side of the square input in pixels; null where the model takes any. */
  readonly side: number | null;
  /** Batch size the model demands; null where it takes any. */
  readonly batch: number | null;
}

export interface SelfTest {
  readonly status: 'agreed' | 'differed' | 'single-provider';
  /** Largest |WebGPU - WASM| over the output on the self-test input; NaN when only one provider could run. */
  readonly maxAbsDifference: number;
  readonly tolerance: number;
  readonly webgpuMs: number | null;
  readonly wasmMs: number | null;
  /** The result in one sentence. */
  readonly summary: string;
}

/** The training that made a model. */
export interface TrainedIn {
  readonly runId: string;
  readonly which: 'best' | 'last';
  /** Steps that its weights have done. */
  readonly step: number;
  /** What it was trained from. */
  readonly baseName: string;
  /** Centre crop of its training images, in pixels; null for none. */
  readonly crop: number | null;
}

export interface ModelReport {
  readonly id: ModelId;
  readonly name: string;
  readonly role: ModelRole;
  readonly source: 'embedded' | 'dropped' | 'trained';
  /** Of a trained model. */
  readonly trainedIn?: TrainedIn;
  /** Centre crop that a segmenter was made or trained for, in pixels, null for none; absent where nobody has said. */
  readonly crop?: number | null;
  readonly description: string;
  readonly sizeBytes: number;
  readonly parameterCount: number;
  readonly input: ModelInput;
  readonly outputName: string;
  /** Of a model of another maker: how images and outputs are mapped. */
  readonly mapping?: NetworkMapping;
  /** Classes of a segmenter's logits, or the length of an extractor's feature vector. */
  readonly outputChannels: number;
  /** Where this model runs: on a WebGPU runtime it is WASM when that was asked for, or the self-test found WebGPU wrong, failing or, with `automatic`, much slower. */
  readonly provider: Provider;
  readonly selfTest: SelfTest;
  /** What was assumed about a foreign model or left out of a checkpoint, one sentence each. */
  readonly assumptions: readonly string[];
  /** The files it was made of; none for an embedded model. */
  readonly sources: readonly SourceFile[];
  /** Form of the weights; null for a foreign model, which may mix them. */
  readonly precision: Precision | null;
  /** Whether it is kept for the next visit; false for an embedded model, which need not be. */
  readonly isKept: boolean;
}

/** A file that a model was made of. */
export interface SourceFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** What it is: "SAM ViT-B, 1024, 375 MB"; empty for an ONNX file. */
  readonly words: string;
}

export type ModelSource =
  | { readonly kind: 'embedded'; readonly name: EmbeddedModelName }
  /** One that `makeModel` or a training made, now or on an earlier visit. */
  | { readonly kind: 'made'; readonly id: ModelId };

/** What a dropped file turned out to be. */
export type ExaminedFile =
  | { readonly kind: 'checkpoint'; readonly recognised: RecognisedCheckpoint }
  | {
      readonly kind: 'onnx';
      /** Those it may serve, at least one. */
      readonly roles: readonly ModelRole[];
      /** What the file says of its input and output, in one sentence. */
      readonly found: string;
    };

/** Files to make a model of. They are read in slices where they lie. */
export type MakeModelSpec =
  | {
      readonly kind: 'onnx';
      readonly role: ModelRole;
      readonly file: File;
      /** Files that came with it; those that it names hold weights of it. */
      readonly dataFiles: readonly File[];
      /** What a person said of it; absent for what the file tells. */
      readonly mapping?: NetworkMapping;
    }
  | {
      /** What the command line exported: its model.json and the files that it names. */
      readonly kind: 'exported';
      readonly record: File;
      readonly files: readonly File[];
    }
  | {
      readonly kind: 'checkpoints';
      /** One checkpoint, or a SAM and the adapters of a SAMed. */
      readonly files: readonly File[];
      readonly settings: ConversionSettings;
    };

/** What would be made of checkpoints. */
export interface ConversionOutline {
  /** "SAMed ViT-B, side 512, rank 4, background and 2 classes". */
  readonly words: string;
  readonly role: ModelRole;
  /** About what its files will take. */
  readonly sizeBytes: number;
  /** Tensors of the checkpoints that the model does not use. */
  readonly unused: readonly string[];
}

/** A model in the cache. */
export interface MadeModel {
  readonly id: ModelId;
  readonly name: string;
  readonly role: ModelRole;
  /** What a training may start from it as, also from a plain SAM, which serves as extractor alone; null for others. */
  readonly trainsAs: 'samed' | 'transunet' | null;
  readonly sizeBytes: number;
  /** Of a trained model. */
  readonly trainedIn?: TrainedIn;
}

/** A sample and the data worker that has it. */
export interface SampleRef {
  readonly id: SampleId;
  readonly shard: number;
}

export interface FeatureSpec {
  readonly modelId: ModelId;
  readonly preprocess: FeaturePreprocess;
  readonly samples: readonly SampleRef[];
}

export interface FeatureReport {
  /** Where the vectors lie in the feature cache; `analysis.worker` reads them by it. */
  readonly featureSetId: string;
  readonly featureCount: number;
  readonly computed: number;
  readonly fromCache: number;
  readonly failures: readonly { readonly id: SampleId; readonly error: SerializedError }[];
}

export interface PredictSpec {
  readonly runId: string;
  readonly modelId: ModelId;
  readonly preprocess: SegmentationPreprocess;
  readonly samples: readonly SampleRef[];
}

export interface ImageOverlap {
  readonly id: SampleId;
  readonly overlap: OverlapCounts;
}

export interface PredictReport {
  readonly images: readonly ImageOverlap[];
  readonly failures: readonly { readonly id: SampleId; readonly error: SerializedError }[];
  readonly elapsedMs: number;
}

export interface ComputeWorker {
  /** Starts the runtime on one provider. A worker tries one provider only; a failed one is thrown away. */
  start(provider: Provider): Promise<RuntimeReport>;
  /** Resolves with the reason when the GPU device is lost; never for WASM. */
  deviceLost(): Promise<string>;
  /** Destroys the device, for the test of recovery. */
  destroyDevice(): Promise<void>;
  /** Takes the port to a data worker. A shard connected again has a new worker: close the old connection, or its calls never end. */
  connect(shard: number, port: MessagePort): Promise<void>;
  /** What a file is, from its list of contents alone. Errors: `checkpoint/*`, `pickle/*`, `onnx/*`, `file/*`. */
  examine(file: File, dataFileNames: readonly string[]): Promise<ExaminedFile>;
  /** What would be made of checkpoints. Errors: `checkpoint/*` naming the tensors, `model/needs-checkpoint`, `model/not-convertible`. */
  outline(files: readonly File[], settings: ConversionSettings): Promise<ConversionOutline>;
  /**
   * Makes a model and keeps it; does nothing when it was made before. Nothing stays of one that fails or is cancelled.
   * Errors: the signal's reason; as `examine` and `outline`; `model/storage-full`.
   */
  makeModel(spec: MakeModelSpec, signal: AbortSignal, report: Report): Promise<ModelId>;
  /**
   * Makes another model of the same ONNX file with another mapping, for its numbers are others; the first one stays.
   * Errors: the signal's reason; `onnx/unsupported-interface` for a mapping that does not fit; `model/not-loaded`,
   * `model/storage-full`.
   */
  mapModel(id: ModelId, mapping: NetworkMapping, signal: AbortSignal): Promise<ModelId>;
  /** Every model of the cache. */
  madeModels(): Promise<readonly MadeModel[]>;
  /** Unloads a model and deletes its files. */
  deleteModel(id: ModelId): Promise<void>;
  /** Errors: `model/not-loaded` (not in the cache), `onnx/damaged`, `onnx/unsupported-interface`, `model/self-test-failed`. */
  load(source: ModelSource, runOn?: RunOn): Promise<ModelReport>;
  unload(id: ModelId): Promise<void>;
  extractFeatures(spec: FeatureSpec, signal: AbortSignal, report: Report): Promise<FeatureReport>;
  predict(spec: PredictSpec, signal: AbortSignal, report: Report): Promise<PredictReport>;
  /** A stored predicted mask, [side, side] or the size it was given in. Undefined when there is none. */
  readPrediction(runId: string, id: SampleId): Promise<PredictedMask | undefined>;
}

export interface PredictedMask {
  readonly height: number;
  readonly width: number;
  /** [height, width] u8 classes. */
  readonly mask: Uint8Array<ArrayBuffer>;
  /** Where the mask lies in the image: rows and columns of the crop it was made from, in image pixels. */
  readonly frame: CropFrame;
}
