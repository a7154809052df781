/** A figure's table as CSV (RFC 4180) and as LaTeX (booktabs). Pure. */
import { cellOf, cellText, columnHeading, isNumeric } from './figure-table.ts';
import type { FigureColumn, FigureRow, FigureTable } from './figure-table.ts';

function quoteCsv(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

function csvHeaders(column: FigureColumn): string[] {
  if (column.kind === 'percent') return [`${column.key}_fraction`];
  if (column.kind !== 'interval') return [column.key];
  const suffix = column.of === 'percent' ? '_fraction' : '';
  return [`${column.key}_lo${suffix}`, `${column.key}_hi${suffix}`];
}

function csvFields(row: FigureRow, column: FigureColumn): string[] {
  const cell = cellOf(row, column);
  if (column.kind === 'interval') {
    return cell !== null && typeof cell === 'object' ? [String(cell.lo), String(cell.hi)] : ['', ''];
  }
  return [cell === null || typeof cell === 'object' ? '' : String(cell)];
}

/**
 * CSV after RFC 4180 with a header row and CRLF line ends. Numbers are written in full precision, percent columns as
 * fractions (header `<key>_fraction`), intervals as two columns (`_lo`, `_hi`); a missing value is an empty field.
 */
export function serializeCsv(table: FigureTable): string {
  const lines = [
    table.columns.flatMap(csvHeaders),
    ...table.rows.map((row) => table.columns.flatMap((column) => csvFields(row, column))),
  ];
  return lines.map((fields) => `${fields.map(quoteCsv).join(',')}\r\n`).join('');
}

const LATEX_REPLACEMENTS: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '&': '\\&',
  '%': '\\%',
  $: '\\$',
  '#': '\\#',
  _: '\\_',
  '{': '\\{',
  '}': '\\}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': "''",
  '\u2013': '--',
  '\u2014': '---',
  '\u2212': '$-$',
  '\u00d7': '$\\times$',
  '\u00b1': '$\\pm$',
  '\u2264': '$\\leq$',
  '\u2265': '$\\geq$',
  '\u2229': '$\\cap$',
  '\u222a': '$\\cup$',
  '\u00b2': '$^2$',
  '\u03a3': '$\\Sigma$',
  '\u00a0': '~',
  '\u2009': '\\,',
  '\u202f': '\\,',
};

/** Text for LaTeX: special characters escaped, the signs that plain LaTeX cannot set replaced by commands, line breaks by spaces. */
export function escapeLatex(text: string): string {
  return Array.from(text.replaceAll(/\s*[\r\n]+\s*/g, ' ').replaceAll(/"([^"]*)"/g, "``$1''"))
    .map((character) => LATEX_REPLACEMENTS[character] ?? character)
    .join('');
}

/** A LaTeX `table` in booktabs style: text columns left, numbers right, units in the headings, the caption escaped. */
export function serializeLatex(table: FigureTable, caption: string): string {
  const row = (cells: readonly string[]): string => `    ${cells.map(escapeLatex).join(' & ')} \\\\`;
  return [
    '% \\usepackage{booktabs}',
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${escapeLatex(caption)}}`,
    `  \\begin{tabular}{${table.columns.map((column) => (isNumeric(column) ? 'r' : 'l')).join('')}}`,
    '    \\toprule',
    row(table.columns.map(columnHeading)),
    '    \\midrule',
    ...table.rows.map((cells) => row(table.columns.map((column) => cellText(cells, column)))),
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}
