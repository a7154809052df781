/** Makes the plan of a training graph: what runs in which order, and where every value lies. */
import type { TrainingGraph } from '../../../models/graph/training-graph.ts';
import { assemblePlan } from './assemble.ts';
import type { PlanSettings, TrainingPlan } from './plan.ts';
import { readStepGraph } from './step-graph.ts';
import { draftStep } from './step-actions.ts';

/**
 * The plan of a training graph.
 * Errors: `train/does-not-fit` with what would be needed, when even the smallest plan is too large for the limits.
 */
export function planTraining(training: TrainingGraph, settings: PlanSettings): TrainingPlan {
  const graph = readStepGraph(training, settings.optimizer !== undefined);
  const draft = draftStep(graph, { microBatch: settings.batchSize, microBatchCount: 1 }, settings.traits);
  return assemblePlan(draft, 'none', graph.backward, settings);
}
