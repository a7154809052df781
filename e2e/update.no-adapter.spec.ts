/** The host gets a new version while a page is open: the page goes on, says so, and one reload brings the new version. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expectAccessible } from './harness/axe.ts';
import { serveStatic } from './harness/static-server.ts';
import { expect, test as base } from './harness/test.ts';

interface Host {
  readonly address: string;
  /** Puts the next version in place: the code of Help has another name, as it has after a change, and no file has the old one. */
  update(): void;
}

const test = base.extend<{ readonly host: Host }>({
  host: async ({ watch }, provide) => {
    const folder = mkdtempSync(join(tmpdir(), 'equiseg-update-'));
    cpSync(resolve('dist'), folder, { recursive: true });
    const server = await serveStatic(folder, '/equiseg/');
    watch.allowOrigin(server.address);
    const edit = (path: string, change: (text: string) => string) =>
      writeFileSync(join(folder, path), change(readFileSync(join(folder, path), 'utf8')));
    await provide({
      address: server.address,
      update: () => {
        const assets = readdirSync(join(folder, 'assets'));
        const old = assets.find((name) => /^HelpPlace-.*\.js$/.test(name)) as string;
        renameSync(join(folder, 'assets', old), join(folder, 'assets', 'HelpPlace-next.js'));
        const scripts = readdirSync(join(folder, 'assets')).filter((name) => name.endsWith('.js'));
        for (const name of scripts)
          edit(join('assets', name), (text) => text.replaceAll(old, 'HelpPlace-next.js'));
        edit('index.html', (text) => text.replace('<head>', '<head data-next-version>'));
        edit('service-worker.js', (text) =>
          text.replaceAll(old, 'HelpPlace-next.js').replace(/[0-9a-f]{16}/, 'the-next-version'),
        );
      },
    });
    await server.close();
    rmSync(folder, { recursive: true });
  },
});

test('with the service worker, the open page keeps its own files and offers the new version', async ({
  page,
  host,
}) => {
  await page.goto(host.address);
  await page.waitForFunction(() => window.crossOriginIsolated && navigator.serviceWorker.controller !== null);
  const newVersion = page.getByRole('button', { name: 'New version' });
  await expect(page.getByRole('heading', { level: 1, name: 'Cohort' })).toBeVisible();
  await expect(newVersion).toHaveCount(0);

  host.update();
  // What the browser does by itself once a day, and when another tab opens the page.
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
  await expect(newVersion).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Help' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Help' })).toBeVisible();
  await expect(page.locator('head[data-next-version]')).toHaveCount(0);

  await newVersion.click();
  await expect(page.locator('head[data-next-version]')).toHaveCount(1);
  await expect(page.getByRole('heading', { level: 1, name: 'Help' })).toBeVisible();
  await expect(newVersion).toHaveCount(0);
});

test.describe('without a service worker', () => {
  test.use({ serviceWorkers: 'block' });

  test('a part that is gone says what to do, the rest goes on, and a reload brings the new version', async ({
    page,
    host,
  }) => {
    await page.goto(host.address);
    await expect(page.getByRole('heading', { level: 1, name: 'Cohort' })).toBeVisible();
    host.update();
    await page.getByRole('link', { name: 'Help' }).click();
    await expect(page.getByRole('alert')).toContainText('page/part-not-loaded');
    await page.getByRole('link', { name: /^Search/ }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Search' })).toBeVisible();

    await page.getByRole('link', { name: 'Help' }).click();
    await page.getByRole('button', { name: 'Reload the page' }).click();
    await expect(page.locator('head[data-next-version]')).toHaveCount(1);
    await expect(page.getByRole('heading', { level: 1, name: 'Help' })).toBeVisible();
  });

  test('a part that could not be loaded while the host was gone is loaded when asked again', async ({
    page,
    host,
  }) => {
    await page.goto(host.address);
    await expect(page.getByRole('heading', { level: 1, name: 'Cohort' })).toBeVisible();
    await page.context().setOffline(true);
    await page.keyboard.press('?');
    await expect(page.getByRole('alert')).toContainText('page/part-not-loaded');
    await expectAccessible(page);
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  });
});
