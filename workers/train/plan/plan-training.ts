/** Makes the plan of a training graph: what runs in which order, and where every value lies. */
import { invariant, WorkbenchError } from '../../../core/errors.ts';
import type { TrainingGraph } from '../../../models/graph/training-graph.ts';
import { assemblePlan } from './assemble.ts';
import { chooseLayout } from './choose.ts';
import type { PlanSettings, TrainingPlan } from './plan.ts';
import { readStepGraph } from './step-graph.ts';

/**
 * The plan of a training graph. Pure: the same graph and settings give the same plan.
 * Errors: `train/does-not-fit` with what would be needed, when even the smallest plan is too large for the limits, or when
 * micro-batches are asked for and the network looks at its whole batch; `train/not-trainable` when no parameter has a gradient.
 * Cost: below a second for a ViT-B.
 */
export function planTraining(training: TrainingGraph, settings: PlanSettings): TrainingPlan {
  const { batchSize, microBatch, optimizer, halves } = settings;
  const graph = readStepGraph(training, optimizer !== undefined);
  const changing = [
    ...graph.gradients.map(({ parameter }) => parameter),
    ...graph.updates.map(({ state }) => state),
  ];
  invariant(!changing.some((name) => halves?.has(name)), 'a plan was to store what steps change as f16');
  if (optimizer !== undefined && graph.gradients.length === 0) {
    throw new WorkbenchError(
      'train/not-trainable',
      `Nothing of '${training.name}' trains: its loss depends on no trainable parameter.`,
    );
  }
  if (graph.needsWholeBatch && microBatch !== undefined && microBatch < batchSize) {
    throw new WorkbenchError(
      'train/does-not-fit',
      `'${training.name}' trains all ${batchSize} images at once, because its batch norms look at the whole batch; it cannot take ${microBatch} at a time.`,
    );
  }
  return assemblePlan(chooseLayout(graph, settings), settings);
}
