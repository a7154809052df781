/** Data of the figures and the table of one kept search, each on stable references. */
import { useMemo } from 'react';
import { groupIndices, groupingId, groupLabels } from '../../../core/cohort/groups.ts';
import type { SampleId } from '../../../core/cohort/sample.ts';
import type { CompositionPart } from '../../charts/CompositionFigure.tsx';
import type { ScatterSeries } from '../../charts/scatter.ts';
import { selectedSamples } from '../../services/search-export.ts';
import { selectCoding, selectIndexById } from '../../state/cohort-selectors.ts';
import type { KeptSearch } from '../../state/search.ts';
import { groupingOf, recordedTitle } from '../../state/search-plan.ts';
import { useStore } from '../../state/store.ts';

/** Pool, target and selection by the chosen grouping; unknown is the last group. */
export function useComposition(kept: KeptSearch) {
  const records = useStore((state) => state.cohort.records);
  const groupings = useStore((state) => state.cohort.groupings);
  const coding = useStore(selectCoding);
  const indexById = useStore(selectIndexById);
  const chosenId = useStore((state) => state.search.compositionGroupingId);
  return useMemo(() => {
    const grouping = groupingOf(groupings, chosenId);
    if (grouping === undefined) return undefined;
    const labels = groupLabels(grouping);
    const indices = groupIndices(records, grouping, coding);
    const countsOf = (ids: readonly SampleId[]) => {
      const counts = Array.from({ length: labels.length + 1 }, () => 0);
      for (const id of ids) {
        const at = indices[indexById.get(id) ?? -1];
        const place = at === undefined || at < 0 ? labels.length : at;
        counts[place] = (counts[place] ?? 0) + 1;
      }
      return counts;
    };
    const parts: readonly CompositionPart[] = [
      { role: 'pool', counts: countsOf(kept.pool) },
      { role: 'target', counts: countsOf(kept.target) },
      { role: 'selection', counts: countsOf(kept.result.selected) },
    ];
    return {
      groupingId: groupingId(grouping),
      title: recordedTitle(grouping),
      choices: groupings.map((one) => ({ value: groupingId(one), label: recordedTitle(one) })),
      groups: [
        ...labels.map((label, index) => ({ key: String(index), label, styleIndex: index })),
        { key: 'unknown', label: 'unknown', styleIndex: -1 },
      ],
      parts,
    };
  }, [kept, records, groupings, coding, indexById, chosenId]);
}

/** The plane of the first two principal components; `idsOf` names the points of a series. */
export function useMap(kept: KeptSearch) {
  return useMemo(() => {
    const { map, selected } = kept.result;
    const axis = (values: ArrayLike<number>, offset: number) =>
      Float32Array.from({ length: values.length / 2 }, (_, i) => values[2 * i + offset] as number);
    const places = new Map(kept.pool.map((id, place) => [id, place]));
    const pool = { x: axis(map.pool, 0), y: axis(map.pool, 1) };
    const pick = (values: Float32Array) =>
      Float32Array.from(selected, (id) => values[places.get(id) ?? -1] ?? Number.NaN);
    const series: readonly ScatterSeries[] = [
      { role: 'pool', ...pool },
      { role: 'target', x: axis(map.target, 0), y: axis(map.target, 1) },
      { role: 'selection', x: pick(pool.x), y: pick(pool.y) },
    ];
    const idsOf = { pool: kept.pool, target: kept.target, selection: selected } as const;
    return { series, idsOf, shareFrac: map.shareFrac };
  }, [kept]);
}

/** Rows of the table of selected samples, in the order of selection. */
export function useSelectedSamples(kept: KeptSearch) {
  const records = useStore((state) => state.cohort.records);
  return useMemo(() => selectedSamples(kept, records), [kept, records]);
}
