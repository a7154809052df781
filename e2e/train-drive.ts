/** Steps of the Train place that its specs take. */
import { expect, type Page } from '@playwright/test';
import { startSmallDemo } from './harness/demo-cohort.ts';
import { readTray } from './harness/job-tray.ts';
import { setNumber } from './search-drive.ts';

/** Kernels compile slowly on a software adapter, and other work may share the cores. */
export const SLOW = { timeout: 300_000 };

/** Makes the demo cohort, lets a few of its images through the filter, and goes to Train with settings for a run of few steps. */
export async function openTrainOnDemo(page: Page): Promise<void> {
  await startSmallDemo(page);
  await expect.poll(async () => (await readTray(page)).end, SLOW).toBe('done');
  // Every tenth subject: some 16 of the train split.
  await page.locator('[data-place-filter]').fill('7.npz');
  await page.goto('./#/train');
  await expect(page.getByRole('heading', { level: 1, name: 'Train' })).toBeVisible();
  await setNumber(page, /^Batch/, 4);
  await setNumber(page, /^Validation share/, 0.2);
  await setNumber(page, /^Epochs \(/, 4);
  await setNumber(page, /^Validate every/, 3);
  await setNumber(page, /^Checkpoint every/, 2);
}

/** What the place says of the next run. */
export async function nextRunText(page: Page): Promise<string> {
  return page.getByLabel('The next run').innerText();
}

/** Presses the primary action and waits until the run is listed and shown. */
export async function startTraining(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start training' }).click();
  await expect(page.getByRole('region', { name: 'Step' })).toBeVisible(SLOW);
}

/** Steps done and wanted, as the shown run says: "3 of 8". */
export async function readSteps(page: Page): Promise<{ readonly done: number; readonly wanted: number }> {
  const text = await page.getByRole('region', { name: 'Step' }).innerText();
  const [, done, wanted] = /([\d,]+) of ([\d,]+)/.exec(text) ?? [];
  return { done: Number(done?.replaceAll(',', '')), wanted: Number(wanted?.replaceAll(',', '')) };
}

/** The loss of every step as the figure's table has it: pairs of step and loss. */
export async function readLosses(page: Page): Promise<readonly (readonly [number, number])[]> {
  const figure = page.getByRole('figure', { name: 'Loss of every step' });
  await figure.getByText('Table', { exact: true }).click();
  const rows = await figure.getByRole('table').getByRole('row').allInnerTexts();
  await figure.getByText('Chart', { exact: true }).click();
  return rows.slice(1).map((row) => {
    const [step, loss] = row.split('\t').map(Number);
    return [step as number, loss as number] as const;
  });
}
