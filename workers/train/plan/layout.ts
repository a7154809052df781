/** Where everything of a step lies, and what it needs in all: known before its steps are written down. */
import type { Actions } from './actions.ts';
import { type Lifetimes, lifetimesOf } from './lifetimes.ts';
import { type Persistent, placePersistent } from './persistent.ts';
import type { PlanSettings, Recomputation } from './plan.ts';
import { type Keeping, withRecomputation } from './recomputation.ts';
import { type SharedRegions, shareRegions } from './regions.ts';
import type { StepDraft } from './step-actions.ts';

export interface Layout {
  readonly draft: StepDraft;
  readonly recomputation: Recomputation;
  readonly actions: Actions;
  readonly persistent: Persistent;
  readonly lifetimes: Lifetimes;
  readonly shared: SharedRegions;
  readonly totalBytes: number;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** The layout of a step whose backward part finds only what is kept. */
export function layOut(
  draft: StepDraft,
  recomputation: Recomputation,
  isKept: Keeping,
  settings: PlanSettings,
): Layout {
  const { graph, batching, values, forward } = draft;
  const persistent = placePersistent(graph, values.inputs, settings, batching);
  const backward = withRecomputation(forward, graph.backward, isKept);
  const actions = draft.actionsWith(backward, persistent, settings.optimizer);
  const lifetimes = lifetimesOf(actions, {
    persistent: new Set(persistent.places.keys()),
    read: new Set(graph.outputs.map(({ value }) => value)),
    isRepeated: batching.microBatchCount > 1,
  });
  const shared = shareRegions(lifetimes.lives, Object.values(lifetimes.uses).flat());
  const totalBytes = sum(persistent.list.regions.map(({ sizeBytes }) => sizeBytes)) + sum(shared.sizes);
  return { draft, recomputation, actions, persistent, lifetimes, shared, totalBytes };
}
