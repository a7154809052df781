/** From summaries of the analysis worker to what the figures and tables show. Pure. */
import { type Grouping, groupingId, groupingTitle } from '../../../core/cohort/groups.ts';
import type { EquityDefinition } from '../../../core/equity/equity-scaled.ts';
import type {
  Estimate,
  EvaluationSummary,
  GroupingSummary,
  MetricSummary,
  OverlapMetric,
  ScoredRegion,
} from '../../../workers/api/analysis.ts';
import type { FigureTable, Interval } from '../../charts/figure-table.ts';
import type { FigureGroup, GroupScores, ScorePanel } from '../../charts/group-scores.ts';
import type { EvaluateSettings } from '../../state/evaluate.ts';
import { METRIC_LABELS, REGION_LABELS, scoreOf } from '../../state/evaluate-scores.ts';
import { formatCounted } from '../../ui/format.ts';
import { recordedTitle } from '../../state/search-plan.ts';
import type { Evaluation } from './use-evaluation.ts';

/** More bars than this in every panel leave no room for four panels. */
const FOUR_PANELS_UP_TO = 8;

export const METRIC_FORMULAS: Readonly<Record<OverlapMetric, string>> = {
  dice: 'Dice = 2|P∩G| / (|P| + |G|)',
  iou: 'IoU = |P∩G| / |P∪G|',
};

export const EQUITY_FORMULAS: Readonly<Record<EquityDefinition, string>> = {
  sum: 'ES = I / (1 + Σ|I − I_g|)',
  sd: 'ES = I / (1 + SD of the I_g), sample SD',
  'pop-sd': 'ES = I / (1 + SD of the I_g), population SD',
};

/** The interval as the figures want it. */
export function intervalOf({ interval }: Estimate): Interval | null {
  return interval === null ? null : { lo: interval.low, hi: interval.high };
}

/** The metric of a summary; every region with every metric is there. */
export function metricOf(
  summary: EvaluationSummary,
  region: ScoredRegion,
  metric: OverlapMetric,
): MetricSummary | undefined {
  return summary.metrics.find((each) => each.region === region && each.metric === metric);
}

/** A title inside a sentence: "recorded race × gender". */
export function titleInside(grouping: Grouping): string {
  return groupingTitle(grouping)
    .split(' × ')
    .map((title) => (title === 'Race' ? 'recorded race' : title.charAt(0).toLowerCase() + title.slice(1)))
    .join(' × ');
}

/** Groups that hold images; the others are named in the warnings. */
export function figureGroups(grouping: GroupingSummary): readonly FigureGroup[] {
  return grouping.groups.flatMap(({ name, count }, index) =>
    count === 0 ? [] : [{ key: String(index), label: name, styleIndex: index }],
  );
}

/** One panel of bars: the groups' means of one metric summary. */
export function panelOf(
  key: string,
  label: string,
  metric: MetricSummary,
  grouping: GroupingSummary,
  pointsOf: (group: number) => readonly number[],
): ScorePanel {
  const known = grouping.groups.reduce((sum, { count }) => sum + count, grouping.unknownCount);
  return {
    key,
    label,
    overall:
      metric.overall.value === null
        ? null
        : { value: metric.overall.value, interval: intervalOf(metric.overall), count: known },
    scores: grouping.groups.flatMap(({ count, mean }, group) =>
      count === 0
        ? []
        : [
            {
              group: String(group),
              value: mean.value,
              interval: intervalOf(mean),
              count,
              points: pointsOf(group),
            },
          ],
    ),
  };
}

/** Scores of the images of a group, in the order of the cohort. */
export function scoresOfGroup(
  { images, groupings }: Pick<Evaluation, 'images' | 'groupings'>,
  groupingId_: string,
  group: number,
  region: ScoredRegion,
  metric: OverlapMetric,
): readonly number[] {
  const indices = groupings.find(({ id }) => id === groupingId_)?.indices;
  if (indices === undefined) return [];
  return images.flatMap(({ scores }, i) => (indices[i] === group ? [scoreOf(scores, region, metric)] : []));
}

