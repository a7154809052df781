/** The run in four numbers: overall, equity-scaled, gap, worst group. Each says what it is of and on how many. */
import { type Grouping, groupingId } from '../../../core/cohort/groups.ts';
import { METRIC_LABELS, REGION_LABELS } from '../../state/evaluate-scores.ts';
import { useStore } from '../../state/store.ts';
import { formatCount, formatPercent, formatPercentInterval } from '../../ui/format.ts';
import { Statement, Statements } from '../../ui/Statements.tsx';
import { intervalOf, metricOf, titleInside } from './figure-data.ts';
import type { Evaluation } from './use-evaluation.ts';

const WAITING = 'Computing';

/** The numbers of the chosen region, metric and grouping. */
export function RunStatements({
  evaluation,
  grouping,
}: {
  readonly evaluation: Evaluation;
  readonly grouping: Grouping;
}) {
  const { region, metric, definition, minGroupSize } = useStore((state) => state.evaluate.settings);
  const { view, groupings, images } = evaluation;
  const position = groupings.findIndex(({ id }) => id === groupingId(grouping));
  const summary = view.status === 'done' ? metricOf(view.summary, region, metric) : undefined;
  const grouped = summary?.groupings[position];
  const worst = grouped?.worstGroup == null ? undefined : grouped.groups[grouped.worstGroup];
  const name = METRIC_LABELS[metric];
  const interval = (estimate: Parameters<typeof intervalOf>[0] | undefined) => {
    if (estimate === undefined) return '\u00A0';
    const bounds = intervalOf(estimate);
    return estimate.value === null
      ? `fewer than two groups of at least ${minGroupSize} images`
      : bounds === null
        ? 'no interval'
        : `95% interval ${formatPercentInterval(bounds)}`;
  };
  return (
    <Statements>
      <Statement
        title={`${name}, ${REGION_LABELS[region].toLowerCase()}, ${formatCount(images.length)} images`}
        value={summary === undefined ? WAITING : formatPercent(summary.overall.value)}
      >
        {interval(summary?.overall)}
      </Statement>
      <Statement
        title={`ES-${name} by ${titleInside(grouping)} (${definition})`}
        value={grouped === undefined ? WAITING : formatPercent(grouped.equityScaled.value)}
      >
        {interval(grouped?.equityScaled)}
      </Statement>
      <Statement
        title={`Gap by ${titleInside(grouping)}, percentage points`}
        value={grouped === undefined ? WAITING : formatPercent(grouped.gap.value).replace('%', '')}
      >
        {interval(grouped?.gap)}
      </Statement>
      <Statement
        title={`Worst group by ${titleInside(grouping)}`}
        value={grouped === undefined ? WAITING : (worst?.name ?? 'not defined')}
      >
        {worst === undefined
          ? interval(grouped?.gap)
          : `${formatPercent(worst.mean.value)}, n = ${formatCount(worst.count)}`}
      </Statement>
    </Statements>
  );
}
