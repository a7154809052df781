/**
 * The contract between the page and its data workers: interfaces and message types, no code. Arguments and results are
 * plain data, typed arrays and ids.
 */
import type { DemoCohortSpec } from '../../core/cohort/demo-cohort.ts';
import type { SampleId, SampleRecord } from '../../core/cohort/sample.ts';
import type { SerializedError } from '../../core/errors.ts';
import type { Augmentation } from '../../core/imaging/augment.ts';
import type { CropFrame } from '../../core/imaging/crop.ts';
import type { FeaturePreprocess, SegmentationPreprocess } from '../../core/imaging/preprocess.ts';
import type { OverlapCounts } from '../../core/segmentation/overlap.ts';

export type { DemoCohortSpec } from '../../core/cohort/demo-cohort.ts';
export type { FeaturePreprocess, SegmentationPreprocess } from '../../core/imaging/preprocess.ts';

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
  /**
   * `augmentations`, one for each id, are for training: applied between crop and resize. Samples asked for with them are kept
   * in memory as far as they fit, because they are asked for again.
   */
  prepare(
    ids: readonly SampleId[],
    preprocess: Preprocess,
    augmentations?: readonly Augmentation[],
  ): Promise<PreparedBatch>;
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
