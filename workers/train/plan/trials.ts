/** Lays out steps one way and another, tells whether they fit, and remembers the smallest that was too large. */
import { invariant, type WorkbenchError } from '../../../core/errors.ts';
import { keepCuts } from './cuts.ts';
import { type Layout, layOut } from './layout.ts';
import type { PlanSettings, Recomputation } from './plan.ts';
import { keepAllButHidden, type Keeping } from './recomputation.ts';
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

export interface Trials {
  /** The layout with micro-batches of a size, undefined when it does not fit. */
  fit(microBatch: number, recomputation: Recomputation): Layout | undefined;
  /** The error that says what the smallest of the layouts that did not fit would need. */
  refusal(): WorkbenchError;
}

/** Trials of a step, none yet. */
export function createTrials(graph: StepGraph, settings: PlanSettings): Trials {
  const drafts = new Map<number, StepDraft>();
  const smallestKeepings = new Map<string, Keeping>();
  let nearest: { readonly layout: Layout; readonly shortage: Shortage } | undefined;
  /** The layout that takes fewest bytes. Which keeping gives it depends on the operations, hardly on the number of images. */
  function smallestLayout(draft: StepDraft, recomputation: Recomputation): Layout {
    const key = `${recomputation}, ${draft.batching.microBatchCount > 1 ? 'cut' : 'whole'}`;
    const known = smallestKeepings.get(key);
    if (known !== undefined) return layOut(draft, recomputation, known, settings);
    const [first, ...others] = keepings(draft, recomputation).map((isKept) => ({
      isKept,
      layout: layOut(draft, recomputation, isKept, settings),
    }));
    invariant(first !== undefined, 'a recomputation has a way to be carried out');
    const best = others.reduce(
      (least, each) => (each.layout.totalBytes < least.layout.totalBytes ? each : least),
      first,
    );
    smallestKeepings.set(key, best.isKept);
    return best.layout;
  }
  return {
    fit(microBatch, recomputation) {
      const microBatchCount = Math.ceil(settings.batchSize / microBatch);
      const draft = drafts.get(microBatch) ?? draftStep(graph, { microBatch, microBatchCount }, settings);
      drafts.set(microBatch, draft);
      const layout = smallestLayout(draft, recomputation);
      const shortage = shortageOf(layout, settings.limits);
      if (shortage === undefined) return layout;
      if (nearest === undefined || layout.totalBytes < nearest.layout.totalBytes) {
        nearest = { layout, shortage };
      }
      return undefined;
    },
    refusal() {
      invariant(nearest !== undefined, 'a plan was refused that nobody tried');
      return refusal(nearest.layout, nearest.shortage);
    },
  };
}
