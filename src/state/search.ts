/**
 * The slice of searches: the settings of the next one and the results that are kept. Results are plain records of ids
 * and numbers, written to IndexedDB by services/search-store.ts; the settings lie among the preferences.
 */
import type { SampleId, Split } from '../../core/cohort/sample.ts';
import { SPLITS } from '../../core/cohort/sample.ts';
import type { Clustering, SearchResult, Strategy } from '../../workers/api/analysis.ts';
import type { FeaturePreprocess } from '../../workers/api/data.ts';

export const SPLIT_CHOICES = [...SPLITS, 'all'] as const;
export type SplitChoice = Split | 'all';
export const FEATURE_PRESETS = ['full', 'via-64', 'clean'] as const;
export const CLUSTERINGS = ['k-means', 'balanced-k-means'] as const;
export const STRATEGIES = ['greedy', 'weighted', 'aggressive', 'random'] as const;
/** Sizes of the published table. */
export const PUBLISHED_SIZES = [100, 500, 1000] as const;
/** Fewer have no covariance and so no distance. */
export const MIN_SELECTION = 2;
/** With fewer members a cluster's distance is mostly noise: the pool is divided into at most a tenth of its size. */
export const MIN_CLUSTER_SIZE = 10;
export const MAX_DRAWS = 1000;

export interface SearchSettings {
  readonly poolSplit: SplitChoice;
  readonly targetGroupingId: string;
  /** Index into the grouping's labels. */
  readonly targetGroup: number;
  readonly targetSplit: SplitChoice;
  /** `search-half` searches with a random half of the target and holds the other out for evaluation. */
  readonly targetPart: 'whole' | 'search-half';
  readonly halvesSeed: number;
  readonly preset: FeaturePreprocess['preset'];
  readonly clustering: Clustering;
  readonly clusterCount: number;
  readonly selectionSize: number;
  readonly strategy: Strategy;
  readonly seed: number;
  readonly drawCount: number;
}

/** The published experiment: pool of training samples, target of the Black subjects of the test split, K and N of 100. */
export const DEFAULT_SEARCH_SETTINGS: SearchSettings = {
  poolSplit: 'train',
  targetGroupingId: 'race',
  targetGroup: 1,
  targetSplit: 'test',
  targetPart: 'whole',
  halvesSeed: 1,
  preset: 'full',
  clustering: 'k-means',
  clusterCount: 100,
  selectionSize: 100,
  strategy: 'greedy',
  seed: 1,
  drawCount: 20,
};

/** Where a kept result came from. */
export interface SearchOrigin {
  readonly softwareVersion: string;
  readonly cohortHash: string;
  readonly cohortCount: number;
  /** The cohort's filter in words. */
  readonly filterText: string;
  readonly filterPassingCount: number;
  readonly modelId: string;
  readonly modelName: string;
  readonly preprocess: FeaturePreprocess;
}

/** A finished search. Its selection is what a training would use. */
export interface KeptSearch {
  readonly id: string;
  readonly name: string;
  /** Epoch time. */
  readonly startedMs: number;
  readonly settings: SearchSettings;
  /** "Recorded race: Black, test split, search half". */
  readonly targetLabel: string;
  readonly poolLabel: string;
  readonly pool: readonly SampleId[];
  readonly target: readonly SampleId[];
  /** Target samples that were left out for evaluation. */
  readonly heldOut: readonly SampleId[];
  /** Target samples that belong to the test split and were not held out. */
  readonly sharedWithTestCount: number;
  readonly features: {
    readonly computed: number;
    readonly fromCache: number;
    /** Samples left out because they have no features, with the reason. */
    readonly failures: readonly { readonly id: SampleId; readonly code: string; readonly message: string }[];
  };
  readonly result: SearchResult;
  readonly origin: SearchOrigin;
}

export interface SearchState {
  readonly settings: SearchSettings;
  /** Newest first. */
  readonly kept: readonly KeptSearch[];
  /** Whether the results of earlier visits have been read. */
  readonly restored: boolean;
  readonly shownId: string | null;
  /** The result deleted last, which can still be brought back. */
  readonly deleted: KeptSearch | null;
  /** Grouping of the composition figure. */
  readonly compositionGroupingId: string;
}

