/** Chooses how a batch is cut and what is made again: the fastest way that fits. */
import type { Layout } from './layout.ts';
import { type PlanSettings, RECOMPUTATIONS } from './plan.ts';
import type { StepGraph } from './step-graph.ts';
import { createTrials } from './trials.ts';

/** The smallest number from `low` to `high` of which a claim holds that holds of all above; `high` is known to be one. */
function smallest(low: number, high: number, holds: (value: number) => boolean): number {
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}

/**
 * The size of micro-batches that fills up a batch with fewest images, when at least `fewest` of them make the batch: at most twice
 * as many, for small micro-batches keep a GPU less busy.
 */
function fullestMicroBatch(batchSize: number, fewest: number): number {
  const sizes = Array.from({ length: fewest + 1 }, (_, more) => Math.ceil(batchSize / (fewest + more)));
  const padded = (size: number) => size * Math.ceil(batchSize / size);
  return sizes.reduce((best, size) => (padded(size) < padded(best) ? size : best));
}

/**
 * The layout of the fastest plan that fits: one micro-batch before several, because those run the forward part twice; less
 * recomputation before more; large micro-batches before small ones.
 * Errors: `train/does-not-fit`.
 */
export function chooseLayout(graph: StepGraph, settings: PlanSettings): Layout {
  const { batchSize, microBatch = batchSize } = settings;
  const trials = createTrials(graph, settings);
  const modes = settings.recomputation === undefined ? RECOMPUTATIONS : [settings.recomputation];
  for (const mode of modes) {
    const layout = trials.fit(Math.min(microBatch, batchSize), mode);
    if (layout !== undefined) return layout;
  }
  if (settings.microBatch !== undefined || graph.needsWholeBatch) throw trials.refusal();
  for (const mode of modes) {
    if (trials.fit(1, mode) === undefined) continue;
    const fits = (count: number) => trials.fit(Math.ceil(batchSize / count), mode) !== undefined;
    const fewest = smallest(2, batchSize, fits);
    const layout = trials.fit(fullestMicroBatch(batchSize, fewest), mode);
    if (layout !== undefined) return layout;
  }
  throw trials.refusal();
}
