/** What follows from the cohort's records and the person's choices. Every selector returns a stable reference. */
import {
  type Coding,
  type CodingCounts,
  type CodingDecision,
  type AgeUnit,
  type RaceCoding,
  countCodings,
  decideAgeUnit,
  decideRaceCoding,
} from '../../core/cohort/coding.ts';
import { applyFilter } from '../../core/cohort/filter.ts';
import { type Grouping, groupIndices, groupingId, UNKNOWN_GROUP } from '../../core/cohort/groups.ts';
import { type SampleId, type SampleRecord, type Split, SPLITS } from '../../core/cohort/sample.ts';
import { reportSchema, type SchemaRow } from '../../core/cohort/schema-report.ts';
import { assignSplits, drawRandomSplit, type SplitAssignment } from '../../core/cohort/splits.ts';
import type { SampleRef } from '../../workers/api/compute.ts';
import type { RandomSplit } from './cohort.ts';
import type { GallerySort } from './cohort-view.ts';
import { memoizeLast } from './memoize.ts';
import type { WorkbenchState } from './store.ts';

export interface CodingDecisions {
  readonly race: CodingDecision<RaceCoding>;
  readonly ageUnit: CodingDecision<AgeUnit>;
  /** What they follow from. */
  readonly counts: CodingCounts;
}

const decideCodings = memoizeLast((records: readonly SampleRecord[]): CodingDecisions => {
  const counts = countCodings(records);
  return { race: decideRaceCoding(counts), ageUnit: decideAgeUnit(counts), counts };
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

/** A sample with its data worker, as the compute worker wants it; undefined for an id that is not in the cohort. */
export function sampleRefOf(state: WorkbenchState, id: SampleId): SampleRef | undefined {
  const shard = state.cohort.shards[selectIndexById(state).get(id) ?? -1];
  return shard === undefined ? undefined : { id, shard };
}

export interface SplitCounts {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  readonly unassigned: number;
}

const countSplits = memoizeLast((splits: readonly Split[]): SplitCounts => {
  const counts = { train: 0, validation: 0, test: 0, unassigned: 0 };
  for (const split of splits) counts[split]++;
  return counts;
});

/** How many records each split has, in the whole cohort. */
export function selectSplitCounts(state: WorkbenchState): SplitCounts {
  return countSplits(selectSplitAssignment(state).splits);
}

/** Area of the cup over area of the disc; NaN where the mask marks no disc. */
export function areaCupDiscRatio({ maskCounts: { rim, cup } }: SampleRecord): number {
  return cup / (cup + rim);
}

const RACE: Grouping = { kind: 'attribute', attribute: 'race' };

/** The grouping that a sort by group uses when the chosen one was removed. */
function groupingOrRace(groupings: readonly Grouping[], id: string): Grouping {
  return groupings.find((grouping) => groupingId(grouping) === id) ?? RACE;
}

const sorted = memoizeLast(
  (
    passing: Uint32Array,
    records: readonly SampleRecord[],
    splits: readonly Split[],
    coding: Coding,
    groupings: readonly Grouping[],
    sort: GallerySort,
    groupId: string,
  ): Uint32Array => {
    const names = (i: number) => records[i]?.name ?? '';
    const byName = (a: number, b: number) => (names(a) < names(b) ? -1 : names(a) > names(b) ? 1 : a - b);
    if (sort === 'name') return passing.toSorted(byName);
    const keys = new Float64Array(records.length);
    if (sort === 'split') splits.forEach((split, i) => (keys[i] = SPLITS.indexOf(split)));
    if (sort === 'cup-disc-ratio') {
      records.forEach((record, i) => {
        const ratio = areaCupDiscRatio(record);
        keys[i] = Number.isNaN(ratio) ? Infinity : ratio;
      });
    }
    if (sort === 'group') {
      groupIndices(records, groupingOrRace(groupings, groupId), coding).forEach((group, i) => {
        keys[i] = group === UNKNOWN_GROUP ? Infinity : group;
      });
    }
    return passing.toSorted((a, b) => {
      const [keyA, keyB] = [keys[a] as number, keys[b] as number];
      return keyA === keyB ? byName(a, b) : keyA - keyB;
    });
  },
);

/** Indices of the records that pass the filter, in the order of the gallery; what is not known comes last. */
export function selectSorted(state: WorkbenchState): Uint32Array {
  const { records, groupings, view } = state.cohort;
  const { splits } = selectSplitAssignment(state);
  return sorted(
    selectPassing(state),
    records,
    splits,
    selectCoding(state),
    groupings,
    view.sort,
    view.sortGroupingId,
  );
}

const idsAt = memoizeLast((records: readonly SampleRecord[], order: Uint32Array): readonly SampleId[] =>
  Array.from(order, (index) => records[index]?.id ?? ''),
);

/** Ids of the records that pass the filter, in the order of the gallery. */
export function selectSortedIds(state: WorkbenchState): readonly SampleId[] {
  return idsAt(state.cohort.records, selectSorted(state));
}

const schema = memoizeLast(reportSchema);

/** Which key was read for what, in how many files. */
export function selectSchema({ cohort }: WorkbenchState): readonly SchemaRow[] {
  return schema(cohort.records);
}
