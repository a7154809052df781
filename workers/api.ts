/**
 * The contracts between the page and its workers: interfaces and message types, no code.
 * Arguments and results are plain data, typed arrays and ids. Long calls have the signature (spec, signal, report),
 * always at top level, because Comlink converts top-level arguments only.
 */
import type { DemoCohortSpec } from '../core/cohort/demo-cohort.ts';
import type { SampleId, SampleRecord } from '../core/cohort/sample.ts';
import type { EquityDefinition } from '../core/equity/equity-scaled.ts';
import type { EquityWarning } from '../core/equity/group-inclusion.ts';
import type { SerializedError } from '../core/errors.ts';
import type { CropFrame } from '../core/imaging/crop.ts';
import type { FeaturePreprocess, SegmentationPreprocess } from '../core/imaging/preprocess.ts';
import type { DrawComparison } from '../core/search/draw-comparison.ts';
import type { ClusterPrefix } from '../core/search/strategies/selection.ts';
import type { Region } from '../core/segmentation/classes.ts';
import type { Convention, EmptyRule, OverlapCounts } from '../core/segmentation/overlap.ts';
import type { Interval } from '../core/statistics/bca.ts';
import type { Report } from '../core/tasks.ts';

export type { DemoCohortSpec } from '../core/cohort/demo-cohort.ts';
export type { FeaturePreprocess, SegmentationPreprocess } from '../core/imaging/preprocess.ts';

// ---------------------------------------------------------------- data.worker

/** One file to be read, with its path inside what was dropped. */
export interface IngestFile {
  readonly path: string;
  readonly file: File;
}

export type IngestResult =
  | { readonly status: 'loaded'; readonly record: SampleRecord }
  | {
      readonly status: 'rejected';
      readonly path: string;
      readonly sizeBytes: number;
      readonly error: SerializedError;
    };

/** Side of the square thumbnails, in pixels. */
export const THUMBNAIL_SIDE = 96;

export interface Thumbnail {
  readonly id: SampleId;
  /** [THUMBNAIL_SIDE, THUMBNAIL_SIDE] u8 grey, the image fitted inside the square, area-averaged. */
  readonly image: Uint8Array<ArrayBuffer>;
  /** [THUMBNAIL_SIDE, THUMBNAIL_SIDE] u8, classes 0, 1, 2, nearest pixel. */
  readonly mask: Uint8Array<ArrayBuffer>;
}

/** A sample at full size, for the inspector. */
export interface SamplePixels {
  readonly id: SampleId;
  readonly height: number;
  readonly width: number;
  /** [height, width] u8: clipped to 0..255 and rounded. */
  readonly image: Uint8Array<ArrayBuffer>;
  /** [height, width] u8, classes 0, 1, 2. */
  readonly mask: Uint8Array<ArrayBuffer>;
  /** Every array of the file, for the list of file facts. */
  readonly arrays: readonly {
    readonly key: string;
    readonly dtype: string;
    readonly shape: readonly number[];
  }[];
}

export type Preprocess = SegmentationPreprocess | FeaturePreprocess;

export interface PreparedBatch {
  /** The samples that could be read, in the order asked for. */
  readonly ids: readonly SampleId[];
  /** [ids.length, side, side] f32 in [0, 1], one channel. */
  readonly images: Float32Array<ArrayBuffer>;
  /** [ids.length, side, side] u8 classes; empty for features. */
  readonly masks: Uint8Array<ArrayBuffer>;
  /** Where each image's crop lies, in image pixels; empty for features. */
  readonly frames: readonly CropFrame[];
  readonly failures: readonly { readonly id: SampleId; readonly error: SerializedError }[];
}

/** What a data worker offers to the compute worker over a direct channel. */
export interface SampleSource {
  prepare(ids: readonly SampleId[], preprocess: Preprocess): Promise<PreparedBatch>;
}

/** A prediction made elsewhere, read from `.npz` or `.png`. */
export type PredictionResult =
  | {
      readonly status: 'scored';
      readonly id: SampleId;
      readonly path: string;
      readonly overlap: OverlapCounts;
      /** The size both masks were compared at, and whose it is. */
      readonly comparedAt: string;
      /** How the file was read, one sentence each. */
      readonly notes: readonly string[];
    }
  | { readonly status: 'rejected'; readonly path: string; readonly error: SerializedError };

