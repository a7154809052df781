/** The part of the compute worker's contract that trains: settings, runs, events and checks. Types only. */
import type { SampleId } from '../../core/cohort/sample.ts';
import type { SerializedError } from '../../core/errors.ts';
import type { PreprocessPreset } from '../../core/imaging/crop.ts';
import type { Report } from '../../core/tasks.ts';
import type { Objective } from '../train/objectives/objective.ts';
import type { Recomputation, WeightStorage } from '../train/plan/plan.ts';
import type { ModelId, ModelSource, SampleRef } from './compute.ts';

/** Everything that a person may change; the recipe's defaults stand in `workers/train/recipes.ts`. */
export interface TrainSettings {
  readonly objective: Objective;
  /** With SAMed: adapters and decoder, as published, or every weight. Of a TransUNet every weight is trained. */
  readonly trainable: 'adapters-and-decoder' | 'all';
  /** Rank of a SAMed's new adapters, where the model has none yet, 0 for none; a loaded SAMed keeps its own. */
  readonly rank: number;
  readonly adaptsDecoder: boolean;
  readonly crossEntropyWeight: number;
  readonly diceWeight: number;
  readonly optimizer: 'adamw' | 'sgd';
  readonly learningRate: number;
  readonly weightDecay: number;
  /** SGD only. */
  readonly momentum: number;
  readonly warmUpStepCount: number;
  /** Length of the run; the published early stop is a smaller number of epochs than the decay is stretched over. */
  readonly epochCount: number;
  /** Epochs that the decay of the learning rate is stretched over. */
  readonly decayEpochCount: number;
  readonly batchSize: number;
  readonly isAugmented: boolean;
  readonly preset: PreprocessPreset;
  /** Centre crop before the resize, in pixels; null for none. */
  readonly crop: number | null;
  /** Steps between validations, 0 for none; and how many without a better Dice end the run, 0 for never. */
  readonly validateEverySteps: number;
  readonly patience: number;
  /** Steps between checkpoints. */
  readonly checkpointEverySteps: number;
  readonly seed: number;
  /** Null: chosen to fit. */
  readonly recomputation: Recomputation | null;
  readonly microBatch: number | null;
  /** Of the matrices of frozen layers, on the GPU; what is served and the ONNX have them rounded too. Published: f32. */
  readonly frozenWeights: WeightStorage;
  /** Memory of the adapter that training may take; WebGPU does not tell how much there is. */
  readonly memoryBytes: number;
}

export interface TrainSample extends SampleRef {
  /** Index into the groups of the run; -1 where the attribute is unknown. */
  readonly group: number;
}

/** Where a run's data came from, as the page knew it at the start: kept with the run, read by its exports only. */
export interface TrainOrigin {
  readonly softwareVersion: string;
  readonly cohortHash: string;
  readonly cohortCount: number;
  /** The cohort's filter in words. */
  readonly filterText: string;
  readonly filterPassingCount: number;
  readonly modelName: string;
  /** "selection Greedy, N = 100, seed 1"; "train split, seed 1". */
  readonly trainingLabel: string;
  readonly validationLabel: string;
}

export interface TrainSpec {
  readonly runId: string;
  /** A short name for the list of runs and for the trained model. */
  readonly name: string;
  readonly origin?: TrainOrigin;
  readonly model: ModelSource;
  readonly settings: TrainSettings;
  /** Attribute that the groups are of, and their names. */
  readonly attribute: string;
  readonly groups: readonly string[];
  readonly training: readonly TrainSample[];
  readonly validation: readonly TrainSample[];
}

export interface TrainEstimate {
  readonly microBatch: number;
  readonly microBatchCount: number;
  readonly recomputation: Recomputation;
  /** Of all buffers, by the plan. */
  readonly totalBytes: number;
  readonly trainableCount: number;
  readonly stepCount: number;
  readonly flopsPerStep: number;
}

export interface StepEvent {
  readonly kind: 'step';
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly crossEntropy: number;
  readonly dice: number;
  /** By group: null where the batch had none of it. */
  readonly groupLoss: readonly (number | null)[];
  readonly learningRate: number;
  readonly gradientNorm: number;
  readonly samplesPerSecond: number;
}

export interface ValidationEvent {
  readonly kind: 'validation';
  readonly step: number;
  readonly imageCount: number;
  /** Means over the images of the Dice of rim, cup and disc at the network's side. */
  readonly rimDice: number;
  readonly cupDice: number;
  readonly discDice: number;
  /** Disc Dice by group; null for a group without validation images. */
  readonly groupDiscDice: readonly (number | null)[];
  /** Whether the mean of the Dice of rim and cup is the highest so far. */
  readonly isBest: boolean;
}

