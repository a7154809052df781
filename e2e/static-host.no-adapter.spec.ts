/** The built site on a host that sends no headers, below a sub-path: the service worker brings isolation, works offline and updates. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { listBuiltFiles } from '../scripts/service-worker-plugin.ts';
import { waitForRun } from './evaluate-flow.ts';
import { expectAccessible } from './harness/axe.ts';
import { screenshot } from './harness/screenshot.ts';
import { serveStatic } from './harness/static-server.ts';
import { expect, test } from './harness/test.ts';
import { openSearchOnDemo, search, setNumber } from './search-drive.ts';

const DIST = resolve('dist');
const SUB_PATH = '/group/equiseg/';

/** Waits until every built file of the page's current version is in its cache, the large ones too. */
async function waitUntilStored(page: Page): Promise<void> {
  const countStored = () =>
    page.evaluate(async () => {
      const newest = (await caches.keys()).at(-1) as string;
      return (await (await caches.open(newest)).keys()).length;
    });
  await expect.poll(countStored).toBe(listBuiltFiles(DIST).files.length);
}

test('becomes isolated by one reload, and then does the whole job with the host gone and no WebGPU', async ({
  page,
  watch,
}, info) => {
  // The demo cohort, its features and its masks, on a machine that may be shared.
  const host = await serveStatic(DIST, SUB_PATH);
  watch.allowOrigin(host.address);
  let loads = 0;
  page.on('domcontentloaded', () => loads++);
  await page.goto(host.address);
  await page.waitForFunction(() => window.crossOriginIsolated);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  // A document is isolated before its content is loaded.
  await expect.poll(() => loads).toBe(2);
  await waitUntilStored(page);
  expect(loads).toBe(2);

  await host.close();
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(true);
  expect(loads).toBe(3);

  // The whole main job, with nothing but what the first visit left.
  await openSearchOnDemo(page);
  await setNumber(page, /Selection size N/, 24);
  await search(page);
  const distance = page.getByRole('region', { name: 'Fréchet distance, selection to target' });
  await expect(distance).toContainText(/z = /);
  await page.getByRole('link', { name: /^Evaluate/ }).click();
  await page.getByRole('button', { name: 'Evaluate 40 images' }).click();
  await waitForRun(page);
  await expect(page.getByRole('figure', { name: 'Dice by recorded race' })).toBeVisible();
  await page.getByRole('link', { name: /^Models/ }).click();
  await expect(page.getByText('No WebGPU here: models run on WebAssembly')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Filter bank' })).toContainText('Ran on one provider only.');
  // Off the rail, whose tooltip would be part of the page.
  await page.mouse.move(720, 450);
  await expect(page.getByRole('tooltip')).toHaveCount(0);
  await expectAccessible(page);
  await screenshot(page, info, 'models-no-adapter');
  expect(loads).toBe(3);
});

test('a new version on the host is what the next load gets', async ({ page, watch }) => {
  const folder = mkdtempSync(join(tmpdir(), 'equiseg-site-'));
  cpSync(DIST, folder, { recursive: true });
  const host = await serveStatic(folder, SUB_PATH);
  watch.allowOrigin(host.address);
  await page.goto(host.address);
  await page.waitForFunction(() => window.crossOriginIsolated);
  await waitUntilStored(page);

  const replace = (name: string, from: string | RegExp, to: string) => {
    const path = join(folder, name);
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
  };
  replace('index.html', '<head>', '<head data-next-version>');
  replace('service-worker.js', listBuiltFiles(DIST).version, 'the-next-version');

  // This load still comes from the old cache, finds the new service worker, and the load after it is new.
  await page.reload();
  await expect
    .poll(() =>
      page.evaluate(async () => (await caches.keys()).filter((name) => name.includes('the-next-version'))),
    )
    .not.toEqual([]);
  await waitUntilStored(page);
  await page.reload();
  await expect(page.locator('head[data-next-version]')).toHaveCount(1);
  await host.close();
  rmSync(folder, { recursive: true });
});