/** One of the pool of data workers: it owns a share of the files and of the thumbnails. */
export interface DataWorker {
  /**
   * Opens the stores of this worker, once. Returns whether they outlive the page (not in private windows, nor while
   * another tab has them) and how many records an earlier visit left.
   */
  open(
    shard: number,
    shardCount: number,
  ): Promise<{ readonly persistent: boolean; readonly recordCount: number }>;
  /** Records in the order they were read, `limit` of them from `from` on: a few at a time, so that the page stays smooth. */
  restore(from: number, limit: number): Promise<readonly SampleRecord[]>;
  /** Reads, checks, hashes and thumbnails a few files. A bad file is a result, not an error. Keeps each loaded file. */
  ingest(files: readonly IngestFile[]): Promise<readonly IngestResult[]>;
  /** As `ingest`, with files of the demo cohort that this worker makes itself, now and whenever they are read again. */
  ingestDemo(cohort: DemoCohortSpec, indices: readonly number[]): Promise<readonly IngestResult[]>;
  /**
   * Gives restored samples their files again. Matches by path, size and time, else by size and hash.
   * Returns the id for each file, undefined where none matched.
   */
  attach(files: readonly IngestFile[]): Promise<readonly (SampleId | undefined)[]>;
  /** Which of this worker's samples have their file. */
  attached(): Promise<readonly SampleId[]>;
  /** Forgets samples; with no ids, all of them. */
  forget(ids?: readonly SampleId[]): Promise<void>;
  /** Lets go of the stored files, so that they can be deleted. The worker is of no use afterwards. */
  close(): Promise<void>;
  thumbnails(ids: readonly SampleId[]): Promise<readonly Thumbnail[]>;
  /** Errors: `sample/not-loaded`, `file/changed`, `file/unreadable`. */
  readSample(id: SampleId): Promise<SamplePixels>;
  /** Serves `SampleSource` on the port. Takes the port. */
  serve(port: MessagePort): Promise<void>;
  /** Scores predictions made elsewhere against this worker's samples; `id` is what the page matched by name. Keeps the masks under `runId`. */
  scorePredictions(
    runId: string,
    files: readonly (IngestFile & { readonly id: SampleId })[],
    preprocess: SegmentationPreprocess,
  ): Promise<readonly PredictionResult[]>;
}

// ------------------------------------------------------------- compute.worker

export type Provider = 'webgpu' | 'wasm';

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

/** SHA-256 of the model's bytes. */
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

export interface ModelReport {
  readonly id: ModelId;
  readonly name: string;
  readonly role: ModelRole;
  readonly source: 'embedded' | 'dropped';
  readonly description: string;
  readonly sizeBytes: number;
  readonly parameterCount: number;
  readonly input: ModelInput;
  readonly outputName: string;
  /** Classes of a segmenter's logits, or the length of an extractor's feature vector. */
  readonly outputChannels: number;
  /** Where this model runs: on a WebGPU runtime it is WASM when the self-test found WebGPU wrong, failing or much slower. */
  readonly provider: Provider;
  readonly selfTest: SelfTest;
  /** What was assumed about a foreign model, one sentence each. */
  readonly assumptions: readonly string[];
}

export type ModelSource =
  | { readonly kind: 'embedded'; readonly name: 'baseline-segmenter' | 'filter-bank' }
  | {
      readonly kind: 'onnx';
      readonly name: string;
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly role: ModelRole;
    };

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
  /** Takes `source.bytes`. Errors: `onnx/damaged`, `onnx/unsupported-interface`, `model/self-test-failed`. */
  load(source: ModelSource): Promise<ModelReport>;
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

// ------------------------------------------------------------ analysis.worker

export type Strategy = 'greedy' | 'weighted' | 'random' | 'aggressive';
export type Clustering = 'k-means' | 'balanced-k-means';

export interface SearchSpec {
  readonly featureSetId: string;
  readonly pool: readonly SampleId[];
  readonly target: readonly SampleId[];
  readonly clustering: Clustering;
  readonly clusterCount: number;
  readonly selectionSize: number;
  readonly strategy: Strategy;
  readonly seed: number;
  /** Random draws of the same size that the selection is compared with. */
  readonly drawCount: number;
}

export interface ClusterSummary {
  readonly index: number;
  readonly size: number;
  /** Fréchet distance to the target; null for a cluster of fewer than two, which has no covariance. */
  readonly distance: number | null;
  /** log softmax(-distance) over the clusters. */
  readonly logWeight: number | null;
  readonly selectedCount: number;
}

export type SearchWarningCode =
  | 'selection-below-feature-count'
  | 'target-below-feature-count'
  | 'weight-on-one-cluster'
  | 'clusters-without-distance'
  | 'unscored-samples-selected'
  | 'clustering-not-converged';

/** A reason to read the result with care; `count` is the number in the sentence. */
export interface SearchWarning {
  readonly code: SearchWarningCode;
  readonly message: string;
  readonly count: number;
}

