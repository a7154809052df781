/** Chooses how a batch is cut and what is made again: the fastest way that fits. */
import { invariant } from '../../../core/errors.ts';
import { type Layout, layOut } from './assemble.ts';
import { keepCuts } from './cuts.ts';
import { type PlanSettings, type Recomputation, RECOMPUTATIONS } from './plan.ts';
import { keepAllButHidden, type Keeping, withRecomputation } from './recomputation.ts';
import { refusal, type Shortage, shortageOf } from './shortage.ts';
import { draftStep, type StepDraft } from './step-actions.ts';
import type { StepGraph } from './step-graph.ts';

/** Ways to carry out a recomputation; the one that takes fewest bytes is used. */
function keepings({ graph, forward, values }: StepDraft, recomputation: Recomputation): Keeping[] {
  switch (recomputation) {
    case 'none':
      return [() => true];
    case 'hidden':
      return [keepAllButHidden(graph, forward)];
    default:
      return keepCuts(forward, graph.backward, (name) => values.ofMicroBatch(name).sizeBytes);
  }
}

function smallestLayout(draft: StepDraft, recomputation: Recomputation, settings: PlanSettings): Layout {
  const layouts = keepings(draft, recomputation).map((isKept) =>
    layOut(draft, recomputation, withRecomputation(draft.forward, draft.graph.backward, isKept), settings),
  );
  return layouts.reduce((best, layout) => (layout.totalBytes < best.totalBytes ? layout : best));
}

/** Lays out steps, and remembers the smallest that was too large. */
function createTrials(graph: StepGraph, settings: PlanSettings) {
  const drafts = new Map<number, StepDraft>();
  let least: { readonly layout: Layout; readonly shortage: Shortage } | undefined;
  return {
    /** The layout with micro-batches of a size, undefined when it does not fit. */
    fit(microBatch: number, recomputation: Recomputation): Layout | undefined {
      const microBatchCount = Math.ceil(settings.batchSize / microBatch);
      const draft =
        drafts.get(microBatch) ?? draftStep(graph, { microBatch, microBatchCount }, settings.traits);
      drafts.set(microBatch, draft);
      const layout = smallestLayout(draft, recomputation, settings);
      const shortage = shortageOf(layout, settings.limits);
      if (shortage === undefined) return layout;
      if (least === undefined || layout.totalBytes < least.layout.totalBytes) least = { layout, shortage };
      return undefined;
    },
    refusal() {
      invariant(least !== undefined, 'a plan was refused that nobody tried');
      return refusal(least.layout, least.shortage);
    },
  };
}

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
  const { batchSize, microBatch } = settings;
  const trials = createTrials(graph, settings);
  const modes = settings.recomputation === undefined ? RECOMPUTATIONS : [settings.recomputation];
  for (const mode of modes) {
    const layout = trials.fit(microBatch ?? batchSize, mode);
    if (layout !== undefined) return layout;
  }
  if (microBatch !== undefined || graph.needsWholeBatch) throw trials.refusal();
  for (const mode of modes) {
    if (trials.fit(1, mode) === undefined) continue;
    const fits = (count: number) => trials.fit(Math.ceil(batchSize / count), mode) !== undefined;
    const fewest = smallest(2, batchSize, fits);
    const layout = trials.fit(fullestMicroBatch(batchSize, fewest), mode);
    if (layout !== undefined) return layout;
  }
  throw trials.refusal();
}
