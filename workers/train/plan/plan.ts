/**
 * A training step as a fixed list of dispatches over memory planned beforehand: pure data, printable, no device objects.
 * The planner (`plan-training.ts`) makes it of a training graph; the executor carries it out.
 */
import type { AdamWConstants } from '../../gpu/kernels/optimiser.ts';
import type { Dispatch, KernelTraits } from '../../gpu/kernels/kernel.ts';

/** How much of the forward part is made again while gradients are computed, from none to nearly all of it. */
export const RECOMPUTATIONS = ['none', 'hidden', 'blocks'] as const;
/**
 * none: every value that a gradient reads is kept. hidden: hidden layers of MLPs, which are widest, and norms, which cost
 * least, are made again. blocks: only what lies between blocks is kept.
 */
export type Recomputation = (typeof RECOMPUTATIONS)[number];

/** How frozen matrices are stored: as they are, or rounded to f16, which takes half the bytes. All else is f32. */
export const WEIGHT_STORAGES = ['f32', 'f16'] as const;
export type WeightStorage = (typeof WEIGHT_STORAGES)[number];

export type Optimizer =
  ({ readonly kind: 'adamw' } & AdamWConstants) | { readonly kind: 'sgd'; readonly momentum: number };

/** What a plan is made for. */
export interface PlanSettings {
  /** Images of one step; the last batch of an epoch is filled up with images of weight 0. */
  readonly batchSize: number;
  /** Undefined for a plan that only runs the forward part and the loss: for validation. */
  readonly optimizer: Optimizer | undefined;
  readonly limits: PlanLimits;
  readonly traits: KernelTraits;
  /** Parameters that are stored as f16, none where it is left out: `frozenMatrices` names those that can be. */
  readonly halves?: ReadonlySet<string>;
  /** Fixed by the person, a larger one than the batch being the batch; else chosen to fit, fastest first. */
  readonly microBatch?: number;
  readonly recomputation?: Recomputation;
}

/** What memory there is. */
export interface PlanLimits {
  /** All buffers together. */
  readonly totalBytes: number;
  /** `maxStorageBufferBindingSize`: no value may be larger. */
  readonly bindingBytes: number;
  /** `maxBufferSize`. */
  readonly bufferBytes: number;
}

export type RegionRole =
  'parameter' | 'trainable' | 'optimizer' | 'state' | 'input' | 'batch' | 'activation' | 'report';

/** A buffer. Activations share them, at different times or side by side; no step reads and writes the same one. */
export interface Region {
  readonly name: string;
  readonly role: RegionRole;
  readonly sizeBytes: number;
}

/** Part of a region; offsets of what is bound are multiples of 256 bytes. */
export interface Place {
  /** Index into `regions`. */
  readonly region: number;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** What moves a copy's end as the programme is run again: nothing, the micro-batch's index, or the step's. */
export interface CopyEnd extends Place {
  readonly strideBytes: number;
  readonly by: 'nothing' | 'microBatch' | 'step';
}

export type PlanStep =
  | { readonly kind: 'clear'; readonly place: Place }
  | { readonly kind: 'copy'; readonly from: CopyEnd; readonly to: CopyEnd; readonly sizeBytes: number }
  | {
      readonly kind: 'dispatch';
      /** The operation that it is part of. */
      readonly node: string;
      readonly dispatch: Dispatch;
      /** What is bound, in the order of `dispatch.bindings`. */
      readonly places: readonly Place[];
      /** Floating-point operations, about: submits are cut by it. */
      readonly flops: number;
    };

/** A tensor of the step by name, of known shape, at its place. */
export interface PlacedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly place: Place;
}

export interface PlacedParameter extends PlacedTensor {
  /** f16: element i in half i of the place, which ends with a whole word. */
  readonly storage: WeightStorage;
}

export interface PlacedInput extends PlacedTensor {
  /**
   * Whether it is written for every micro-batch (an image), of shape [microBatch, ...], or once a step (a group's number), of
   * shape [microBatch * microBatchCount, ...]: zeros where the batch has fewer images.
   */
  readonly per: 'microBatch' | 'batch';
}

/** A stretch of the trainables, as many as a binding holds, in buffers of its own. */
export interface TrainablePage {
  /** Its first element among those of all pages, and how many it has. */
  readonly start: number;
  readonly count: number;
  readonly weights: Place;
  readonly gradients: Place;
  /** 1 where an element decays, else 0: written once. */
  readonly decays: Place;
  /** The optimiser's memory: AdamW's mean and square, or SGD's velocity. Zero at the start. */
  readonly moments: readonly Place[];
}

/**
 * Where the trainable parameters lie: one after the other, each from a multiple of 256 bytes on, cut into pages between them.
 * Where the cuts are depends on the adapter; the elements' numbers do not.
 */
export interface PackedTrainables {
  /** The rule that the update follows: the executor writes its `settings`. */
  readonly optimizer: Optimizer;
  /** Elements of all pages, gaps included; gaps hold zeros. */
  readonly elementCount: number;
  /** Those with a gradient, by their first element. */
  readonly entries: readonly {
    readonly parameter: string;
    readonly shape: readonly number[];
    /** Index into `pages`. */
    readonly page: number;
    readonly start: number;
    readonly count: number;
  }[];
  readonly pages: readonly TrainablePage[];
  /** What `adamWSettings` or `sgdSettings` gives, written before every step. */
  readonly settings: Place;
}

/** One reported tensor within a step's slot of the report. */
export interface Reported {
  readonly name: string;
  readonly startElement: number;
  readonly count: number;
}

/** Steps keep their reports in a ring of slots, which is read late and rarely. */
export interface PlannedReport {
  readonly place: Place;
  readonly slotCount: number;
  readonly slotBytes: number;
  /**
   * The outputs of the training graph that have no batch axis, then with an optimiser for each page of trainables
   * `squaredNorm` [1] of its gradient and `nonFinite` [2], which `nonFiniteIndex` reads: an element of the page, or -1. Their
   * names are those of persistent.ts.
   */
  readonly entries: readonly Reported[];
}

export interface TrainingPlan {
  readonly name: string;
  /** Images of a step, as asked for: the inputs of a step hold so many. */
  readonly batchSize: number;
  /** Images that are in memory at once; `microBatchCount` of them make a batch, the last one filled up with weight 0. */
  readonly microBatch: number;
  readonly microBatchCount: number;
  readonly recomputation: Recomputation;
  readonly regions: readonly Region[];
  /** Of all regions. */
  readonly totalBytes: number;
  readonly inputs: readonly PlacedInput[];
  /** Frozen parameters. */
  readonly parameters: readonly PlacedParameter[];
  readonly trainables: PackedTrainables | undefined;
  /** Parameters and inputs that steps change and that are no trainables: running statistics, weights of groups. */
  readonly states: readonly PlacedTensor[];
  /**
   * The outputs of the training graph that have a batch axis: with validation, the logits. Of a micro-batch, to be read when
   * `forward` has run and before anything else does.
   */
  readonly outputs: readonly PlacedTensor[];
  readonly report: PlannedReport;
  /**
   * What a step is: `forward` for every micro-batch, `loss` once, `backward` for every micro-batch, `update` once. With one
   * micro-batch `backward` continues where `forward` ended; with several, `forward` only makes what the loss gathers over the
   * whole batch, and `backward` makes the rest again, so the inputs per micro-batch are written before each of the two.
   */
  readonly programmes: {
    readonly forward: readonly PlanStep[];
    readonly loss: readonly PlanStep[];
    readonly backward: readonly PlanStep[];
    readonly update: readonly PlanStep[];
  };
}
