/** The plans of a run's steps and validations within the memory that it may take, and what they come to. Pure. */
import { elementCount } from '../../models/graph/shape.ts';
import type { TrainingGraph } from '../../models/graph/training-graph.ts';
import type { TrainEstimate, TrainSettings } from '../api/train.ts';
import type { KernelTraits } from '../gpu/kernels/kernel.ts';
import type { BatchPlan } from './batch-plan.ts';
import { planFlops } from './plan/flops.ts';
import { frozenMatrices } from './plan/frozen-matrices.ts';
import type { Optimizer, PlanLimits, RegionRole, TrainingPlan } from './plan/plan.ts';
import { planTraining } from './plan/plan-training.ts';
import type { TrainingTask } from './training-task.ts';

/** Constants of AdamW that every published recipe leaves at their defaults. */
const ADAMW = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
/** Images of a validation that are computed at once. */
const VALIDATION_BATCH = 8;

/** What a device offers, as far as plans depend on it. */
export interface PlanningDevice {
  readonly traits: KernelTraits;
  readonly limits: Omit<PlanLimits, 'totalBytes'>;
}

export interface RunPlans {
  readonly training: TrainingPlan;
  /** Undefined for a run without validation images. Its frozen parameters are those of the training. */
  readonly validation: TrainingPlan | undefined;
}

function optimizerOf({ optimizer, momentum }: TrainSettings): Optimizer {
  return optimizer === 'adamw' ? { kind: 'adamw', ...ADAMW } : { kind: 'sgd', momentum };
}

/** The parameters that a run of this training stores as f16: its numbers are those of a network with these rounded. */
export function halvesOf(
  training: TrainingGraph,
  { frozenWeights }: Pick<TrainSettings, 'frozenWeights'>,
): ReadonlySet<string> {
  return frozenWeights === 'f16' ? frozenMatrices(training) : new Set();
}

/** Bytes of a validation beside the weights, which it shares. */
function ownBytes(plan: TrainingPlan | undefined): number {
  const shared: RegionRole = 'parameter';
  return (plan?.regions ?? []).reduce(
    (sum, { role, sizeBytes }) => sum + (role === shared ? 0 : sizeBytes),
    0,
  );
}

/** Errors: `train/does-not-fit`, `train/not-trainable`. Cost: up to a second for a ViT-B. */
export function planRun(
  { training, validation }: TrainingTask,
  settings: TrainSettings,
  validationCount: number,
  { traits, limits }: PlanningDevice,
): RunPlans {
  const { memoryBytes, batchSize, microBatch, recomputation } = settings;
  // The validation reads the training's.
  const halves = halvesOf(training, settings);
  const validationPlan =
    validationCount > 0
      ? planTraining(validation, {
          batchSize: Math.min(VALIDATION_BATCH, validationCount),
          optimizer: undefined,
          limits: { ...limits, totalBytes: memoryBytes },
          traits,
          halves,
        })
      : undefined;
  return {
    validation: validationPlan,
    training: planTraining(training, {
      batchSize,
      optimizer: optimizerOf(settings),
      limits: { ...limits, totalBytes: memoryBytes - ownBytes(validationPlan) },
      traits,
      halves,
      ...(microBatch === null ? {} : { microBatch }),
      ...(recomputation === null ? {} : { recomputation }),
    }),
  };
}

/** What plans come to. */
export function estimateOf({ training, validation }: RunPlans, { stepCount }: BatchPlan): TrainEstimate {
  const entries = training.trainables?.entries ?? [];
  return {
    microBatch: training.microBatch,
    microBatchCount: training.microBatchCount,
    recomputation: training.recomputation,
    totalBytes: training.totalBytes + ownBytes(validation),
    trainableCount: entries.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    stepCount,
    flopsPerStep: planFlops(training),
  };
}
