/** Steps of the Train place that its specs take. */
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import type { CohortFolder } from './harness/cohort-folder.ts';
import { dropPaths } from './harness/drop.ts';
import { readTray } from './harness/job-tray.ts';
import { setNumber } from './search-drive.ts';

/** Kernels compile slowly on a software adapter, and other work may share the cores. */
export const SLOW = { timeout: 600_000 };

/** Drops the samples and split lists of a folder, and waits until they are read. */
export async function dropCohort(page: Page, { path }: CohortFolder): Promise<void> {
  const paths = ['images', 'train.txt', 'test.txt'].map((name) => join(path, name));
  await dropPaths(page, paths, page.getByRole('main'));
  await expect.poll(async () => (await readTray(page)).text, SLOW).toMatch(/Reading.*done after/s);
}

/** Goes to Train with settings for a run of few steps. */
export async function openShortTraining(page: Page): Promise<void> {
  await page.goto('./#/train');
  await expect(page.getByRole('heading', { level: 1, name: 'Train' })).toBeVisible();
  await setNumber(page, /^Batch/, 2);
  await setNumber(page, /^Validation share/, 0.2);
  await setNumber(page, /^Epochs \(/, 3);
  await setNumber(page, /^Validate every/, 8);
  // More than there are steps: only what asks for a checkpoint writes one.
  await setNumber(page, /^Checkpoint every/, 100);
}

/** What the place says of the next run. */
export async function nextRunText(page: Page): Promise<string> {
  return page.getByLabel('The next run').innerText();
}

/** Presses the primary action and waits until the run is listed and shown. */
export async function startTraining(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start training' }).click();
  await expect(page.getByRole('region', { name: 'Step', exact: true })).toBeVisible(SLOW);
}

/** Steps done and wanted, as the shown run says: "3 of 8". */
export async function readSteps(page: Page): Promise<{ readonly done: number; readonly wanted: number }> {
  const text = await page.getByRole('region', { name: 'Step', exact: true }).innerText();
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

/** The page is told that it is hidden, as when another tab is shown: a browser without a window hides none. */
export async function hide(page: Page): Promise<void> {
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
    Reflect.deleteProperty(document, 'visibilityState');
  });
}

/** The device that trains is lost at the beginning of its next commands, as when a driver restarts. */
export async function loseDevice(page: Page): Promise<void> {
  const worker = page.workers().find((each) => each.url().includes('compute.worker'));
  if (worker === undefined) throw new Error('The page has no compute worker.');
  await worker.evaluate(() => {
    interface Device {
      createCommandEncoder: (this: Device, ...args: unknown[]) => unknown;
      destroy: () => void;
    }
    const { prototype } = (globalThis as unknown as { GPUDevice: { prototype: Device } }).GPUDevice;
    const original = prototype.createCommandEncoder;
    prototype.createCommandEncoder = function destroyFirst(...args) {
      prototype.createCommandEncoder = original;
      this.destroy();
      return original.apply(this, args);
    };
  });
}
