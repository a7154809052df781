/** Two runs on the images that both scored: means by group side by side, and their difference in a table. */
import { useMemo } from 'react';
import { type Grouping, groupingId, groupLabels } from '../../../core/cohort/groups.ts';
import { groupMeans } from '../../../core/equity/group-means.ts';
import { GroupBarFigure } from '../../charts/GroupBarFigure.tsx';
import type { FigureTable } from '../../charts/figure-table.ts';
import type { ScorePanel } from '../../charts/group-scores.ts';
import { TableTwin } from '../../charts/TableTwin.tsx';
import { comparisonProvenance } from '../../services/provenance-comparison.ts';
import type { EvaluationRun } from '../../state/evaluate.ts';
import { METRIC_LABELS, REGION_LABELS, scoreOf } from '../../state/evaluate-scores.ts';
import { useStore } from '../../state/store.ts';
import { formatCount } from '../../ui/format.ts';
import styles from './EvaluatePlace.module.css';
import { METRIC_FORMULAS, titleInside } from './figure-data.ts';
import { type Evaluation, useEvaluatedImages } from './use-evaluation.ts';

interface ComparisonFigureProps {
  readonly evaluation: Evaluation;
  readonly compared: EvaluationRun;
  readonly grouping: Grouping;
}

/** Means of both runs over their common images. */
function useComparison({ evaluation, compared, grouping }: ComparisonFigureProps) {
  const region = useStore((state) => state.evaluate.settings.region);
  const metric = useStore((state) => state.evaluate.settings.metric);
  const other = useEvaluatedImages(compared);
  return useMemo(() => {
    const byId = new Map(other.images.map((image) => [image.image.id, image]));
    const indices = evaluation.groupings.find(({ id }) => id === groupingId(grouping))?.indices;
    const shown: number[] = [];
    const others: number[] = [];
    const groups: number[] = [];
    evaluation.images.forEach((image, i) => {
      const twin = byId.get(image.image.id);
      if (twin === undefined) return;
      shown.push(scoreOf(image.scores, region, metric));
      others.push(scoreOf(twin.scores, region, metric));
      groups.push(indices?.[i] ?? -1);
    });
    const count = groupLabels(grouping).length;
    return {
      count: shown.length,
      groups,
      values: [shown, others],
      means: [groupMeans(shown, groups, count), groupMeans(others, groups, count)] as const,
    };
  }, [evaluation, other, grouping, region, metric]);
}

/** Grouped bars of both runs and the table of differences. */
export function ComparisonFigure(props: ComparisonFigureProps) {
  const { evaluation, compared, grouping } = props;
  const { region, metric, minGroupSize } = useStore((state) => state.evaluate.settings);
  const comparison = useComparison(props);
  const [shown, other] = comparison.means;
  const labels = groupLabels(grouping);
  const name = METRIC_LABELS[metric];
  const title = `${name} of two runs by ${titleInside(grouping)}, ${REGION_LABELS[region].toLowerCase()}`;
  const differenceTitle = `Difference by ${titleInside(grouping)}`;
  const present = labels.flatMap((label, group) =>
    (shown.counts[group] ?? 0) > 0 ? [{ label, group }] : [],
  );
  const panels = [evaluation.run, compared].map((run, r): ScorePanel => {
    const means = r === 0 ? shown : other;
    return {
      key: run.id,
      label: r === 0 ? 'Shown run' : 'Compared run',
      overall:
        comparison.count === 0 ? null : { value: means.overall, interval: null, count: comparison.count },
      scores: present.map(({ group }) => ({
        group: String(group),
        value: means.means[group] ?? null,
        interval: null,
        count: means.counts[group] ?? 0,
        points: (comparison.values[r] ?? []).filter((_, i) => comparison.groups[i] === group),
      })),
    };
  });
  const difference: FigureTable = {
    columns: [
      { key: 'group', label: 'Group', kind: 'text' },
      { key: 'n', label: 'n images', kind: 'count' },
      { key: 'shown', label: 'Shown run', kind: 'percent' },
      { key: 'compared', label: 'Compared run', kind: 'percent' },
      { key: 'difference', label: 'Shown minus compared', kind: 'percent', unit: 'percentage points' },
    ],
    rows: [
      ...present.map(({ label, group }) => {
        const [a, b] = [shown.means[group] ?? NaN, other.means[group] ?? NaN];
        return { group: label, n: shown.counts[group] ?? 0, shown: a, compared: b, difference: a - b };
      }),
      {
        group: 'Overall',
        n: comparison.count,
        shown: shown.overall,
        compared: other.overall,
        difference: shown.overall - other.overall,
      },
    ],
  };
  const partial = [evaluation.run, compared].filter(({ status }) => status === 'partial');
  return (
    <>
      <GroupBarFigure
        metric={name}
        counted="images"
        minimumCount={minGroupSize}
        groups={present.map(({ label, group }) => ({ key: String(group), label, styleIndex: group }))}
        panels={panels}
        title={title}
        fileName={`${metric}-${region}-two-runs`}
        provenance={() => comparisonProvenance(evaluation.run, compared)}
        status={
          comparison.count === 0
            ? {
                kind: 'empty',
                message: 'The two runs have no image in common: choose another run to compare with.',
              }
            : { kind: 'ready' }
        }
        warnings={partial.map((run) => `Partial run: ${run.name}.`)}
        caption={`Mean ${METRIC_FORMULAS[metric]} on the ${formatCount(comparison.count)} images that both runs scored. Shown run: ${evaluation.run.name}. Compared run: ${compared.name}. Whether a difference is more than chance is not tested here.`}
      />
      {comparison.count > 0 && (
        <section className={styles['card']} aria-labelledby="difference-title">
          <h3 id="difference-title" className={styles['cardTitle']}>
            {differenceTitle}
          </h3>
          {/* A region that scrolls must be reachable by keyboard. */}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <section className={styles['wide']} aria-label={differenceTitle} tabIndex={0}>
            <TableTwin table={difference} caption={differenceTitle} />
          </section>
        </section>
      )}
    </>
  );
}
