/** The numbers of a figure as a real table: the same definition that CSV and LaTeX are written from. */
import { cellText, columnHeading, isNumeric } from './figure-table.ts';
import type { FigureTable } from './figure-table.ts';
import classes from './FigureCard.module.css';

export interface TableTwinProps {
  readonly table: FigureTable;
  readonly caption: string;
}

/** A table with caption and scoped headings; the first column heads its row. */
export function TableTwin({ table, caption }: TableTwinProps) {
  const [first, ...others] = table.columns;
  if (first === undefined) return null;
  return (
    <table className={classes['table']}>
      <caption>{caption}</caption>
      <thead>
        <tr>
          {table.columns.map((column) => (
            <th key={column.key} scope="col" data-numeric={isNumeric(column) || undefined}>
              {columnHeading(column)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.rows.map((row, index) => (
          // Rows have no identity of their own: they are replaced as a whole, never reordered.
          // oxlint-disable-next-line react/no-array-index-key
          <tr key={index}>
            <th scope="row" data-numeric={isNumeric(first) || undefined}>
              {cellText(row, first)}
            </th>
            {others.map((column) => (
              <td key={column.key} data-numeric={isNumeric(column) || undefined}>
                {cellText(row, column)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
