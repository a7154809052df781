/** Drives the built page through the main job as a person would, and collects the files it exports. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Download, Locator, Page } from '@playwright/test';

/** One figure as the page exports it. */
export interface DemoFigure {
  readonly title: string;
  readonly caption: string;
  readonly warnings: readonly string[];
  readonly svg: string;
  readonly csv: string;
}

const JOB_LIMIT_MS = 15 * 60_000;

/** What an action makes the page save. */
export async function saved(page: Page, act: () => Promise<void>): Promise<Download> {
  const [file] = await Promise.all([page.waitForEvent('download'), act()]);
  return file;
}

/** The text of a saved file. */
export async function textOf(download: Download): Promise<string> {
  return readFileSync(await download.path(), 'utf8');
}

/** Chooses an item of a menu and returns what the page saves. */
export async function exportFrom(
  page: Page,
  scope: Page | Locator,
  button: string,
  item: RegExp,
): Promise<string> {
  return textOf(
    await saved(page, async () => {
      await scope.getByRole('button', { name: button, exact: true }).click();
      await page.getByRole('menuitem', { name: item }).click();
    }),
  );
}

/** Starts a job with a button of the place's header and waits for its end. Throws when it does not end well. */
export async function runJob(
  page: Page,
  button: RegExp,
  summary: RegExp,
  say: (text: string) => void,
): Promise<string> {
  await page.getByRole('button', { name: button }).first().click();
  return endOfJob(page, summary, say);
}

/** Waits until the tray tells of the end of a job. Throws when it does not end well. */
export async function endOfJob(page: Page, summary: RegExp, say: (text: string) => void): Promise<string> {
  const tray = page.getByRole('region', { name: 'Current job' });
  const startMs = Date.now();
  let last = '';
  for (;;) {
    const text = (await tray.innerText()).replaceAll(/\s+/g, ' ');
    if (summary.test(text)) return text;
    if (/\b(failed|cancelled) after /.test(text)) throw new Error(`The page says: ${text}`);
    if (Date.now() - startMs > JOB_LIMIT_MS)
      throw new Error(`The tray never says "${String(summary)}": ${text}`);
    const phase = text.replaceAll(/[\d,.]+/g, '').slice(0, 40);
    if (phase !== last) say(`  ${text}`);
    last = phase;
    await page.waitForTimeout(300);
  }
}

/** Chooses one of a setting's values. */
export async function choose(page: Page, setting: string, option: RegExp): Promise<void> {
  const select = page.getByRole('region', { name: 'Settings' }).getByLabel(setting, { exact: true });
  await select.waitFor();
  const label = (await select.locator('option').allInnerTexts()).find((text) => option.test(text));
  if (label === undefined) throw new Error(`${setting} offers nothing like ${String(option)}.`);
  await select.selectOption({ label });
}

/** Types a number into a setting. */
export async function enter(page: Page, setting: string, value: number): Promise<void> {
  await page
    .getByRole('region', { name: 'Settings' })
    .getByLabel(setting, { exact: true })
    .fill(String(value));
  await page.keyboard.press('Tab');
}

/** Every figure of the place that is ready, as SVG and CSV of its own export; those that match no title are left out. */
export async function figuresOf(page: Page, folder: string, prefix: string): Promise<DemoFigure[]> {
  const figures: DemoFigure[] = [];
  const all = page.getByRole('figure');
  await all.first().waitFor();
  for (let at = 0; at < (await all.count()); at++) {
    const figure = all.nth(at);
    const menu = figure.getByRole('button', { name: 'Export', exact: true });
    if (!(await menu.isEnabled())) continue;
    const title = (await figure.getByRole('heading').first().innerText()).trim();
    const caption = (await figure.locator('figcaption').innerText()).trim();
    const warnings = await figure
      .getByRole('list', { name: 'Warnings' })
      .getByRole('listitem')
      .allInnerTexts();
    const svg = await exportFrom(page, figure, 'Export', /^SVG/);
    const csv = await exportFrom(page, figure, 'Export', /^CSV/);
    const png = await saved(page, async () => {
      await menu.click();
      await page.getByRole('menuitem', { name: /^PNG/ }).click();
    });
    await png.saveAs(join(folder, `${prefix}-chart-${at + 1}.png`));
    figures.push({ title, caption, warnings, svg, csv });
  }
  return figures;
}
