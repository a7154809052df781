/** What of the cohort slice survives a reload: the person's choices. The samples themselves lie with the data workers. */
import type { Coding } from '../../core/cohort/coding.ts';
import { type CohortFilter, type GroupChoice, NO_FILTER } from '../../core/cohort/filter.ts';
import { ageEdgesProblem, type Grouping, groupingId, type SimpleGrouping } from '../../core/cohort/groups.ts';
import { ATTRIBUTE_KEYS, SPLITS } from '../../core/cohort/sample.ts';
import type { SplitLists } from '../../core/cohort/splits.ts';
import { type CohortState, PLAIN_GROUPINGS, type RandomSplit } from './cohort.ts';
import {
  COHORT_TABS,
  type CohortView,
  DEMO_COUNTS,
  GALLERY_SORTS,
  initialCohortView,
} from './cohort-view.ts';
import { definePersisted, mergeSettings } from './persist.ts';

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isShare(value: unknown): value is number {
  return isNumber(value) && value >= 0 && value <= 1;
}

function isSimpleGrouping(value: unknown): value is SimpleGrouping {
  if (!isObject(value)) return false;
  if (value['kind'] === 'marital-binary') return true;
  if (value['kind'] === 'attribute') {
    return ATTRIBUTE_KEYS.some((key) => key !== 'age' && key === value['attribute']);
  }
  const edges = value['edgesYears'];
  return (
    value['kind'] === 'age-bins' &&
    Array.isArray(edges) &&
    edges.every(isNumber) &&
    ageEdgesProblem(edges) === undefined
  );
}

function isGrouping(value: unknown): value is Grouping {
  if (!isObject(value) || value['kind'] !== 'intersection') return isSimpleGrouping(value);
  const parts = value['parts'];
  return Array.isArray(parts) && parts.length > 0 && parts.every(isSimpleGrouping);
}

function filterOf(saved: unknown): CohortFilter {
  if (!isObject(saved)) return NO_FILTER;
  const groups: Record<string, GroupChoice> = {};
  for (const choice of isObject(saved['groups']) ? Object.values(saved['groups']) : []) {
    if (!isObject(choice)) continue;
    const { grouping, chosen } = choice;
    if (!isGrouping(grouping) || !Array.isArray(chosen) || !chosen.every(isNumber)) continue;
    groups[groupingId(grouping)] = { grouping, chosen };
  }
  const chosenSplits = Array.isArray(saved['splits']) ? saved['splits'] : [];
  return {
    splits: SPLITS.filter((split) => chosenSplits.includes(split)),
    groups,
    text: typeof saved['text'] === 'string' ? saved['text'] : '',
  };
}

function splitListsOf(saved: unknown): SplitLists {
  const lists: { -readonly [Key in keyof SplitLists]: SplitLists[Key] } = {};
  if (!isObject(saved)) return lists;
  for (const split of SPLITS) {
    const names = saved[split];
    if (split === 'unassigned' || !Array.isArray(names)) continue;
    lists[split] = names.filter((name) => typeof name === 'string');
  }
  return lists;
}

function randomSplitOf(saved: unknown): RandomSplit | null {
  if (!isObject(saved) || !isNumber(saved['seed']) || !isObject(saved['shares'])) return null;
  const { validationFrac, testFrac } = saved['shares'];
  if (!isShare(validationFrac) || !isShare(testFrac)) return null;
  return { shares: { validationFrac, testFrac }, seed: saved['seed'] };
}

function codingOf(saved: unknown): Partial<Coding> {
  const { race, ageUnit } = isObject(saved) ? saved : {};
  return {
    ...(race === 'card' || race === 'code' ? { race } : {}),
    ...(ageUnit === 'years' || ageUnit === 'days' ? { ageUnit } : {}),
  };
}

function viewOf(saved: unknown): CohortView {
  const merged = mergeSettings(initialCohortView, saved);
  const { tab, sort, demoCount, overlayOpacityPercent } = merged;
  return {
    ...merged,
    tab: COHORT_TABS.includes(tab) ? tab : initialCohortView.tab,
    sort: GALLERY_SORTS.includes(sort) ? sort : initialCohortView.sort,
    demoCount: DEMO_COUNTS.some((count) => count === demoCount) ? demoCount : initialCohortView.demoCount,
    overlayOpacityPercent: Math.min(100, Math.max(0, overlayOpacityPercent)),
  };
}

export const persistedCohort = definePersisted({
  slice: 'cohort',
  version: 1,
  save: ({
    records,
    demo,
    codingChoice,
    splitLists,
    randomSplit,
    filter,
    groupings,
    storage,
    view,
  }: CohortState) => ({
    hasRecords: records.length > 0 || (storage.phase === 'restoring' && storage.expectsRecords),
    demo,
    codingChoice,
    splitLists,
    randomSplit,
    filter,
    derived: groupings.filter((grouping) => !PLAIN_GROUPINGS.includes(grouping)),
    view,
  }),
  load(state, saved): CohortState {
    if (!isObject(saved)) return state;
    const { demo, derived } = saved;
    const kept = Array.isArray(derived) ? derived.filter(isGrouping) : [];
    const isDemo = isObject(demo) && isNumber(demo['count']) && isNumber(demo['seed']);
    return {
      ...state,
      demo: isDemo ? { count: demo['count'] as number, seed: demo['seed'] as number } : null,
      codingChoice: codingOf(saved['codingChoice']),
      splitLists: splitListsOf(saved['splitLists']),
      randomSplit: randomSplitOf(saved['randomSplit']),
      filter: filterOf(saved['filter']),
      groupings: [...PLAIN_GROUPINGS, ...kept],
      storage: { ...state.storage, expectsRecords: saved['hasRecords'] === true },
      view: viewOf(saved['view']),
    };
  },
  migrations: {},
});
