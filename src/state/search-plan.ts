/** What a search would run on, from the cohort and the settings: pool, target, held-out half, bounds, and what stands in its way. Pure. */
import type { Coding } from '../../core/cohort/coding.ts';
import {
  type Grouping,
  groupIndices,
  groupingId,
  groupingTitle,
  groupLabels,
} from '../../core/cohort/groups.ts';
import type { SampleId, SampleRecord, Split } from '../../core/cohort/sample.ts';
import { createRandom, permutation } from '../../core/random.ts';
import { formatCount, formatCounted } from '../ui/format.ts';
import { selectCoding, selectPassing, selectSplitAssignment } from './cohort-selectors.ts';
import { memoizeLast } from './memoize.ts';
import { MIN_CLUSTER_SIZE, MIN_SELECTION, type SearchSettings, type SplitChoice } from './search.ts';
import type { WorkbenchState } from './store.ts';

export interface SearchPlan {
  readonly pool: readonly SampleId[];
  readonly target: readonly SampleId[];
  readonly heldOut: readonly SampleId[];
  readonly poolLabel: string;
  readonly targetLabel: string;
  /** Target samples in the test split that are not held out: they would be evaluated on, too. */
  readonly sharedWithTestCount: number;
  /** Samples of the target group and split that the pool's split holds as well; they are left out of the pool. */
  readonly removedFromPoolCount: number;
  /** The number of clusters that is used, and why it is not the one asked for. */
  readonly clusterCount: number;
  readonly clusterNote: string | undefined;
  /** Why the selection's size cannot be had. */
  readonly sizeProblem: string | undefined;
  /** Why the search cannot start, what to do; undefined when it can. */
  readonly problem: string | undefined;
}

const SPLIT_WORDS: Readonly<Record<SplitChoice, string>> = {
  train: 'train split',
  validation: 'validation split',
  test: 'test split',
  unassigned: 'subjects without a split',
  all: 'all splits',
};

/** A grouping's title as running text: race is what was recorded, no more. */
export function recordedTitle(grouping: Grouping): string {
  return groupingTitle(grouping).replace(/\bRace\b/, 'Recorded race');
}

/** The chosen grouping; the first there is when it was removed. */
export function groupingOf(groupings: readonly Grouping[], id: string): Grouping | undefined {
  return groupings.find((grouping) => groupingId(grouping) === id) ?? groupings[0];
}

/** Two halves by seed, the same for the same samples in whatever order they came. The larger half is searched with. */
export function divideTarget(
  ids: readonly SampleId[],
  seed: number,
): { readonly searched: readonly SampleId[]; readonly heldOut: readonly SampleId[] } {
  const sorted = ids.toSorted();
  const order = permutation(sorted.length, createRandom(seed, 'target-halves'));
  const heldOutCount = Math.floor(sorted.length / 2);
  const held = new Set(Array.from(order.subarray(0, heldOutCount), (i) => sorted[i] as SampleId));
  return { searched: ids.filter((id) => !held.has(id)), heldOut: ids.filter((id) => held.has(id)) };
}

function clusters(asked: number, poolCount: number): Pick<SearchPlan, 'clusterCount' | 'clusterNote'> {
  const most = Math.max(1, Math.floor(poolCount / MIN_CLUSTER_SIZE));
  if (asked <= most) return { clusterCount: asked, clusterNote: undefined };
  return {
    clusterCount: most,
    clusterNote: `${formatCounted(most, 'cluster is', 'clusters are')} used, not ${formatCount(asked)}: with ${formatCounted(poolCount, 'sample')} in the pool more would leave fewer than ${MIN_CLUSTER_SIZE} to a cluster.`,
  };
}

function problemOf(
  recordCount: number,
  poolCount: number,
  targetCount: number,
  targetLabel: string,
  poolLabel: string,
): string | undefined {
  if (recordCount === 0) return 'There is no cohort yet.';
  if (targetCount < 2) {
    return `The target (${targetLabel}) has ${targetCount === 1 ? 'one sample' : 'no samples'}; a distance needs two. Choose another group or split, or clear the filter.`;
  }
  if (poolCount < MIN_SELECTION + 1) {
    return `The pool (${poolLabel}) has ${formatCounted(poolCount, 'sample')}. Choose another split or clear the filter.`;
  }
  return undefined;
}

/** The plan for some settings. */
export function planSearch(
  records: readonly SampleRecord[],
  passing: Uint32Array,
  splits: readonly Split[],
  coding: Coding,
  groupings: readonly Grouping[],
  settings: SearchSettings,
): SearchPlan {
  const { poolSplit, targetSplit, targetPart } = settings;
  const grouping = groupingOf(groupings, settings.targetGroupingId);
  const groups = grouping === undefined ? new Int16Array() : groupIndices(records, grouping, coding);
  const isIn = (index: number, choice: SplitChoice) => choice === 'all' || splits[index] === choice;
  const idOf = (index: number) => (records[index] as SampleRecord).id;
  // By id, not as the files were read: workers finish in any order, and the same seed must give the same selection.
  const passingIndices = Array.from(passing).toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1));

  const members = passingIndices.filter((i) => groups[i] === settings.targetGroup && isIn(i, targetSplit));
  const memberIds = members.map(idOf);
  const { searched, heldOut } =
    targetPart === 'whole'
      ? { searched: memberIds, heldOut: [] }
      : divideTarget(memberIds, settings.halvesSeed);
  const searchedSet = new Set(searched);
  const memberSet = new Set(memberIds);
  const poolAndMore = passingIndices.filter((i) => isIn(i, poolSplit)).map(idOf);
  const pool = poolAndMore.filter((id) => !memberSet.has(id));

  const groupLabel = grouping === undefined ? '' : (groupLabels(grouping)[settings.targetGroup] ?? 'unknown');
  const targetLabel = `${grouping === undefined ? '' : recordedTitle(grouping)}: ${groupLabel}, ${SPLIT_WORDS[targetSplit]}${targetPart === 'whole' ? '' : ', search half'}`;
  const poolLabel = SPLIT_WORDS[poolSplit];
  const problem = problemOf(records.length, pool.length, searched.length, targetLabel, poolLabel);
  const { selectionSize } = settings;
  const sizeProblem =
    problem === undefined && selectionSize > pool.length
      ? `The pool has ${formatCounted(pool.length, 'sample')}. Select that many or fewer.`
      : undefined;
  return {
    pool,
    target: searched,
    heldOut,
    poolLabel,
    targetLabel,
    sharedWithTestCount: members.filter((i) => splits[i] === 'test' && searchedSet.has(idOf(i))).length,
    removedFromPoolCount: poolAndMore.length - pool.length,
    ...clusters(settings.clusterCount, pool.length),
    sizeProblem,
    problem,
  };
}

const plan = memoizeLast(planSearch);

/** What the next search would run on. */
export function selectSearchPlan(state: WorkbenchState): SearchPlan {
  return plan(
    state.cohort.records,
    selectPassing(state),
    selectSplitAssignment(state).splits,
    selectCoding(state),
    state.cohort.groupings,
    state.search.settings,
  );
}
