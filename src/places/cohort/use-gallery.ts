/** What the gallery's grid shows: order, groups and the overlay, from the store. */
import { useMemo } from 'react';
import type { Coding } from '../../../core/cohort/coding.ts';
import {
  type Grouping,
  groupIndices,
  groupingId,
  groupLabels,
  groupingTitle,
} from '../../../core/cohort/groups.ts';
import type { SampleRecord } from '../../../core/cohort/sample.ts';
import {
  selectCoding,
  selectSorted,
  selectSortedIds,
  selectSplitAssignment,
} from '../../state/cohort-selectors.ts';
import { useStore } from '../../state/store.ts';

/** Says the group of a record by its index: "Race: Asian". */
function groupWords(
  records: readonly SampleRecord[],
  groupings: readonly Grouping[],
  groupId: string,
  coding: Coding,
): (index: number) => string {
  const grouping = groupings.find((candidate) => groupingId(candidate) === groupId) ?? groupings[0];
  if (grouping === undefined) return () => '';
  const labels = groupLabels(grouping);
  const indices = groupIndices(records, grouping, coding);
  // A bin's label tells where it ends; the edges of all would leave no room for it.
  const name = grouping.kind === 'age-bins' ? 'Age' : groupingTitle(grouping);
  return (index) => `${name}: ${labels[indices[index] ?? -1] ?? 'unknown'}`;
}

/** Stable references throughout. */
export function useGallery() {
  const records = useStore(({ cohort }) => cohort.records);
  const order = useStore(selectSorted);
  const ids = useStore(selectSortedIds);
  const { splits } = useStore(selectSplitAssignment);
  const coding = useStore(selectCoding);
  const groupings = useStore(({ cohort }) => cohort.groupings);
  const groupId = useStore(({ cohort }) => cohort.view.sortGroupingId);
  const overlayOpacity = useStore(({ cohort: { view } }) =>
    view.overlay ? view.overlayOpacityPercent / 100 : 0,
  );
  const groupOf = useMemo(
    () => groupWords(records, groupings, groupId, coding),
    [records, groupings, groupId, coding],
  );
  return { records, order, ids, splits, groupOf, overlayOpacity };
}
