/** The run in four numbers: overall, equity-scaled, gap, worst group. Each says what it is of and on how many. */
import { type Grouping, groupingId } from '../../../core/cohort/groups.ts';
import { METRIC_LABELS, REGION_LABELS } from '../../state/evaluate-scores.ts';
import { useStore } from '../../state/store.ts';
import { formatCount, formatPercent, formatPercentInterval } from '../../ui/format.ts';
import styles from './EvaluatePlace.module.css';
import { intervalOf, metricOf, titleInside } from './figure-data.ts';
import type { Evaluation } from './use-evaluation.ts';

interface StatementProps {
  readonly label: string;
  readonly value: string;
  readonly note: string;
}

function Statement({ label, value, note }: StatementProps) {
  return (
    <div className={styles['statement']}>
      <p className={styles['statementLabel']}>{label}</p>
      <p className={styles['statementValue']}>{value}</p>
      <p className={styles['small']}>{note}</p>
    </div>
  );
}

const WAITING = 'Computing';

/** Four cards for the chosen region, metric and grouping. */
export function Statements({
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
    <section className={styles['statements']} aria-label="Main numbers">
      <Statement
        label={`${name}, ${REGION_LABELS[region].toLowerCase()}, ${formatCount(images.length)} images`}
        value={summary === undefined ? WAITING : formatPercent(summary.overall.value)}
        note={interval(summary?.overall)}
      />
      <Statement
        label={`ES-${name} by ${titleInside(grouping)} (${definition})`}
        value={grouped === undefined ? WAITING : formatPercent(grouped.equityScaled.value)}
        note={interval(grouped?.equityScaled)}
      />
      <Statement
        label={`Gap by ${titleInside(grouping)}, percentage points`}
        value={grouped === undefined ? WAITING : formatPercent(grouped.gap.value).replace('%', '')}
        note={interval(grouped?.gap)}
      />
      <Statement
        label={`Worst group by ${titleInside(grouping)}`}
        value={grouped === undefined ? WAITING : (worst?.name ?? 'not defined')}
        note={
          worst === undefined
            ? interval(grouped?.gap)
            : `${formatPercent(worst.mean.value)}, n = ${formatCount(worst.count)}`
        }
      />
    </section>
  );
}
