/** Which samples a run is over: a split, the whole cohort, or what a search left for evaluation; always filtered. */
import type { SampleId, SampleRecord, Split } from '../../core/cohort/sample.ts';
import { selectPassing, selectSplitAssignment } from './cohort-selectors.ts';
import type { EvaluationSet } from './evaluate.ts';
import { memoizeLast } from './memoize.ts';
import { shownSearchOf } from './search.ts';
import type { WorkbenchState } from './store.ts';

export const SET_LABELS: Readonly<Record<EvaluationSet, string>> = {
  unseen: 'Test split, less the searched half',
  test: 'Test split',
  'held-out': "Held-out half of the search's target",
  train: 'Train split',
  all: 'All subjects',
};

const NONE: readonly SampleId[] = [];

/** Target samples that the shown search left for evaluation; empty where it has not divided its target. */
export function selectHeldOut({ search }: WorkbenchState): readonly SampleId[] {
  return shownSearchOf(search)?.heldOut ?? NONE;
}

/** Target samples that the shown search looked at while it held others out; empty where it held none out. */
function selectSearched({ search }: WorkbenchState): readonly SampleId[] {
  const shown = shownSearchOf(search);
  return shown === undefined || shown.heldOut.length === 0 ? NONE : shown.target;
}

const membersOf = memoizeLast(
  (
    records: readonly SampleRecord[],
    passing: Uint32Array,
    splits: readonly Split[],
    heldOut: readonly SampleId[],
    searched: readonly SampleId[],
    set: EvaluationSet,
  ): readonly SampleRecord[] => {
    const held = new Set(heldOut);
    const seen = new Set(searched);
    const isMember: Readonly<Record<EvaluationSet, (id: SampleId, split: Split) => boolean>> = {
      unseen: (id, split) => (split === 'test' || held.has(id)) && !seen.has(id),
      test: (_id, split) => split === 'test',
      'held-out': (id) => held.has(id),
      train: (_id, split) => split === 'train',
      all: () => true,
    };
    const members: SampleRecord[] = [];
    for (const index of passing) {
      const record = records[index];
      if (record !== undefined && isMember[set](record.id, splits[index] ?? 'unassigned'))
        members.push(record);
    }
    return members;
  },
);

/** The samples of the chosen set that pass the filter, in the cohort's order. */
export function selectEvaluationSet(state: WorkbenchState): readonly SampleRecord[] {
  return membersOf(
    state.cohort.records,
    selectPassing(state),
    selectSplitAssignment(state).splits,
    selectHeldOut(state),
    selectSearched(state),
    state.evaluate.settings.set,
  );
}

/** What a set is called now: without a divided target there is nothing to leave out of the test split. */
export function setLabel(set: EvaluationSet, hasHeldOut: boolean): string {
  return set === 'unseen' && !hasHeldOut ? SET_LABELS.test : SET_LABELS[set];
}