/** The bars of a run: all regions where there is room, else the chosen one. */
export function groupBars(
  evaluation: Evaluation,
  summary: EvaluationSummary,
  grouping: Grouping,
  settings: EvaluateSettings,
): GroupScores | undefined {
  const id = groupingId(grouping);
  const position = evaluation.groupings.findIndex((each) => each.id === id);
  const first = summary.metrics[0]?.groupings[position];
  if (first === undefined) return undefined;
  const groups = figureGroups(first);
  const regions: readonly ScoredRegion[] =
    groups.length <= FOUR_PANELS_UP_TO ? ['overall', 'rim', 'cup', 'disc'] : [settings.region];
  const panels = regions.flatMap((region) => {
    const metric = metricOf(summary, region, settings.metric);
    const groupingSummary = metric?.groupings[position];
    if (metric === undefined || groupingSummary === undefined) return [];
    const points = (group: number) => scoresOfGroup(evaluation, id, group, region, settings.metric);
    return [panelOf(region, REGION_LABELS[region], metric, groupingSummary, points)];
  });
  return {
    metric: METRIC_LABELS[settings.metric],
    counted: 'images',
    minimumCount: settings.minGroupSize,
    groups,
    panels,
  };
}

/** What stands beside a grouping's numbers: unknown and empty groups. Small groups are the figure's own warning. */
export function groupingWarnings(grouping: GroupingSummary): string[] {
  const empty = grouping.groups.filter(({ count }) => count === 0).map(({ name }) => name);
  const includedCount = grouping.groups.filter(({ included }) => included).length;
  return [
    ...(empty.length === 0 ? [] : [`No image in: ${empty.join(', ')}.`]),
    ...(grouping.unknownCount === 0
      ? []
      : [
          `${formatCounted(grouping.unknownCount, 'image')} of unknown group: counted in the overall mean and in no group.`,
        ]),
    ...(includedCount < 2
      ? ['Fewer than two groups are large enough: equity-scaled score and gap are not defined.']
      : []),
  ];
}

/** Equity-scaled score, gap and worst group of every grouping, for one region and metric. */
export function equityTable(
  evaluation: Evaluation,
  metric: MetricSummary,
  groupings: readonly Grouping[],
  settings: EvaluateSettings,
): FigureTable {
  const label = METRIC_LABELS[settings.metric];
  return {
    columns: [
      { key: 'attribute', label: 'Attribute', kind: 'text' },
      { key: 'groups', label: 'Groups', kind: 'count' },
      { key: 'n_unknown', label: 'Unknown', kind: 'count' },
      { key: 'overall', label: label, kind: 'percent' },
      { key: 'es', label: `ES-${label}`, kind: 'percent' },
      { key: 'es_interval', label: '95% interval', kind: 'interval', of: 'percent' },
      { key: 'gap', label: 'Gap', kind: 'percent', unit: 'points' },
      { key: 'gap_interval', label: '95% interval', kind: 'interval', of: 'percent', unit: 'points' },
      { key: 'worst', label: 'Worst group', kind: 'text' },
      { key: 'worst_mean', label: `Worst ${label}`, kind: 'percent' },
    ],
    rows: groupings.flatMap((grouping) => {
      const position = evaluation.groupings.findIndex(({ id }) => id === groupingId(grouping));
      const summary = metric.groupings[position];
      if (summary === undefined) return [];
      const worst = summary.worstGroup === null ? undefined : summary.groups[summary.worstGroup];
      return [
        {
          attribute: recordedTitle(grouping),
          groups: summary.groups.filter(({ included }) => included).length,
          n_unknown: summary.unknownCount,
          overall: metric.overall.value,
          es: summary.equityScaled.value,
          es_interval: intervalOf(summary.equityScaled),
          gap: summary.gap.value,
          gap_interval: intervalOf(summary.gap),
          worst: worst === undefined ? 'not defined' : worst.name,
          worst_mean: worst?.mean.value ?? null,
        },
      ];
    }),
  };
}
