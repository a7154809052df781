/** What a run computes, in which order and by which plans: everything that is known before any weight is read. Pure. */
import { WorkbenchError } from '../../core/errors.ts';
import type { TrainEstimate, TrainSpec } from '../api/train.ts';
import { type BatchPlan, planBatches } from './batch-plan.ts';
import { estimateOf, type PlanningDevice, planRun, type RunPlans } from './run-plans.ts';
import type { NetworkSizes } from './trainable-model.ts';
import { createTrainingTask, type TrainingTask } from './training-task.ts';

export interface PreparedRun {
  readonly task: TrainingTask;
  readonly batches: BatchPlan;
  readonly plans: RunPlans;
  readonly estimate: TrainEstimate;
}

/** Errors: `train/no-samples`, `train/not-trainable`, `train/does-not-fit`. Cost: up to a second for a ViT-B. */
export function prepareRun(
  { settings, groups, training, validation }: TrainSpec,
  sizes: NetworkSizes,
  device: PlanningDevice,
): PreparedRun {
  if (training.length === 0) {
    throw new WorkbenchError('train/no-samples', 'There is no image to train on.');
  }
  const batches = planBatches(
    training.map(({ group }) => group),
    groups.length,
    settings,
  );
  const task = createTrainingTask(sizes, settings, groups.length);
  const plans = planRun(task, settings, validation.length, device);
  return { task, batches, plans, estimate: estimateOf(plans, batches) };
}
