/**
 * `npm run demo`: serves the built page and drives it without a window through the whole job on the demo cohort: a random and a
 * greedy selection, SAMed-Tiny fine-tuned on each, and what that does to the groups. Writes reports/demo/ of what the page itself
 * exports. Needs no GPU: training runs on the browser's software adapter. `--brief` leaves the training out, and WebGPU with it,
 * and takes the smallest cohort; `--out DIR` writes elsewhere; `--site DIR` takes another build of the page.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium, type Page } from '@playwright/test';
import { preview } from 'vite';
import { CHROMIUM_ARGUMENTS, ensureChromium, SWIFTSHADER_ARGUMENTS } from '../scripts/chromium.mjs';
import { DEMO_COUNTS } from '../src/state/cohort-view.ts';
import { choose, endOfJob, enter, exportFrom, figuresOf, runJob, saved, textOf } from './demo/drive.ts';
import { type DemoReport, NOT_CLINICAL, type ReportSection, reportHtml } from './demo/report.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({
  options: {
    brief: { type: 'boolean', default: false },
    out: { type: 'string', default: join(ROOT, 'reports', 'demo') },
    site: { type: 'string', default: join(ROOT, 'dist') },
  },
});
const FOLDER = resolve(options.out);
const STRATEGIES = ['Random', 'Greedy'] as const;
type Strategy = (typeof STRATEGIES)[number];
const SELECTION_SIZE = 80;
/** Of fine-tuning on a selection: what two cores without a GPU do in a minute or two. */
const EPOCH_COUNT = 5;

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
interface ExportedTraining extends Exported {
  readonly run: {
    readonly spec: {
      readonly settings: { readonly rank: number };
      readonly training: readonly unknown[];
    };
    readonly stepCount: number;
    readonly adapter: string;
  };
  readonly events: readonly { readonly kind: string; readonly loss?: number }[];
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
  if (options.brief) await choose(page, 'Subjects', new RegExp(`^${Math.min(...DEMO_COUNTS)} `));
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

/** What is written down of one way to choose the training images. */
interface Chosen {
  readonly strategy: Strategy;
  readonly sections: readonly ReportSection[];
  readonly evaluation: ExportedEvaluation;
}

async function goTo(page: Page, place: string): Promise<void> {
  await page.goto(`${new URL(page.url()).origin}/#/${place}`);
}

async function searchSection(page: Page, strategy: Strategy): Promise<ReportSection> {
  const name = strategy.toLowerCase();
  console.log(`Search: ${name}`);
  await goTo(page, 'search');
  await enter(page, 'Selection size N (samples)', SELECTION_SIZE);
  await choose(page, 'Strategy', new RegExp(`^${strategy}`));
  await runJob(page, /^Search$/, /selected, Fréchet distance/, console.log);
  const text = await exportFrom(page, page, 'Export selection', /\.json/);
  keep(`search-${name}.json`, text);
  const { result, provenance, pool, target } = JSON.parse(text) as ExportedSearch;
  const draws = result.drawDistances;
  const mean = draws.reduce((sum, distance) => sum + distance, 0) / draws.length;
  await picture(page, `screenshot-search-${name}`);
  return {
    title: `Search, ${name} selection`,
    statements: [
      `${SELECTION_SIZE} of ${pool.length} samples of the pool selected for ${target.length} target samples; the search read no attribute of the pool.`,
      `Fréchet distance to the target: selection ${result.selectionDistance.toPrecision(5)}, whole pool ${result.poolDistance.toPrecision(5)}, mean of ${draws.length} random draws ${mean.toPrecision(5)}.`,
      ...result.warnings.map(({ message }) => `Warning: ${message}`),
    ],
    provenance,
    figures: await figuresOf(page, FOLDER, `search-${name}`),
    tables: [],
  };
}

async function trainSection(page: Page, strategy: Strategy): Promise<ReportSection> {
  const name = strategy.toLowerCase();
  console.log(`Train: SAMed-Tiny on the ${name} selection`);
  // The latest selection is what Train takes by itself.
  await goTo(page, 'train');
  await enter(page, 'Epochs (passes over the training set)', EPOCH_COUNT);
  await enter(page, 'Epochs of the decay (epochs)', EPOCH_COUNT);
  await choose(page, 'Validation set', /^None$/);
  const said = await runJob(page, /^Start training$/, /Training on .* done after .* steps/, console.log);
  await page.getByRole('button', { name: /^Evaluate its/ }).waitFor();
  const text = await exportFrom(page, page, 'Export run', /^Everything about the run/);
  keep(`training-${name}.json`, text);
  const { provenance, run, events } = JSON.parse(text) as ExportedTraining;
  const losses = events.flatMap((event) => (event.kind === 'step' ? [event.loss ?? Number.NaN] : []));
  await picture(page, `screenshot-train-${name}`);
  return {
    title: `Training on the ${name} selection`,
    statements: [
      said.replace(/ Show$/, ''),
      `Adapters of rank ${run.spec.settings.rank} and the decoder of SAMed-Tiny trained on ${run.spec.training.length} images for ${run.stepCount} steps on ${run.adapter}; loss ${losses[0]?.toFixed(3)} at the first step, ${losses.at(-1)?.toFixed(3)} at the last.`,
    ],
    provenance,
    figures: await figuresOf(page, FOLDER, `train-${name}`),
    tables: [],
  };
}

const diceOf = ({ summary }: ExportedEvaluation) =>
  summary.metrics.find(({ region, metric }) => region === 'overall' && metric === 'dice');

const raceOf = (evaluation: ExportedEvaluation) =>
  diceOf(evaluation)?.groupings.find(({ id }) => id === 'race');

/** Evaluates the segmenter that is chosen. */
async function evaluateSection(page: Page, title: string, name: string) {
  console.log(`Evaluate: ${title}`);
  await runJob(page, /^Evaluate \d/, /images scored/, console.log);
  await page.getByRole('button', { name: 'Export run' }).and(page.locator(':enabled')).waitFor();
  const text = await exportFrom(page, page, 'Export run', /JSON/);
  keep(`evaluation-${name}.json`, text);
  keep(`evaluation-${name}-images.csv`, await exportFrom(page, page, 'Export run', /row per image/));
  keep(`evaluation-${name}-groups.csv`, await exportFrom(page, page, 'Export run', /row per group/));
  const equity = page.getByRole('region', { name: /^Equity-scaled Dice across attributes/ }).first();
  const equityCsv = await textOf(
    await saved(page, () => equity.getByRole('button', { name: 'CSV', exact: true }).click()),
  );
  keep(`evaluation-${name}-equity.csv`, equityCsv);
  const note = (await equity.getByRole('paragraph').last().innerText()).trim();
  const evaluation = JSON.parse(text) as ExportedEvaluation;
  const { images, provenance } = evaluation;
  const race = raceOf(evaluation);
  const failed = images.filter(({ status }) => status !== 'scored').length;
  await picture(page, `screenshot-evaluate-${name}`);
  const section: ReportSection = {
    title,
    statements: [
      `${images.length - failed} images scored, ${failed} failed. Dice, overall (mean of rim and cup): ${percent(diceOf(evaluation)?.overall.value ?? null)}.`,
      ...(race?.groups ?? []).map(
        (group) => `Recorded race ${group.name}: ${percent(group.mean.value)}, n = ${group.count}.`,
      ),
      `Equity-scaled Dice by recorded race, definition "sum": ${percent(race?.equityScaled.value ?? null)}; gap ${percent(race?.gap.value ?? null).replace('%', ' percentage points')}.`,
    ],
    provenance,
    figures: await figuresOf(page, FOLDER, `evaluate-${name}`),
    tables: [{ title: (await equity.getByRole('heading').innerText()).trim(), note, csv: equityCsv }],
  };
  return { section, evaluation };
}

/** Selection, training on it, and evaluation of what was trained. */
async function chosenBy(page: Page, strategy: Strategy): Promise<Chosen> {
  const name = strategy.toLowerCase();
  const search = await searchSection(page, strategy);
  const train = await trainSection(page, strategy);
  await page.getByRole('button', { name: /^Evaluate its/ }).click();
  await endOfJob(page, /Loading .* done after/, console.log);
  const title = `Evaluation of SAMed-Tiny, fine-tuned on the ${name} selection`;
  const { section, evaluation } = await evaluateSection(page, title, name);
  return { strategy, sections: [search, train, section], evaluation };
}

/** Dice by group of every model beside the others. */
function comparison(rows: readonly { readonly name: string; readonly evaluation: ExportedEvaluation }[]) {
  const groups = rows[0] === undefined ? [] : (raceOf(rows[0].evaluation)?.groups ?? []);
  const number = (value: number | null | undefined) => (value ?? null)?.toFixed(4) ?? '';
  const header = ['Model', 'Overall', 'Equity-scaled', 'Gap', ...groups.map(({ name }) => name)];
  const lines = rows.map(({ name, evaluation }) => {
    const race = raceOf(evaluation);
    return [
      name,
      number(diceOf(evaluation)?.overall.value),
      number(race?.equityScaled.value),
      number(race?.gap.value),
      ...(race?.groups ?? []).map(({ mean }) => number(mean.value)),
    ];
  });
  const csv = [header, ...lines].map((line) => line.join(',')).join('\r\n');
  keep('comparison.csv', `${csv}\r\n`);
  return csv;
}

function comparisonSection(csv: string): ReportSection {
  return {
    title: 'Random against greedy',
    statements: [
      `Dice, overall (mean of rim and cup), on the test split by recorded race. Each run: ${SELECTION_SIZE} images, ${EPOCH_COUNT} epochs; one run of each says nothing about chance.`,
    ],
    provenance: null,
    figures: [],
    tables: [
      { title: 'Dice by group', note: 'Equity-scaled by definition "sum"; gap: best group less worst.', csv },
    ],
  };
}

/** The main job from its start to the comparison. */
async function tellStory(page: Page) {
  const cohort = await cohortSection(page);
  await goTo(page, 'evaluate');
  const alone = await evaluateSection(page, 'Evaluation of SAMed-Tiny before fine-tuning', 'pretrained');
  if (options.brief) {
    const search = await searchSection(page, 'Greedy');
    return { sections: [cohort, alone.section, search], provenance: alone.section.provenance };
  }
  const chosen: Chosen[] = [];
  for (const strategy of STRATEGIES) chosen.push(await chosenBy(page, strategy));
  const csv = comparison([
    { name: 'Pretrained', evaluation: alone.evaluation },
    ...chosen.map(({ strategy, evaluation }) => ({ name: strategy, evaluation })),
  ]);
  const sections = [
    cohort,
    alone.section,
    ...chosen.flatMap((each) => each.sections),
    comparisonSection(csv),
  ];
  return { sections, provenance: alone.section.provenance };
}

async function main(): Promise<void> {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const server = await preview({
    root: ROOT,
    logLevel: 'warn',
    preview: { host: 'localhost', port: 4417 },
    build: { outDir: resolve(options.site) },
  });
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? ensureChromium(),
    args: [...CHROMIUM_ARGUMENTS, ...(options.brief ? [] : SWIFTSHADER_ARGUMENTS)],
  });
  try {
    const page = await browser.newPage({
      viewport: { width: 1440, height: 900 },
      colorScheme: 'light',
      acceptDownloads: true,
    });
    // A limit against hanging, as in the tests.
    page.setDefaultTimeout(300_000);
    page.on('pageerror', (error) => console.error(`The page failed: ${error.stack ?? error.message}`));
    await page.goto(`${server.resolvedUrls?.local[0] ?? 'http://localhost:4417/'}#/cohort`);
    const { sections, provenance } = await tellStory(page).catch(async (error: unknown) => {
      await picture(page, 'screenshot-failed');
      throw error;
    });
    const badge = await page.getByRole('button', { name: /^Device:/ }).innerText();
    const software = provenance?.['software'];
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
