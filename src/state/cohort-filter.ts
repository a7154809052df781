/** Changes of the cohort's filter. Pure: state in, state out. */
import { type CohortFilter, NO_FILTER } from '../../core/cohort/filter.ts';
import { type Grouping, groupingId } from '../../core/cohort/groups.ts';
import type { Split } from '../../core/cohort/sample.ts';
import type { CohortState } from './cohort.ts';

function changed(cohort: CohortState, change: Partial<CohortFilter>): CohortState {
  return { ...cohort, filter: { ...cohort.filter, ...change } };
}

/** Keeps or no longer keeps a split. */
export function withSplitToggled(cohort: CohortState, split: Split): CohortState {
  const { splits } = cohort.filter;
  const next = splits.includes(split) ? splits.filter((other) => other !== split) : [...splits, split];
  return changed(cohort, { splits: next });
}

/** Keeps these groups of a grouping; none lifts the filter on it. -1 is unknown. */
export function withGroupsChosen(
  cohort: CohortState,
  grouping: Grouping,
  chosen: readonly number[],
): CohortState {
  const id = groupingId(grouping);
  const { [id]: _before, ...others } = cohort.filter.groups;
  return changed(cohort, {
    groups: chosen.length === 0 ? others : { ...others, [id]: { grouping, chosen } },
  });
}

/** Keeps or no longer keeps one group. */
export function withGroupToggled(cohort: CohortState, grouping: Grouping, group: number): CohortState {
  const chosen = cohort.filter.groups[groupingId(grouping)]?.chosen ?? [];
  const next = chosen.includes(group)
    ? chosen.filter((other) => other !== group)
    : [...chosen, group].toSorted((a, b) => a - b);
  return withGroupsChosen(cohort, grouping, next);
}

/** Keeps the files whose path holds this text. */
export function withFilterText(cohort: CohortState, text: string): CohortState {
  return changed(cohort, { text });
}

/** Lifts every filter. */
export function withoutFilter(cohort: CohortState): CohortState {
  return { ...cohort, filter: NO_FILTER };
}

/** Whether anything is filtered at all. */
export function isFiltering({ splits, groups, text }: CohortFilter): boolean {
  return splits.length > 0 || Object.keys(groups).length > 0 || text.trim() !== '';
}
