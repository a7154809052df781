import { describe, expect, it } from 'vitest';
import { escapeLatex, serializeCsv, serializeLatex } from './export-table.ts';
import type { FigureTable } from './figure-table.ts';

const table: FigureTable = {
  columns: [
    { key: 'group', label: 'Group', kind: 'text' },
    { key: 'n', label: 'n', kind: 'count' },
    { key: 'dice', label: 'Dice', kind: 'percent' },
    { key: 'ci', label: 'Interval', kind: 'interval', of: 'percent' },
    { key: 'fd', label: 'FD', kind: 'number', unit: 'a_b' },
    { key: 'range', label: 'Range', kind: 'interval', of: 'number' },
  ],
  rows: [
    {
      group: 'A, "b" & c',
      n: 1234,
      dice: 0.78349,
      ci: { lo: 0.7, hi: 0.8512 },
      fd: 99.512345,
      range: { lo: 1, hi: 2 },
    },
    { group: 'line\nbreak', n: 7, dice: null, ci: null, fd: Number.NaN, range: { lo: Number.NaN, hi: 2 } },
  ],
};

describe('CSV', () => {
  it('quotes by RFC 4180, keeps full precision, and leaves missing values empty', () => {
    expect(serializeCsv(table)).toBe(
      'group,n,dice_fraction,ci_lo_fraction,ci_hi_fraction,fd,range_lo,range_hi\r\n' +
        '"A, ""b"" & c",1234,0.78349,0.7,0.8512,99.512345,1,2\r\n' +
        '"line\nbreak",7,,,,,,\r\n',
    );
  });
});

describe('LaTeX', () => {
  it('escapes every special character and the signs that plain LaTeX cannot set', () => {
    expect(escapeLatex('50% & $5 #1 a_b {x} ~ ^ \\ <n>')).toBe(
      '50\\% \\& \\$5 \\#1 a\\_b \\{x\\} \\textasciitilde{} \\textasciicircum{} \\textbackslash{} \\textless{}n\\textgreater{}',
    );
    expect(escapeLatex('n \u2265 10 \u2013 20 \u00b1 3')).toBe('n $\\geq$ 10 -- 20 $\\pm$ 3');
    expect(escapeLatex('IoU = |P\u2229G| / |P\u222aG|; \u03a3')).toBe(
      'IoU = \\textbar{}P$\\cap$G\\textbar{} / \\textbar{}P$\\cup$G\\textbar{}; $\\Sigma$',
    );
    expect(escapeLatex('Fr\u00e9chet')).toBe('Fr\u00e9chet');
  });

  it('writes a booktabs table with units in the headings and one line per row', () => {
    const lines = serializeLatex(table, 'Dice 100%').split('\n');
    expect(lines).toContain('  \\caption{Dice 100\\%}');
    expect(lines).toContain('  \\begin{tabular}{lrrrrr}');
    expect(lines).toContain('    Group & n & Dice (\\%) & Interval (\\%) & FD (a\\_b) & Range \\\\');
    expect(lines).toContain("    A, ``b'' \\& c & 1,234 & 78.3 & (70.0, 85.1) & 99.51 & (1, 2) \\\\");
    expect(lines).toContain('    line break & 7 & not defined & none & not defined & none \\\\');
    expect(lines.filter((line) => line.endsWith('rule')).map((line) => line.trim())).toEqual([
      '\\toprule',
      '\\midrule',
      '\\bottomrule',
    ]);
  });
});
