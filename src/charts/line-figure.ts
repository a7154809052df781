/** What a line figure shows, and its table. Pure. */
import { formatCount, formatCounted, formatNumber, formatPercentNumber } from '../ui/format.ts';
import type { MarkStyle } from '../ui/palette.ts';
import type { FigureTable } from './figure-table.ts';
import { choose, indexAt, type LinePoints, unionOf } from './line-series.ts';

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

const places = new WeakMap<readonly LineSeries[], Float64Array>();

/** Every x of some series; worked out once for the same list, because chart, marks, table and caption all ask. */
export function placesOf(series: readonly LineSeries[]): Float64Array {
  const known = places.get(series) ?? unionOf(series.map(({ points }) => points));
  places.set(series, known);
  return known;
}

/** One row for each x, evenly chosen where there are too many; a series without a point at an x has no value there. */
export function lineTable({ xLabel, yLabel, yUnit, kind, series }: LineData): FigureTable {
  const xKey = xLabel.replaceAll(/\W+/g, '_');
  const unit = yUnit === undefined ? {} : { unit: yUnit };
  const valueAt = (points: LinePoints, x: number) => {
    const index = indexAt(points, x);
    return points.x[index] === x ? (points.y[index] ?? null) : null;
  };
  return {
    columns: [
      { key: xKey, label: xLabel, kind: 'count' },
      ...series.map(({ key, label }) => ({
        key,
        label: series.length === 1 ? yLabel : label,
        kind: kind === 'share' ? ('percent' as const) : ('number' as const),
        ...unit,
      })),
    ],
    rows: Array.from(choose(placesOf(series), MAX_TABLE_ROWS), (x) => ({
      [xKey]: x,
      ...Object.fromEntries(series.map(({ key, points }) => [key, valueAt(points, x)])),
    })),
  };
}

/** How many x there are, and that the table holds a choice of them where it does. */
export function describeLines({ counted, series }: LineData): string {
  const count = placesOf(series).length;
  const listed =
    count > MAX_TABLE_ROWS ? ` The table lists ${formatCount(MAX_TABLE_ROWS)} of them, evenly chosen.` : '';
  return `n = ${formatCounted(count, counted)}.${listed}`;
}