export const initialSearch: SearchState = {
  settings: DEFAULT_SEARCH_SETTINGS,
  kept: [],
  restored: false,
  shownId: null,
  deleted: null,
  compositionGroupingId: 'race',
};

/** Changes settings. */
export function withSearchSettings(search: SearchState, change: Partial<SearchSettings>): SearchState {
  return { ...search, settings: { ...search.settings, ...change } };
}

/** Adds results in order of time. */
export function withKept(search: SearchState, added: readonly KeptSearch[]): SearchState {
  const ids = new Set(added.map(({ id }) => id));
  const kept = [...added, ...search.kept.filter(({ id }) => !ids.has(id))];
  return { ...search, kept: kept.toSorted((a, b) => b.startedMs - a.startedMs) };
}

/** Adds the results of earlier visits; one that was shown and is gone gives way to the newest. */
export function withRestoredSearches(search: SearchState, restored: readonly KeptSearch[]): SearchState {
  const all = withKept(search, restored);
  const isThere = all.kept.some(({ id }) => id === all.shownId);
  return { ...all, restored: true, shownId: isThere ? all.shownId : (all.kept[0]?.id ?? null) };
}

/** Adds a new result and shows it. */
export function withNewSearch(search: SearchState, kept: KeptSearch): SearchState {
  return { ...withKept(search, [kept]), shownId: kept.id };
}

/** Removes a result, which `withUndeletedSearch` brings back until the next one is removed. */
export function withoutSearch(search: SearchState, id: string): SearchState {
  const deleted = search.kept.find((one) => one.id === id);
  if (deleted === undefined) return search;
  const kept = search.kept.filter((one) => one.id !== id);
  return {
    ...search,
    kept,
    deleted,
    shownId: search.shownId === id ? (kept[0]?.id ?? null) : search.shownId,
  };
}

/** Brings back the result removed last. */
export function withUndeletedSearch(search: SearchState): SearchState {
  const { deleted } = search;
  return deleted === null ? search : { ...withNewSearch(search, deleted), deleted: null };
}

/** Names a selection; an empty name changes nothing. */
export function withSearchNamed(search: SearchState, id: string, name: string): SearchState {
  const trimmed = name.trim();
  if (trimmed === '') return search;
  return { ...search, kept: search.kept.map((one) => (one.id === id ? { ...one, name: trimmed } : one)) };
}

/** The result that is shown, or undefined. */
export function shownSearchOf({ kept, shownId }: SearchState): KeptSearch | undefined {
  return kept.find(({ id }) => id === shownId);
}

/** Settings as read from storage, with those choices kept that exist. */
export function checkedSearchSettings(settings: SearchSettings): SearchSettings {
  const defaults = DEFAULT_SEARCH_SETTINGS;
  const choice = <Value>(value: Value, choices: readonly Value[], fallback: Value) =>
    choices.includes(value) ? value : fallback;
  const whole = (value: number, least: number, fallback: number) =>
    Number.isSafeInteger(value) && value >= least ? value : fallback;
  return {
    ...settings,
    poolSplit: choice(settings.poolSplit, SPLIT_CHOICES, defaults.poolSplit),
    targetSplit: choice(settings.targetSplit, SPLIT_CHOICES, defaults.targetSplit),
    targetGroup: whole(settings.targetGroup, -1, defaults.targetGroup),
    targetPart: choice(settings.targetPart, ['whole', 'search-half'], defaults.targetPart),
    halvesSeed: whole(settings.halvesSeed, 0, defaults.halvesSeed),
    preset: choice(settings.preset, FEATURE_PRESETS, defaults.preset),
    clustering: choice(settings.clustering, CLUSTERINGS, defaults.clustering),
    clusterCount: whole(settings.clusterCount, 1, defaults.clusterCount),
    selectionSize: whole(settings.selectionSize, MIN_SELECTION, defaults.selectionSize),
    strategy: choice(settings.strategy, STRATEGIES, defaults.strategy),
    seed: whole(settings.seed, 0, defaults.seed),
    drawCount: Math.min(MAX_DRAWS, whole(settings.drawCount, 0, defaults.drawCount)),
  };
}
