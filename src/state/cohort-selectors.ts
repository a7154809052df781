/** What follows from the cohort's records and the person's choices. Every selector returns a stable reference. */
import {
  type Coding,
  type CodingDecision,
  type AgeUnit,
  type RaceCoding,
  countCodings,
  decideAgeUnit,
  decideRaceCoding,
} from '../../core/cohort/coding.ts';
import { applyFilter } from '../../core/cohort/filter.ts';
import { type Grouping, groupIndices } from '../../core/cohort/groups.ts';
import type { SampleId, SampleRecord } from '../../core/cohort/sample.ts';
import { assignSplits, drawRandomSplit, type SplitAssignment } from '../../core/cohort/splits.ts';
import type { SampleRef } from '../../workers/api.ts';
import type { RandomSplit } from './cohort.ts';
import { memoizeLast } from './memoize.ts';
import type { WorkbenchState } from './store.ts';

export interface CodingDecisions {
  readonly race: CodingDecision<RaceCoding>;
  readonly ageUnit: CodingDecision<AgeUnit>;
}

const decideCodings = memoizeLast((records: readonly SampleRecord[]): CodingDecisions => {
  const counts = countCodings(records);
  return { race: decideRaceCoding(counts), ageUnit: decideAgeUnit(counts) };
});

/** What the codes of the whole cohort suggest, with the reasons. */
export function selectCodingDecisions({ cohort }: WorkbenchState): CodingDecisions {
  return decideCodings(cohort.records);
}

const effectiveCoding = memoizeLast((decisions: CodingDecisions, choice: Partial<Coding>): Coding => ({
  race: choice.race ?? decisions.race.value,
  ageUnit: choice.ageUnit ?? decisions.ageUnit.value,
}));

/** How codes are read: the person's choice, else what the codes suggest. */
export function selectCoding(state: WorkbenchState): Coding {
  return effectiveCoding(selectCodingDecisions(state), state.cohort.codingChoice);
}

const splitByNames = memoizeLast(assignSplits);
const splitAtRandom = memoizeLast(
  (records: readonly SampleRecord[], { shares, seed }: RandomSplit): SplitAssignment => ({
    splits: drawRandomSplit(records, shares, seed),
    source: 'none',
    notFound: [],
    inSeveralLists: [],
    sharedNames: [],
  }),
);

/** The split of every record, and what of the lists did not match. */
export function selectSplitAssignment({ cohort }: WorkbenchState): SplitAssignment {
  return cohort.randomSplit === null
    ? splitByNames(cohort.records, cohort.splitLists)
    : splitAtRandom(cohort.records, cohort.randomSplit);
}

const filtered = memoizeLast(applyFilter);

/** Indices of the records that pass the filter, in their order. */
export function selectPassing(state: WorkbenchState): Uint32Array {
  const { records, filter } = state.cohort;
  return filtered(records, selectSplitAssignment(state).splits, filter, selectCoding(state));
}

const indexById = memoizeLast(
  (records: readonly SampleRecord[]): ReadonlyMap<SampleId, number> =>
    new Map(records.map(({ id }, index) => [id, index])),
);

/** Where each sample stands among the records. */
export function selectIndexById({ cohort }: WorkbenchState): ReadonlyMap<SampleId, number> {
  return indexById(cohort.records);
}

/** The group of every record; -1 unknown. Not memoised: keep the result with `useMemo` on records, grouping and coding. */
export function groupsOf(state: WorkbenchState, grouping: Grouping): Int16Array {
  return groupIndices(state.cohort.records, grouping, selectCoding(state));
}

/** A sample with its data worker, as the compute worker wants it; undefined for an id that is not in the cohort. */
export function sampleRefOf(state: WorkbenchState, id: SampleId): SampleRef | undefined {
  const shard = state.cohort.shards[selectIndexById(state).get(id) ?? -1];
  return shard === undefined ? undefined : { id, shard };
}
