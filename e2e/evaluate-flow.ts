/** Steps of the tests of Evaluate, and the shape of what it exports. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { dropPaths } from './harness/drop.ts';
import { readTray, waitForJob } from './harness/job-tray.ts';
import { expect } from './harness/test.ts';

export interface ExportedEvaluation {
  readonly provenance: {
    readonly cohort: { readonly count: number };
    readonly settings: Record<string, unknown>;
  };
  readonly run: { readonly status: string; readonly plannedCount: number };
  readonly images: readonly Record<string, string | number | null>[];
  readonly summary: {
    readonly imageCount: number;
    readonly metrics: readonly {
      readonly region: string;
      readonly metric: string;
      readonly overall: { readonly value: number };
      readonly groupings: readonly {
        readonly id: string;
        readonly equityScaled: { readonly value: number | null };
        readonly groups: readonly {
          readonly count: number;
          readonly included: boolean;
          readonly mean: { readonly value: number | null };
        }[];
      }[];
    }[];
  };
}

async function download(page: Page, start: () => Promise<void>): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), start()]);
  return readFileSync(await file.path(), 'utf8');
}

export async function exportRun(page: Page, item: RegExp): Promise<string> {
  return download(page, async () => {
    await page.getByRole('button', { name: 'Export run' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  });
}

/** The figure's own table as CSV. */
export async function exportFigureCsv(page: Page, figure: Locator): Promise<string> {
  return download(page, async () => {
    await figure.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: /CSV/ }).click();
  });
}

export async function loadFolder(page: Page, path: string): Promise<void> {
  await page.goto('./#/cohort');
  await dropPaths(
    page,
    ['images', 'train.txt', 'test.txt'].map((name) => join(path, name)),
    page.getByRole('main'),
  );
  await waitForJob(page);
}

export async function waitForRun(page: Page): Promise<void> {
  // The newest job is the run, or the loading of the models before it.
  await expect.poll(async () => (await readTray(page)).text).toMatch(/images scored/);
}

export async function setNumber(page: Page, label: string, value: number): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(String(value));
  await page.keyboard.press('Tab');
}
