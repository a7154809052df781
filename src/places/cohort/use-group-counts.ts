/** Counts of a grouping's groups in what passes the filter, one series for every split that has any. */
import { useMemo } from 'react';
import { type Grouping, groupIndices, groupLabels } from '../../../core/cohort/groups.ts';
import { type SampleRecord, type Split, SPLITS } from '../../../core/cohort/sample.ts';
import type { Coding } from '../../../core/cohort/coding.ts';
import type { GroupCounts } from '../../charts/CountBarFigure.tsx';

export interface PassingCohort {
  readonly records: readonly SampleRecord[];
  readonly splits: readonly Split[];
  readonly passing: Uint32Array;
  readonly coding: Coding;
}

/** The unknown group comes last, and only where somebody is in it. Keys are group indices. */
export function useGroupCounts(cohort: PassingCohort, grouping: Grouping): GroupCounts {
  const { records, splits, passing, coding } = cohort;
  return useMemo(() => {
    const labels = groupLabels(grouping);
    const groups = groupIndices(records, grouping, coding);
    const unknown = labels.length;
    const counts = new Map(SPLITS.map((split) => [split, Array.from({ length: unknown + 1 }, () => 0)]));
    let unknownCount = 0;
    for (const index of passing) {
      const group = groups[index] ?? -1;
      const row = counts.get(splits[index] ?? 'unassigned') as number[];
      const place = group < 0 ? unknown : group;
      row[place] = (row[place] as number) + 1;
      if (group < 0) unknownCount++;
    }
    const used = SPLITS.filter((split) => counts.get(split)?.some((count) => count > 0));
    return {
      counted: 'subjects',
      groups: [
        ...labels.map((label, g) => ({ key: String(g), label, styleIndex: g })),
        ...(unknownCount > 0 ? [{ key: '-1', label: 'unknown', styleIndex: -1 }] : []),
      ],
      series: used.map((split) => ({
        key: split,
        label: split,
        counts: unknownCount > 0 ? (counts.get(split) ?? []) : (counts.get(split) ?? []).slice(0, unknown),
      })),
    };
  }, [records, splits, passing, coding, grouping]);
}
