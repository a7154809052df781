/**
 * The slice of the cohort: the records that were read, what was refused, and the person's choices about them.
 * What follows from these (coding, splits, what passes the filter) is computed by the selectors of cohort-selectors.ts.
 */
import type { Coding } from '../../core/cohort/coding.ts';
import { demoFolder, isDemoPath } from '../../core/cohort/demo-cohort/demo-folder.ts';
import { type CohortFilter, NO_FILTER } from '../../core/cohort/filter.ts';
import { type Grouping, groupingId, PUBLISHED_AGE_BINS } from '../../core/cohort/groups.ts';
import type { SampleId, SampleRecord } from '../../core/cohort/sample.ts';
import type { NamedSplit, SplitLists, SplitShares } from '../../core/cohort/splits.ts';
import type { SerializedError } from '../../core/errors.ts';
import type { DemoCohortSpec } from '../../workers/api/data.ts';
import { type CohortView, initialCohortView } from './cohort-view.ts';

/** A file that was not loaded, and why. */
export interface RejectedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly error: SerializedError;
}

/** How subjects come to their split when no list and no folder says it: never by itself, only when asked for. */
export interface RandomSplit {
  readonly shares: SplitShares;
  readonly seed: number;
}

/** Where the cohort's files and storage stand; services/cohort.ts keeps it up to date. */
export interface CohortStorage {
  /** `restoring` until the samples of an earlier visit are back. */
  readonly phase: 'restoring' | 'ready';
  /** Whether the last visit left samples, so that the page knows at once what to wait for. */
  readonly expectsRecords: boolean;
  /** Whether the cohort outlives the page; null until the stores are open. */
  readonly persistent: boolean | null;
  /** Folders of an earlier visit that can be opened again with a permission. */
  readonly folders: readonly string[];
}

export interface CohortState {
  /** In the order they were read. */
  readonly records: readonly SampleRecord[];
  /** The data worker that has each record's file; one for every record. */
  readonly shards: readonly number[];
  /** Samples of an earlier visit whose file has not been dropped again. */
  readonly withoutFile: ReadonlySet<SampleId>;
  /** The generated cohort, while every record is of it; null as soon as others are among them. */
  readonly demo: DemoCohortSpec | null;
  readonly rejected: readonly RejectedFile[];
  /** What the person chose over what the codes suggest. */
  readonly codingChoice: Partial<Coding>;
  readonly splitLists: SplitLists;
  readonly randomSplit: RandomSplit | null;
  readonly filter: CohortFilter;
  /** Groupings that every place offers: the attributes, age bins, and what the person derived. */
  readonly groupings: readonly Grouping[];
  /** Paths of files that are no sample, no list and nobody else's; they were passed over. */
  readonly passedOver: readonly string[];
  readonly storage: CohortStorage;
  readonly view: CohortView;
}

/** What is there before anything is derived: every attribute, age at 60 as published. */
export const PLAIN_GROUPINGS: readonly Grouping[] = [
  { kind: 'attribute', attribute: 'race' },
  { kind: 'attribute', attribute: 'gender' },
  { kind: 'attribute', attribute: 'ethnicity' },
  { kind: 'attribute', attribute: 'language' },
  { kind: 'attribute', attribute: 'maritalStatus' },
  { kind: 'marital-binary' },
  PUBLISHED_AGE_BINS,
];

export const initialCohort: CohortState = {
  records: [],
  shards: [],
  withoutFile: new Set(),
  demo: null,
  rejected: [],
  codingChoice: {},
  splitLists: {},
  randomSplit: null,
  filter: NO_FILTER,
  groupings: PLAIN_GROUPINGS,
  passedOver: [],
  storage: { phase: 'restoring', expectsRecords: false, persistent: null, folders: [] },
  view: initialCohortView,
};

/** A record with the data worker that has its file. */
export interface PlacedRecord {
  readonly record: SampleRecord;
  readonly shard: number;
}

function isAllOf(demo: DemoCohortSpec, records: readonly SampleRecord[]): boolean {
  const folder = `${demoFolder(demo)}/`;
  return records.every(({ path }) => path.startsWith(folder));
}

/** Says that the demo cohort is being made, unless other records are here: then the cohort has no name of its own. */
export function withDemo(cohort: CohortState, demo: DemoCohortSpec): CohortState {
  return { ...cohort, demo: isAllOf(demo, cohort.records) ? demo : null };
}

/** How many records are of a demo cohort, whichever. */
export function syntheticCountOf(records: readonly SampleRecord[]): number {
  return records.filter(({ path }) => isDemoPath(path)).length;
}

/** Adds records; one whose id is there already is left out, so that the same file never counts twice. */
export function withRecords(cohort: CohortState, placed: readonly PlacedRecord[]): CohortState {
  const known = new Set(cohort.records.map(({ id }) => id));
  const added = placed.filter(({ record }) => !known.has(record.id));
  if (added.length === 0) return cohort;
  const { demo } = cohort;
  const records = added.map(({ record }) => record);
  return {
    ...cohort,
    demo: demo !== null && isAllOf(demo, records) ? demo : null,
    records: [...cohort.records, ...records],
    shards: [...cohort.shards, ...added.map(({ shard }) => shard)],
  };
}

/** Adds refused files, the latest last; a path that is refused again is listed once, with its latest reason. */
export function withRejected(cohort: CohortState, rejected: readonly RejectedFile[]): CohortState {
  if (rejected.length === 0) return cohort;
  const again = new Set(rejected.map(({ path }) => path));
  return { ...cohort, rejected: [...cohort.rejected.filter(({ path }) => !again.has(path)), ...rejected] };
}

/** Notes that files were given back to samples of an earlier visit. */
export function withAttached(cohort: CohortState, ids: readonly SampleId[]): CohortState {
  const withoutFile = new Set(cohort.withoutFile);
  for (const id of ids) withoutFile.delete(id);
  return withoutFile.size === cohort.withoutFile.size ? cohort : { ...cohort, withoutFile };
}

/** Adds a derived grouping; one that is there already changes nothing. */
export function withGrouping(cohort: CohortState, grouping: Grouping): CohortState {
  const id = groupingId(grouping);
  if (cohort.groupings.some((other) => groupingId(other) === id)) return cohort;
  return { ...cohort, groupings: [...cohort.groupings, grouping] };
}

/** Removes a grouping and the filter on it. */
export function withoutGrouping(cohort: CohortState, id: string): CohortState {
  const { [id]: _removed, ...groups } = cohort.filter.groups;
  return {
    ...cohort,
    groupings: cohort.groupings.filter((grouping) => groupingId(grouping) !== id),
    filter: { ...cohort.filter, groups },
  };
}

/** Adds the names of a split list to those read before. */
export function withSplitList(cohort: CohortState, split: NamedSplit, names: readonly string[]): CohortState {
  const known = new Set([...(cohort.splitLists[split] ?? []), ...names]);
  return { ...cohort, splitLists: { ...cohort.splitLists, [split]: [...known] } };
}

/** An empty cohort; storage and view stay as they are. */
export function withoutRecords(cohort: CohortState): CohortState {
  const { storage, view } = cohort;
  return { ...initialCohort, storage: { ...storage, expectsRecords: false, folders: [] }, view };
}
