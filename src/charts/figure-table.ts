/**
 * The table behind a figure. One definition feeds the table on the page, the CSV and the LaTeX, so that they cannot
 * disagree. Shares and scores are fractions here and percent only where a person reads them.
 */
import {
  formatCount,
  formatInterval,
  formatNumber,
  formatPercentInterval,
  formatPercentNumber,
  NOT_DEFINED,
} from '../ui/format.ts';

/** A confidence interval: fractions for scores, else in the unit of the value. */
export interface Interval {
  readonly lo: number;
  readonly hi: number;
}

interface ColumnBase {
  /** Machine name, snake_case: the CSV header is made from it. */
  readonly key: string;
  /** What a person reads, without the unit. */
  readonly label: string;
  readonly unit?: string;
}

export type FigureColumn = ColumnBase &
  (
    | { readonly kind: 'text' | 'count' | 'percent' | 'number' }
    | { readonly kind: 'interval'; readonly of: 'percent' | 'number' }
  );

/** null is "not defined" or "not computed"; it is never written as 0. */
export type FigureCell = string | number | Interval | null;
export type FigureRow = Readonly<Record<string, FigureCell>>;

export interface FigureTable {
  readonly columns: readonly FigureColumn[];
  readonly rows: readonly FigureRow[];
}

/** Column heading with its unit in parentheses: "Dice (%)". */
export function columnHeading(column: FigureColumn): string {
  const isPercent = column.kind === 'percent' || (column.kind === 'interval' && column.of === 'percent');
  const unit = column.unit ?? (isPercent ? '%' : undefined);
  return unit === undefined ? column.label : `${column.label} (${unit})`;
}

/** True for columns that are set flush right. */
export function isNumeric(column: FigureColumn): boolean {
  return column.kind !== 'text';
}

/** The cell of a row, or null where the row has none. NaN and infinities count as null. */
export function cellOf(row: FigureRow, column: FigureColumn): FigureCell {
  const cell = row[column.key] ?? null;
  if (typeof cell === 'number' && !Number.isFinite(cell)) return null;
  if (cell !== null && typeof cell === 'object' && !(Number.isFinite(cell.lo) && Number.isFinite(cell.hi))) {
    return null;
  }
  return cell;
}

/** What a person reads in a cell: percent without its sign, because the heading has it; missing values in words. */
export function cellText(row: FigureRow, column: FigureColumn): string {
  const cell = cellOf(row, column);
  if (column.kind === 'text') return cell === null || typeof cell === 'object' ? '' : String(cell);
  if (column.kind === 'interval') {
    if (cell === null || typeof cell !== 'object') return 'none';
    return column.of === 'percent' ? formatPercentInterval(cell) : formatInterval(cell, 4);
  }
  if (typeof cell !== 'number') return NOT_DEFINED;
  if (column.kind === 'count') return formatCount(cell);
  return column.kind === 'percent' ? formatPercentNumber(cell) : formatNumber(cell);
}
