/**
 * `npm run demo`: serves the built page, drives it without a window through cohort, search and evaluation of the demo
 * cohort, and writes reports/demo/. Takes what the page itself exports. Without a GPU the models run on WebAssembly.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from '@playwright/test';
import { preview } from 'vite';
import { CHROMIUM_ARGUMENTS, ensureChromium } from '../scripts/chromium.mjs';
import { choose, enter, exportFrom, figuresOf, runJob, saved, textOf } from './demo/drive.ts';
import { type DemoReport, NOT_CLINICAL, type ReportSection, reportHtml } from './demo/report.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = join(ROOT, 'reports', 'demo');
const STRATEGIES = ['Random', 'Greedy'] as const;
const SELECTION_SIZE = 40;

interface Exported {
  readonly provenance: Readonly<Record<string, unknown>>;
}
interface ExportedSearch extends Exported {
  readonly result: {
    readonly selectionDistance: number;
    readonly poolDistance: number;
    readonly drawDistances: readonly number[];
    readonly warnings: readonly { readonly message: string }[];
  };
  readonly pool: readonly string[];
  readonly target: readonly string[];
}
interface ExportedEvaluation extends Exported {
  readonly images: readonly { readonly status: string }[];
  readonly summary: {
    readonly metrics: readonly {
      readonly region: string;
      readonly metric: string;
      readonly overall: { readonly value: number | null };
      readonly groupings: readonly {
        readonly id: string;
        readonly equityScaled: { readonly value: number | null };
        readonly gap: { readonly value: number | null };
        readonly groups: readonly {
          readonly name: string;
          readonly count: number;
          readonly mean: { readonly value: number | null };
        }[];
      }[];
    }[];
  };
}

const percent = (fraction: number | null) =>
  fraction === null ? 'not defined' : `${(100 * fraction).toFixed(1)}%`;

function keep(name: string, content: string): void {
  writeFileSync(join(FOLDER, name), content);
}

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled' });
}

async function cohortSection(page: Page): Promise<ReportSection> {
  console.log('Cohort: making the demo cohort');
  const said = await runJob(page, /demo cohort/i, /done after/, console.log);
  await picture(page, 'screenshot-cohort');
  await page.getByRole('tab', { name: 'Who is in it' }).click();
  await page.getByRole('figure').first().waitFor();
  return {
    title: 'Cohort',
    statements: [said.replace(/ Show$/, '')],
    provenance: null,
    figures: await figuresOf(page, FOLDER, 'cohort'),
    tables: [],
  };
}

async function searchSections(page: Page): Promise<ReportSection[]> {
  await page.goto(`${new URL(page.url()).origin}/#/search`);
  await enter(page, 'Selection size N (samples)', SELECTION_SIZE);
  const sections: ReportSection[] = [];
  for (const strategy of STRATEGIES) {
    console.log(`Search: ${strategy.toLowerCase()}`);
    await choose(page, 'Strategy', new RegExp(`^${strategy}`));
    await runJob(page, /^Search$/, /selected, Fréchet distance/, console.log);
    const text = await exportFrom(page, page, 'Export selection', /\.json/);
    keep(`search-${strategy.toLowerCase()}.json`, text);
    const { result, provenance, pool, target } = JSON.parse(text) as ExportedSearch;
    const draws = result.drawDistances;
    const mean = draws.reduce((sum, distance) => sum + distance, 0) / draws.length;
    await picture(page, `screenshot-search-${strategy.toLowerCase()}`);
    sections.push({
      title: `Search, ${strategy.toLowerCase()} selection`,
      statements: [
        `${SELECTION_SIZE} of ${pool.length} samples of the pool selected for ${target.length} target samples; the search read no attribute of the pool.`,
        `Fréchet distance to the target: selection ${result.selectionDistance.toPrecision(5)}, whole pool ${result.poolDistance.toPrecision(5)}, mean of ${draws.length} random draws ${mean.toPrecision(5)}.`,
        ...result.warnings.map(({ message }) => `Warning: ${message}`),
      ],
      provenance,
      figures: await figuresOf(page, FOLDER, `search-${strategy.toLowerCase()}`),
      tables: [],
    });
  }
  return sections;
}

async function evaluateSection(page: Page): Promise<ReportSection> {
  console.log('Evaluate: baseline segmenter by group');
  await page.goto(`${new URL(page.url()).origin}/#/evaluate`);
  await runJob(page, /^Evaluate \d/, /images scored/, console.log);
  await page.getByRole('button', { name: 'Export run' }).and(page.locator(':enabled')).waitFor();
  const text = await exportFrom(page, page, 'Export run', /JSON/);
  keep('evaluation.json', text);
  keep('evaluation-images.csv', await exportFrom(page, page, 'Export run', /row per image/));
  keep('evaluation-groups.csv', await exportFrom(page, page, 'Export run', /row per group/));
  const equity = page.getByRole('region', { name: /^Equity-scaled Dice across attributes/ }).first();
  const equityCsv = await textOf(
    await saved(page, () => equity.getByRole('button', { name: 'CSV', exact: true }).click()),
  );
  keep('evaluation-equity.csv', equityCsv);
  const note = (await equity.getByRole('paragraph').last().innerText()).trim();
  const { summary, images, provenance } = JSON.parse(text) as ExportedEvaluation;
  const dice = summary.metrics.find(({ region, metric }) => region === 'overall' && metric === 'dice');
  const race = dice?.groupings.find(({ id }) => id === 'race');
  await picture(page, 'screenshot-evaluate');
  const failed = images.filter(({ status }) => status !== 'scored').length;
  return {
    title: 'Evaluation by group',
    statements: [
      `${images.length - failed} images scored, ${failed} failed. Dice, overall (mean of rim and cup): ${percent(dice?.overall.value ?? null)}.`,
      ...(race?.groups ?? []).map(
        ({ name, count, mean }) => `Recorded race ${name}: ${percent(mean.value)}, n = ${count}.`,
      ),
      `Equity-scaled Dice by recorded race, definition "sum": ${percent(race?.equityScaled.value ?? null)}; gap ${percent(race?.gap.value ?? null).replace('%', ' percentage points')}.`,
    ],
    provenance,
    figures: await figuresOf(page, FOLDER, 'evaluate'),
    tables: [{ title: (await equity.getByRole('heading').innerText()).trim(), note, csv: equityCsv }],
  };
}

async function main(): Promise<void> {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const outDir = process.env['DEMO_DIST'];
  const server = await preview({
    root: ROOT,
    logLevel: 'warn',
    preview: { host: 'localhost', port: 4417 },
    ...(outDir === undefined ? {} : { build: { outDir } }),
  });
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? ensureChromium(),
    args: CHROMIUM_ARGUMENTS,
  });
  try {
    const page = await browser.newPage({
      viewport: { width: 1440, height: 900 },
      colorScheme: 'light',
      acceptDownloads: true,
    });
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => console.error(`The page failed: ${error.stack ?? error.message}`));
    await page.goto(`${server.resolvedUrls?.local[0] ?? 'http://localhost:4417/'}#/cohort`);
    const sections = [
      await cohortSection(page),
      ...(await searchSections(page)),
      await evaluateSection(page),
    ];
    const badge = await page.getByRole('button', { name: /^Device:/ }).innerText();
    const software = sections.at(-1)?.provenance?.['software'];
    const report: DemoReport = {
      createdAt: new Date().toISOString(),
      software: typeof software === 'string' ? software : 'EquiSeg',
      device: badge
        .replace(/^Device:/, '')
        .replaceAll(/\s+/g, ' ')
        .trim(),
      sections,
    };
    keep('report.html', reportHtml(report));
    const content = {
      notice: NOT_CLINICAL,
      ...report,
      sections: sections.map(({ figures, ...rest }) => ({
        ...rest,
        figures: figures.map(({ svg: _svg, ...figure }) => figure),
      })),
    };
    keep('report.json', `${JSON.stringify(content, null, 1)}\n`);
    console.log('');
    for (const { title, statements } of sections) {
      console.log(title);
      for (const statement of statements) console.log(`  ${statement}`);
    }
    console.log(`\n${NOT_CLINICAL}\n\n${join(FOLDER, 'report.html')}\n${join(FOLDER, 'report.json')}`);
  } finally {
    await browser.close();
    if ('closeAllConnections' in server.httpServer) server.httpServer.closeAllConnections();
    await server.close();
  }
}

await main();
