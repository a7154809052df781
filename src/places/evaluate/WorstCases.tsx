/** The images with the lowest scores first; a row opens the inspector, which shows the run's prediction over the image. */
import { Select } from '@mantine/core';
import { useMemo } from 'react';
import { type Grouping, groupingId, groupLabels } from '../../../core/cohort/groups.ts';
import { selectSplitAssignment } from '../../state/cohort-selectors.ts';
import {
  type EvaluatedImage,
  METRIC_LABELS,
  REGION_LABELS,
  rulesOf,
  scoreOf,
} from '../../state/evaluate-scores.ts';
import { update, useStore } from '../../state/store.ts';
import { withInspection } from '../../state/ui.ts';
import { formatCount, formatPercentNumber } from '../../ui/format.ts';
import { type TableColumn, VirtualTable } from '../../ui/VirtualTable.tsx';
import styles from './EvaluatePlace.module.css';
import { titleInside } from './figure-data.ts';
import type { Evaluation } from './use-evaluation.ts';
import { useWorstGroupFilter } from './use-worst-filter.ts';

interface CaseRow extends EvaluatedImage {
  readonly group: number;
  readonly groupLabel: string;
  readonly score: number;
}

/** Rows of the chosen group (all without one), lowest score first; equal ones by name. */
function useCases({ images, groupings }: Evaluation, grouping: Grouping): readonly CaseRow[] {
  const region = useStore((state) => state.evaluate.settings.region);
  const metric = useStore((state) => state.evaluate.settings.metric);
  const chosen = useWorstGroupFilter((state) => state.chosen);
  const id = groupingId(grouping);
  return useMemo(() => {
    const indices = groupings.find((each) => each.id === id)?.indices;
    const labels = groupLabels(grouping);
    const only = chosen?.groupingId === id ? chosen.group : null;
    const rows = images.map((image, i): CaseRow => {
      const group = indices?.[i] ?? -1;
      return {
        ...image,
        group,
        groupLabel: labels[group] ?? 'unknown',
        score: scoreOf(image.scores, region, metric),
      };
    });
    return rows
      .filter(({ group }) => only === null || group === only)
      .toSorted((a, b) => a.score - b.score || (a.image.name < b.image.name ? -1 : 1));
  }, [images, groupings, grouping, id, region, metric, chosen]);
}

/** A list of any length with the group filter that a click on a bar sets. */
export function WorstCases({
  evaluation,
  grouping,
}: {
  readonly evaluation: Evaluation;
  readonly grouping: Grouping;
}) {
  const { region, metric } = useStore((state) => state.evaluate.settings);
  const splits = useStore((state) => selectSplitAssignment(state).splits);
  const { chosen, setGroup } = useWorstGroupFilter();
  const rows = useCases(evaluation, grouping);
  const id = groupingId(grouping);
  const labels = groupLabels(grouping);
  const hasRules = rows.some(({ scores }) => rulesOf(scores) !== '');
  const percent = (value: number) => formatPercentNumber(value);
  const columns: readonly TableColumn<CaseRow>[] = [
    {
      key: 'name',
      header: 'Image',
      ...(hasRules ? { width: 120 } : {}),
      render: ({ image }) => image.name,
    },
    { key: 'group', header: 'Group', width: 96, render: ({ groupLabel }) => groupLabel },
    { key: 'split', header: 'Split', width: 64, render: ({ index }) => splits[index] ?? 'unassigned' },
    {
      key: 'score',
      header: `${METRIC_LABELS[metric]}, ${REGION_LABELS[region].toLowerCase()} (%)`,
      width: 122,
      align: 'end',
      render: ({ score }) => percent(score),
    },
    ...(['rim', 'cup', 'disc'] as const).map((each): TableColumn<CaseRow> => ({
      key: each,
      header: `${REGION_LABELS[each]} (%)`,
      width: 68,
      align: 'end',
      render: ({ scores }) => percent(scoreOf(scores, each, metric)),
    })),
    ...(hasRules
      ? [
          {
            key: 'rules',
            header: 'Empty masks',
            width: 150,
            render: ({ scores }: CaseRow) => rulesOf(scores),
          },
        ]
      : []),
  ];
  const isChosenHere = chosen?.groupingId === id;
  return (
    <section className={styles['card']} aria-labelledby="worst-title">
      <div className={styles['cardHead']}>
        <h3 id="worst-title" className={styles['cardTitle']}>
          Worst cases, {formatCount(rows.length)} images with the lowest score first
        </h3>
        <Select
          size="xs"
          aria-label={`Worst cases of one group by ${titleInside(grouping)}`}
          w={220}
          value={isChosenHere ? String(chosen.group) : 'all'}
          data={[
            { value: 'all', label: 'All groups' },
            ...labels.map((label, group) => ({ value: String(group), label })),
            { value: '-1', label: 'unknown' },
          ]}
          onChange={(value) =>
            setGroup(value === null || value === 'all' ? null : { groupingId: id, group: Number(value) })
          }
        />
      </div>
      <VirtualTable
        caption="Worst cases"
        columns={columns}
        rows={rows}
        rowKey={({ image }) => image.id}
        height={290}
        onOpen={(_row, index) =>
          update('ui', (ui) =>
            withInspection(
              ui,
              rows.map(({ image }) => image.id),
              index,
            ),
          )
        }
      />
    </section>
  );
}