export interface SearchResult {
  readonly spec: Omit<SearchSpec, 'pool' | 'target'>;
  readonly featureCount: number;
  readonly poolCount: number;
  readonly targetCount: number;
  readonly clusters: readonly ClusterSummary[];
  /** Cluster of every pool sample, in the order of `spec.pool`. */
  readonly assignment: Int32Array<ArrayBuffer>;
  readonly inertia: number;
  readonly iterations: number;
  /** In the order of selection. */
  readonly selected: readonly SampleId[];
  /** For `aggressive`: how the union of clusters was grown. */
  readonly prefix: ClusterPrefix | null;
  /** Fréchet distance of the selection to the target. */
  readonly selectionDistance: number;
  /** Unbiased squared kernel MMD (KID) of the selection to the target; free of the Fréchet distance's sample-size bias, may be negative. */
  readonly selectionKid: number;
  /** Mean of 1 - Pearson correlation over pairs of selected samples; null where a feature vector is constant. */
  readonly selectionDiversity: number | null;
  /** Fréchet distance of the whole pool to the target. */
  readonly poolDistance: number;
  /** Fréchet distances of `drawCount` random draws of the same size. */
  readonly drawDistances: readonly number[];
  /** Where `selectionDistance` lies among `drawDistances`; null without draws. */
  readonly drawComparison: DrawComparison | null;
  /** Coordinates along the first two principal components of pool and target together. */
  readonly map: {
    /** [poolCount, 2] in the order of `spec.pool`. */
    readonly pool: Float32Array<ArrayBuffer>;
    /** [targetCount, 2] in the order of `spec.target`. */
    readonly target: Float32Array<ArrayBuffer>;
    /** Share of the variance along each axis. */
    readonly shareFrac: readonly number[];
  };
  readonly warnings: readonly SearchWarning[];
  readonly elapsedMs: number;
}

/** Groups of the evaluated images by an attribute, age bins or an intersection. */
export interface EvaluationGrouping {
  readonly id: string;
  readonly groups: readonly string[];
  /** Group of every image, in the order of `SummarySpec.overlaps`; -1 is unknown. */
  readonly indices: Int16Array<ArrayBuffer>;
}

export interface SummarySpec {
  /** Counts of every evaluated image. */
  readonly overlaps: readonly OverlapCounts[];
  readonly groupings: readonly EvaluationGrouping[];
  readonly convention: Convention;
  readonly equityDefinition: EquityDefinition;
  /** Groups with fewer images are left out of equity-scaled scores and gaps. */
  readonly minGroupSize: number;
  readonly resampleCount: number;
  readonly seed: number;
}

/** A number with its 95 % bootstrap interval; null where it is undefined. */
export interface Estimate {
  readonly value: number | null;
  readonly interval: Interval | null;
}

export interface GroupSummary {
  readonly name: string;
  readonly count: number;
  readonly mean: Estimate;
  /** Takes part in the equity-scaled score and the gaps. */
  readonly included: boolean;
}

export interface GroupingSummary {
  readonly id: string;
  readonly groups: readonly GroupSummary[];
  /** Images of unknown group: they count in the overall mean only. */
  readonly unknownCount: number;
  readonly equityScaled: Estimate;
  /** Largest minus smallest mean of the included groups. */
  readonly gap: Estimate;
  /** Sample standard deviation of the included groups' means. */
  readonly sd: Estimate;
  readonly minMaxRatio: Estimate;
  readonly skewedErrorRatio: Estimate;
  /** Indices into `groups`; null with fewer than two included groups. */
  readonly worstGroup: number | null;
  readonly bestGroup: number | null;
  readonly warnings: readonly EquityWarning[];
}

export type ScoredRegion = Region | 'overall';
export type OverlapMetric = 'dice' | 'iou';

export interface MetricSummary {
  readonly region: ScoredRegion;
  readonly metric: OverlapMetric;
  readonly overall: Estimate;
  /** In the order of `SummarySpec.groupings`. */
  readonly groupings: readonly GroupingSummary[];
  /** Images whose score an empty mask decided; for `overall`, images where it did so for rim or cup. */
  readonly emptyRuleCounts: Readonly<Record<EmptyRule, number>>;
}

export interface EvaluationSummary {
  readonly spec: Omit<SummarySpec, 'overlaps' | 'groupings'>;
  readonly imageCount: number;
  /** Every region with every metric. */
  readonly metrics: readonly MetricSummary[];
  readonly elapsedMs: number;
}

export interface AnalysisWorker {
  /** Never sees an attribute: pool and target are ids. Errors: `search/*`, `linalg/*`. */
  search(spec: SearchSpec, signal: AbortSignal, report: Report): Promise<SearchResult>;
  /** Means, equity-scaled scores and gaps with joint bootstrap intervals. Errors: `evaluate/no-images`. */
  summarize(spec: SummarySpec, signal: AbortSignal, report: Report): Promise<EvaluationSummary>;
}

// ------------------------------------------------------------ all workers

/** One request seen inside a worker, for the privacy ledger. */
export interface RequestSeen {
  readonly url: string;
  readonly initiator: string;
  readonly sizeBytes: number;
  readonly startedMs: number;
}

/** Every worker answers this, so that the ledger covers all threads. */
export interface Observed {
  requests(): Promise<readonly RequestSeen[]>;
}
