/** The demo's report as one self-contained HTML file: nothing in it is loaded from elsewhere. Pure. */
import type { DemoFigure } from './drive.ts';

/** One step of the main job. */
export interface ReportSection {
  readonly title: string;
  /** What was done and came out, one sentence each. */
  readonly statements: readonly string[];
  readonly provenance: Readonly<Record<string, unknown>> | null;
  readonly figures: readonly DemoFigure[];
  /** Tables of the page without a chart, as CSV. */
  readonly tables: readonly { readonly title: string; readonly note: string; readonly csv: string }[];
}

export interface DemoReport {
  readonly createdAt: string;
  readonly software: string;
  readonly device: string;
  readonly sections: readonly ReportSection[];
}

export const NOT_CLINICAL =
  'For research only, not for clinical use. The demo cohort is synthetic: its images and its differences between groups are invented and say nothing about people. SAMed-Tiny has seen synthetic images alone.';

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** An exported SVG for use inside HTML: without XML head, its ids made unique in the document. */
function inlineSvg(svg: string, prefix: string): string {
  return svg
    .replace(/<\?xml[^>]*\?>/, '')
    .replace(/<!DOCTYPE[^>]*>/, '')
    .replaceAll(/\bid="([^"]+)"/g, `id="${prefix}-$1"`)
    .replaceAll(/url\(#([^)]+)\)/g, `url(#${prefix}-$1)`)
    .replaceAll(/href="#([^"]+)"/g, `href="#${prefix}-$1"`);
}

/** Fields of the rows of a CSV after RFC 4180; comment lines are left out. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  for (const line of text.split('\r\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const fields = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)];
    rows.push(fields.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? ''));
  }
  return rows;
}

/** Rows shown of a long table; the CSV files beside the report hold all. */
const MAX_ROWS = 60;

function table(csv: string): string {
  const [header = [], ...rows] = parseCsv(csv);
  const cell = (text: string) => {
    const isNumber = text !== '' && Number.isFinite(Number(text));
    const shown = isNumber && text.includes('.') ? String(Number(Number(text).toPrecision(6))) : text;
    return `<td${isNumber ? ' class="number"' : ''}>${escape(shown)}</td>`;
  };
  const shown = rows.slice(0, MAX_ROWS);
  const more = rows.length > MAX_ROWS ? `<p>The first ${MAX_ROWS} of ${rows.length} rows.</p>` : '';
  return (
    `<table><thead><tr>${header.map((name) => `<th scope="col">${escape(name)}</th>`).join('')}</tr></thead>` +
    `<tbody>${shown.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('')}</tbody></table>${more}`
  );
}

function figure(each: DemoFigure, prefix: string): string {
  const warnings = each.warnings.map((warning) => `<li>Warning: ${escape(warning.trim())}</li>`).join('');
  return (
    `<figure><h3>${escape(each.title)}</h3>${inlineSvg(each.svg, prefix)}` +
    (warnings === '' ? '' : `<ul class="warnings">${warnings}</ul>`) +
    `<figcaption>${escape(each.caption)}</figcaption>` +
    `<details><summary>The numbers of this figure</summary>${table(each.csv)}</details></figure>`
  );
}

function facts(value: Readonly<Record<string, unknown>>, path = ''): string {
  return Object.entries(value)
    .map(([name, fact]) => {
      const label = path === '' ? name : `${path}, ${name}`;
      if (typeof fact === 'object' && fact !== null && !Array.isArray(fact)) {
        return facts(fact as Record<string, unknown>, label);
      }
      return `<dt>${escape(label)}</dt><dd>${escape(String(fact))}</dd>`;
    })
    .join('');
}

const STYLE = `
body { max-width: 960px; margin: 32px auto; padding: 0 20px; color: #1a2027; background: #fff; font: 14px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 24px; } h2 { margin-top: 40px; font-size: 19px; border-bottom: 1px solid #dde2e8; } h3 { font-size: 15px; }
.notice { padding: 10px 14px; border: 1px solid #e3c27a; background: #fdf4e0; }
figure { margin: 24px 0; } figure svg { max-width: 100%; height: auto; }
figcaption, .caption, .warnings { color: #55606d; font-size: 12px; } .warnings { color: #8a5a00; }
table { border-collapse: collapse; font-size: 12px; } th, td { padding: 2px 8px; border-bottom: 1px solid #dde2e8; text-align: left; } .number { text-align: right; }
details { margin: 8px 0; overflow-x: auto; } summary { cursor: pointer; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 16px; font-size: 12px; } dt { color: #55606d; } dd { margin: 0; overflow-wrap: anywhere; }
`;

/** The whole report. */
export function reportHtml(report: DemoReport): string {
  const sections = report.sections.map((section, s) => {
    const statements = section.statements.map((text) => `<li>${escape(text)}</li>`).join('');
    const figures = section.figures.map((each, f) => figure(each, `s${s}f${f}`)).join('');
    const provenance =
      section.provenance === null
        ? ''
        : `<details><summary>Settings and provenance</summary><dl>${facts(section.provenance)}</dl></details>`;
    const tables = section.tables
      .map(
        ({ title, note, csv }) =>
          `<h3>${escape(title)}</h3>${table(csv)}<p class="caption">${escape(note)}</p>`,
      )
      .join('');
    return `<section><h2>${escape(section.title)}</h2><ul>${statements}</ul>${provenance}${figures}${tables}</section>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>EquiSeg demo report</title><style>${STYLE}</style></head>
<body><main><h1>EquiSeg demo report</h1>
<p class="notice">${escape(NOT_CLINICAL)}</p>
<p>Made ${escape(report.createdAt)} with ${escape(report.software)}; models ran on ${escape(report.device)}.</p>
${sections.join('\n')}
</main></body></html>
`;
}