/** Notices of a run: checkpoint written, device lost and restarted, profile of kernels. */
export interface NoticeEvent {
  readonly kind: 'notice';
  readonly step: number;
  readonly notice: 'checkpoint' | 'restarted' | 'paused' | 'resumed' | 'fewer-samples';
  readonly sentence: string;
}

export interface KernelTimesEvent {
  readonly kind: 'kernelTimes';
  readonly step: number;
  readonly times: readonly {
    readonly class: string;
    readonly gpuMs: number;
    readonly dispatchCount: number;
  }[];
}

export type TrainEvent = StepEvent | ValidationEvent | NoticeEvent | KernelTimesEvent;

/** A validation image as it stands, for the overlays. */
export interface ValidationOverlay {
  readonly id: SampleId;
  readonly side: number;
  /** [side, side] u8 grey; [side, side] u8 classes. */
  readonly image: Uint8Array<ArrayBuffer>;
  readonly truth: Uint8Array<ArrayBuffer>;
  readonly prediction: Uint8Array<ArrayBuffer>;
}

export type TrainStatus = 'running' | 'paused' | 'interrupted' | 'finished' | 'stopped-early' | 'failed';

/** A run as it is kept, so that the list of runs survives a reload. */
export interface TrainRun {
  readonly spec: TrainSpec;
  readonly status: TrainStatus;
  readonly startedAt: string;
  readonly step: number;
  readonly stepCount: number;
  readonly adapter: string;
  /** Step of the last checkpoint; 0 for none. */
  readonly checkpointStep: number;
  readonly best: ValidationEvent | undefined;
  readonly estimate: TrainEstimate;
  readonly elapsedMs: number;
  readonly error: SerializedError | undefined;
  /**
   * Of the weights that it started from, for a network that comes with the workbench may change. Absent in runs of versions that
   * did not note it.
   */
  readonly modelHash?: string;
  /** Its segmenters that Models, Evaluate and Search list: best and last, of the steps that their weights have done. */
  readonly models: readonly {
    readonly which: 'best' | 'last';
    readonly step: number;
    readonly id: ModelId;
  }[];
  /** Result of "check this GPU" on this adapter, if it was done. */
  readonly gpuCheck: GpuCheck | undefined;
}

export interface GpuCheck {
  readonly adapter: string;
  readonly checkedAt: string;
  readonly passed: boolean;
  readonly kernels: readonly {
    readonly kernel: string;
    /** Within `tolerance` where the kernel agrees; null for one that was refused, or gave what is no number. */
    readonly worstError: number | null;
    readonly tolerance: number;
    readonly passed: boolean;
  }[];
  /** Analytic against numeric derivative along random directions of the adapters. */
  readonly gradients: readonly {
    readonly what: string;
    readonly analytic: number;
    readonly numeric: number;
    readonly passed: boolean;
  }[];
}

export type TrainedForm = 'safetensors' | 'pth' | 'onnx';

/** What of the compute worker trains. */
export interface TrainingWorker {
  /** Errors: `train/does-not-fit`, `train/not-trainable`, `train/no-gpu`. */
  estimateTraining(spec: TrainSpec): Promise<TrainEstimate>;
  /**
   * Trains, or goes on with a run that has a checkpoint. Cancelled, the run is kept as 'interrupted' with a checkpoint.
   * Errors: the signal's reason; as `estimateTraining`; `train/no-samples`, `train/no-run` for a run of this id with other
   * settings, samples or weights; `train/non-finite` naming step and tensor; `gpu/device-lost` when a new
   * device cannot be had.
   */
  train(spec: TrainSpec, signal: AbortSignal, report: Report): Promise<TrainRun>;
  /** Events of a run from index `from` on. A run that goes on from its checkpoint has those up to it: ask from 0 again. */
  trainEvents(runId: string, from: number): Promise<readonly TrainEvent[]>;
  /** The overlays of the last validation, kept with the run. */
  trainOverlays(runId: string): Promise<readonly ValidationOverlay[]>;
  pauseTraining(runId: string, isPaused: boolean): Promise<void>;
  /** Writes a checkpoint now: the page is being hidden. */
  checkpointTraining(runId: string): Promise<void>;
  trainRuns(): Promise<readonly TrainRun[]>;
  deleteTrainRun(runId: string): Promise<void>;
  /**
   * Makes loadable models of the best and last weights of a run that is not under way, as its end does, unless they are made.
   * Errors: `train/no-run` for a run without any, or whose first weights have changed; those of keeping models.
   */
  addTrainedModels(runId: string): Promise<TrainRun['models']>;
  /** LoRA and decoder of a run as a file that PyTorch reads, or the merged model as ONNX (a zip when it is several files). */
  exportTrained(runId: string, which: 'best' | 'last', form: TrainedForm): Promise<File>;
  checkGpu(signal: AbortSignal, report: Report): Promise<GpuCheck>;
}
