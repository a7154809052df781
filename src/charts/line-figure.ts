/** What a line figure shows, and its table. Pure. */
import { formatCount, formatNumber, formatPercentNumber } from '../ui/format.ts';
import type { MarkStyle } from '../ui/palette.ts';
import type { FigureTable } from './figure-table.ts';
import { type LinePoints, positionsOf } from './line-series.ts';

export interface LineSeries {
  /** Machine name, snake_case. */
  readonly key: string;
  readonly label: string;
  readonly style: MarkStyle;
  readonly points: LinePoints;
  /** Single values behind their smoothed line: thin, pale and without symbols. */
  readonly isFaint?: boolean;
}

export interface LineData {
  /** What x counts, singular: "step". */
  readonly xLabel: string;
  /** What stands at an x, singular: "step", "validation". */
  readonly counted: string;
  /** Last x that can come: the axis never goes beyond. */
  readonly xEnd: number;
  /** "Loss". */
  readonly yLabel: string;
  readonly yUnit?: string;
  /** `share`: fractions from 0 to 1, read as percent on an axis of 0 to 100. */
  readonly kind: 'number' | 'share';
  readonly series: readonly LineSeries[];
}

/** Rows that a person can still read and a page can hold. */
export const MAX_TABLE_ROWS = 400;

/** A tick of the y axis: whole percent, or a number. */
export function formatTick({ kind }: LineData, value: number): string {
  return kind === 'share' ? formatPercentNumber(value, 0) : formatNumber(value);
}

/** A value as a bare number. */
export function formatValue({ kind }: LineData, value: number): string {
  return kind === 'share' ? formatPercentNumber(value) : formatNumber(value);
}

/** "Dice (%)". */
export function valueTitle({ kind, yLabel, yUnit }: LineData): string {
  const unit = kind === 'share' ? '%' : yUnit;
  return unit === undefined ? yLabel : `${yLabel} (${unit})`;
}

/** One row for each x, evenly chosen where there are too many; a series without a point at an x has no value there. */
export function lineTable({ xLabel, yLabel, yUnit, kind, series }: LineData): FigureTable {
  const values = series.map(({ points }) => new Map(Array.from(points.x, (x, i) => [x, points.y[i]])));
  const unit = yUnit === undefined ? {} : { unit: yUnit };
  return {
    columns: [
      { key: xLabel.replaceAll(/\W+/g, '_'), label: xLabel, kind: 'count' },
      ...series.map(({ key, label }) => ({
        key,
        label: series.length === 1 ? yLabel : label,
        kind: kind === 'share' ? ('percent' as const) : ('number' as const),
        ...unit,
      })),
    ],
    rows: positionsOf(
      series.map(({ points }) => points),
      MAX_TABLE_ROWS,
    ).map((x) => ({
      [xLabel.replaceAll(/\W+/g, '_')]: x,
      ...Object.fromEntries(series.map(({ key }, i) => [key, values[i]?.get(x) ?? null])),
    })),
  };
}

/** How many x there are, and that the table holds a choice of them where it does. */
export function describeLines({ counted, series }: LineData): string {
  const count = new Set(series.flatMap(({ points }) => Array.from(points.x))).size;
  const listed =
    count > MAX_TABLE_ROWS ? ` The table lists ${formatCount(MAX_TABLE_ROWS)} of them, evenly chosen.` : '';
  return `n = ${formatCount(count)} ${counted}${count === 1 ? '' : 's'}.${listed}`;
}
