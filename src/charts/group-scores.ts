/** Scores by group: the data of `GroupBarFigure`, and its table, warnings and summary. Pure. */
import { formatCount, formatPercent, formatPercentInterval } from '../ui/format.ts';
import type { FigureTable, Interval } from './figure-table.ts';

export interface FigureGroup {
  readonly key: string;
  readonly label: string;
  /** Place in the attribute's fixed order, for `groupStyle`; -1 is unknown. */
  readonly styleIndex: number;
}

export interface GroupScore {
  /** Key of the group. */
  readonly group: string;
  /** Mean score as a fraction; null where it is not defined. */
  readonly value: number | null;
  readonly interval: Interval | null;
  /** Images (or subjects) behind the mean. */
  readonly count: number;
  /** Scores of the single images, drawn when there are fewer than `POINTS_BELOW`. */
  readonly points?: readonly number[];
}

/** The groups under one class or measure: rim, cup, disc. */
export interface ScorePanel {
  readonly key: string;
  readonly label: string;
  readonly overall: {
    readonly value: number;
    readonly interval: Interval | null;
    readonly count: number;
  } | null;
  readonly scores: readonly GroupScore[];
}

export interface GroupScores {
  /** "Dice", "IoU". */
  readonly metric: string;
  /** What is counted, plural: "images", "subjects". */
  readonly counted: string;
  /** Groups with fewer are drawn hollow. */
  readonly minimumCount: number;
  readonly groups: readonly FigureGroup[];
  readonly panels: readonly ScorePanel[];
}

/** Single images are drawn below this number: above it they hide each other. */
export const POINTS_BELOW = 40;
/** Below this number of subjects an interval is marked as approximate (metrics.md, statistics). */
const APPROXIMATE_BELOW = 50;

/** One row per panel and group, and one per panel for all groups together. */
export function groupScoreTable({ metric, counted, minimumCount, groups, panels }: GroupScores): FigureTable {
  const labels = new Map(groups.map(({ key, label }) => [key, label]));
  const scoreKey = metric.toLowerCase().replaceAll(/\W+/g, '_');
  return {
    columns: [
      { key: 'group', label: 'Group', kind: 'text' },
      { key: 'measure', label: 'Class', kind: 'text' },
      { key: 'n', label: `n ${counted}`, kind: 'count' },
      { key: scoreKey, label: metric, kind: 'percent' },
      { key: 'interval', label: '95% interval', kind: 'interval', of: 'percent' },
      { key: 'note', label: 'Note', kind: 'text' },
    ],
    rows: panels.flatMap((panel) => [
      ...panel.scores.map((score) => ({
        group: labels.get(score.group) ?? score.group,
        measure: panel.label,
        n: score.count,
        [scoreKey]: score.value,
        interval: score.interval,
        note: score.count < minimumCount ? `n < ${minimumCount}` : '',
      })),
      ...(panel.overall === null
        ? []
        : [
            {
              group: 'Overall',
              measure: panel.label,
              n: panel.overall.count,
              [scoreKey]: panel.overall.value,
              interval: panel.overall.interval,
              note: '',
            },
          ]),
    ]),
  };
}

function countRange(counts: readonly number[]): string {
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? formatCount(least) : `${formatCount(least)} to ${formatCount(most)}`;
}

/** Sentences on groups that are too small to be judged, and on intervals from few subjects. */
export function groupScoreWarnings({ counted, minimumCount, groups, panels }: GroupScores): string[] {
  const small: string[] = [];
  const approximate: string[] = [];
  for (const { key, label } of groups) {
    const scores = panels.flatMap((panel) => panel.scores.filter((score) => score.group === key));
    if (scores.length === 0) continue;
    const named = `${label} (n = ${countRange(scores.map((score) => score.count))})`;
    if (scores.some((score) => score.count < minimumCount)) small.push(named);
    else if (scores.some((score) => score.interval !== null && score.count < APPROXIMATE_BELOW))
      approximate.push(named);
  }
  return [
    ...(small.length === 0
      ? []
      : [
          `Fewer than ${minimumCount} ${counted}, drawn hollow and left out of equity-scaled scores: ${small.join(', ')}.`,
        ]),
    ...(approximate.length === 0
      ? []
      : [
          `Fewer than ${APPROXIMATE_BELOW} ${counted}, intervals are approximate: ${approximate.join(', ')}.`,
        ]),
  ];
}

/** n, value and interval of one score: the lines of a tooltip after its name. */
export function scoreLines(metric: string, score: GroupScore): string[] {
  return [
    `n = ${formatCount(score.count)}`,
    `${metric} ${formatPercent(score.value)}`,
    score.interval === null ? 'no interval' : `95% interval ${formatPercentInterval(score.interval)}`,
  ];
}

/** The chart in words: lowest and highest group of every panel. */
export function groupScoreSummary({ metric, groups, panels, minimumCount }: GroupScores): string {
  const labels = new Map(groups.map(({ key, label }) => [key, label]));
  const sentences = panels.map((panel) => {
    const defined = panel.scores
      .filter((score) => score.count >= minimumCount)
      .flatMap(({ group, value }) => (value === null ? [] : [{ label: labels.get(group) ?? group, value }]))
      .toSorted((a, b) => a.value - b.value);
    const [lowest, highest] = [defined[0], defined.at(-1)];
    if (lowest === undefined || highest === undefined) return `${panel.label}: no group large enough.`;
    return `${panel.label}: lowest ${lowest.label} ${formatPercent(lowest.value)}, highest ${highest.label} ${formatPercent(highest.value)}.`;
  });
  return `${metric} by group. ${sentences.join(' ')}`;
}
