/**
 * The contract between the training loop, which knows samples and epochs, and the executor, which knows the device: a plan
 * with its buffers, fed with arrays.
 */
import type { OptimizerRates } from './optimizer-rates.ts';
import type { TrainingPlan } from './plan/plan.ts';

/** Arrays by name, row-major, of the shapes that the plan says. */
export type NamedArrays = ReadonlyMap<string, Float32Array<ArrayBuffer>>;

/** The inputs of one step. Every input of the plan, for the whole batch: [batchSize, ...]. */
export type StepInputs = NamedArrays;

/** What a step reported, by name: loss, crossEntropy, dice, groupLoss, groupSize, and the pages' of the plan's report. */
export interface StepReport {
  /** Counted from 1. */
  readonly step: number;
  readonly values: Readonly<Record<string, Float32Array<ArrayBuffer>>>;
}

/** Everything that a run changes on the device: equal states and inputs give equal steps on one adapter. */
export interface EngineState {
  /** Steps done. */
  readonly step: number;
  /** Trainable weights and states, by name. */
  readonly values: NamedArrays;
  /** The optimiser's memory, as the plan packs trainables: its pages one after the other, so that any cut into pages reads it. */
  readonly moments: readonly Float32Array<ArrayBuffer>[];
}

export interface KernelTime {
  readonly class: string;
  readonly gpuMs: number;
  readonly dispatchCount: number;
}

/** Weights and states on the device, for another engine on the same device to read. */
export interface DeviceTensors {
  /** Where a parameter or state lies; undefined where there is none of that name. Ownership: the engine's. */
  find(name: string): Required<GPUBufferBinding> | undefined;
}

export interface TrainingEngine {
  readonly plan: TrainingPlan;
  /** Bytes of the buffers that were made: none for what is shared. */
  readonly allocatedBytes: number;
  /** What a validation engine of the same weights reads without a copy of its own. */
  readonly tensors: DeviceTensors;
  /** Time of this thread spent encoding and submitting so far, in all calls. */
  readonly hostMs: number;
  /**
   * Runs one step with these rates. Resolves when the step is submitted and at most two are under way; its report is read by
   * `reports`. Errors: `gpu/device-lost`, `runtime/run-failed`.
   */
  step(inputs: StepInputs, rates: OptimizerRates): Promise<void>;
  /** The reports of the steps since the last call, none lost, by one read-back. Errors: as `step`. */
  reports(): Promise<readonly StepReport[]>;
  /**
   * The forward part and the loss on a batch, without a change of any weight: what the training graph reports, and the plan's
   * outputs for the whole batch: [batchSize, ...]. For plans without an optimiser.
   */
  evaluate(
    inputs: StepInputs,
  ): Promise<{ readonly report: StepReport['values']; readonly outputs: NamedArrays }>;
  /** A step with GPU time by kernel class; undefined where the device has no timestamps. */
  profile(inputs: StepInputs, rates: OptimizerRates): Promise<readonly KernelTime[] | undefined>;
  /** The gradients of the last step, by parameter: for tests and for checking a user's adapter. */
  gradients(): Promise<NamedArrays>;
  state(): Promise<EngineState>;
  /**
   * Goes on from a state as if its steps had been done here; reports not read yet are dropped.
   * Errors: `graph/unknown-value`, `graph/shape-mismatch` for a state of another plan.
   */
  restore(state: EngineState): Promise<void>;
  /** Frees the buffers. Whatever is under way or asked later rejects. An engine that reads these weights must go first. */
  destroy(): void;
}
