/**
 * Downloads of checkpoints, from the click to the model: only then, only from the one host, resumed, checked, in the
 * ledger. A build of its own offers files of a host on this machine beside the published ones.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { PublishedCheckpoint } from '../models/zoo/published.ts';
import { expectAccessible } from './harness/axe.ts';
import { type CheckpointHost, hostCheckpoints } from './harness/checkpoint-host.ts';
import { readTray } from './harness/job-tray.ts';
import { screenshot } from './harness/screenshot.ts';
import { serveStatic, type StaticServer } from './harness/static-server.ts';
import { modelsReady } from './harness/models-ready.ts';
import { expect, test } from './harness/test.ts';
import { writeTinyCheckpoints } from './harness/tiny-checkpoints.ts';

const CUT_AFTER = 200_000;

let folder: string;
let host: CheckpointHost;
let site: StaticServer;

/** An entry of the list for a file of the host. */
function entryOf(name: string, content: Uint8Array, sha256: string): PublishedCheckpoint {
  return {
    name,
    title: `Test ${name}`,
    purpose: 'For this test.',
    licence: 'Apache-2.0',
    source: 'this test',
    howToObtain: 'From the address below.',
    file: {
      address: `${host.origin}/${name}.pth`,
      fileName: `${name}.pth`,
      byPage: true,
      sizeBytes: content.length,
      sha256,
    },
  };
}

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'equiseg-downloads-'));
  const content = readFileSync((await writeTinyCheckpoints(folder)).sam);
  expect(content.length).toBeGreaterThan(CUT_AFTER);
  const names = ['good', 'wrong', 'plain', 'closed'];
  host = await hostCheckpoints(new Map(names.map((name) => [`/${name}.pth`, content])));
  const sha256 = createHash('sha256').update(content).digest('hex');
  const list = join(folder, 'checkpoints.json');
  const entries = names.map((name) => entryOf(name, content, name === 'wrong' ? '0'.repeat(64) : sha256));
  writeFileSync(list, JSON.stringify(entries));
  const dist = join(folder, 'dist');
  execFileSync('npx', ['--no-install', 'vite', 'build', '--outDir', dist], {
    env: { ...process.env, EQUISEG_CHECKPOINTS: list },
  });
  // A host that sends no headers: the page's policy and the download worker's come from the service worker.
  site = await serveStatic(dist, '/equiseg/');
});
test.afterAll(async () => {
  await site.close();
  await host.close();
  rmSync(folder, { recursive: true });
});
test.beforeEach(() => {
  host.ranges.length = 0;
  Object.assign(host.behaviour, { cutAfter: null, knowsRanges: true, readableByPages: true });
});

async function openSite(page: Page): Promise<void> {
  await page.goto(site.address);
  await page.waitForFunction(() => window.crossOriginIsolated && navigator.serviceWorker.controller !== null);
  await page.goto(`${site.address}#/models`);
  await expect(page.getByText(modelsReady())).toBeVisible();
}

async function openEntry(page: Page, title: string): Promise<void> {
  await page.getByText(title, { exact: true }).click();
}

const trayText = async (page: Page) => (await readTray(page)).text;
const download = (page: Page) => page.getByRole('button', { name: /^Download / });

test('a cut download goes on where it stopped, is checked, and makes a model', async ({
  page,
  watch,
}, info) => {
  watch.allowOrigin(site.address);
  watch.allowOrigin(host.origin);
  await openSite(page);
  expect(host.ranges).toEqual([]);

  host.behaviour.cutAfter = CUT_AFTER;
  await openEntry(page, 'Test good');
  await screenshot(page, info, 'models-download');
  await download(page).click();
  await expect.poll(() => trayText(page)).toMatch(/Downloading good\.pth.*failed/s);
  const goOn = page.getByRole('button', { name: /^Go on with the download/ });
  await expect(goOn).toBeVisible();
  await expectAccessible(page);
  await screenshot(page, info, 'models-download-cut');

  host.behaviour.cutAfter = null;
  await goOn.click();
  await expect(page.getByRole('region', { name: 'Checkpoint good.pth' })).toContainText(
    'Makes a feature extractor',
  );
  expect(host.ranges).toHaveLength(2);
  const from = Number(/^bytes=(\d+)-$/.exec(host.ranges[1] ?? '')?.[1]);
  expect(from).toBeGreaterThan(0);
  expect(from).toBeLessThanOrEqual(CUT_AFTER);
  await expect(page.getByRole('button', { name: 'Use the download' })).toBeVisible();
  await screenshot(page, info, 'models-downloaded');

  // The ledger tells of both requests, and that they went elsewhere.
  await page.goto(`${site.address}#/privacy`);
  await expect(page.getByText(/2 to another origin/)).toBeVisible();

  // It is there on the next visit, and goes when it is deleted.
  await page.goto(`${site.address}#/models`);
  await page.reload();
  await openEntry(page, 'Test good');
  await page.getByRole('button', { name: /^Delete the download/ }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(download(page)).toBeVisible();
});

test('a host without ranges is asked for everything again', async ({ page, watch }) => {
  watch.allowOrigin(site.address);
  watch.allowOrigin(host.origin);
  await openSite(page);
  Object.assign(host.behaviour, { cutAfter: CUT_AFTER, knowsRanges: false });
  await openEntry(page, 'Test plain');
  await download(page).click();
  const goOn = page.getByRole('button', { name: /^Go on with the download/ });
  await expect(goOn).toBeVisible();
  host.behaviour.cutAfter = null;
  await goOn.click();
  await expect(page.getByRole('region', { name: 'Checkpoint plain.pth' })).toBeVisible();
});

test('what is not the published file is refused and not kept', async ({ page, watch }) => {
  watch.allowOrigin(site.address);
  watch.allowOrigin(host.origin);
  await openSite(page);
  await openEntry(page, 'Test wrong');
  await download(page).click();
  await expect.poll(() => trayText(page)).toMatch(/failed.*SHA-256/s);
  await expect(download(page)).toBeVisible();
  await expect(page.getByRole('region', { name: 'Checkpoint wrong.pth' })).toHaveCount(0);
});

test('a host that pages may not read is said to be so', async ({ page, watch }) => {
  watch.allowOrigin(site.address);
  watch.allowOrigin(host.origin);
  await openSite(page);
  host.behaviour.readableByPages = false;
  await openEntry(page, 'Test closed');
  await download(page).click();
  await expect.poll(() => trayText(page)).toMatch(/failed.*does not let pages read this file/s);
});

test('the page may ask no other origin, and a download worker only its own', async ({ page, watch }) => {
  watch.allowOrigin(site.address);
  watch.allowOrigin(host.origin);
  await openSite(page);
  const asked = await page.evaluate(
    (address) => fetch(address).then(() => 'answered', String),
    `${host.origin}/good.pth`,
  );
  expect(asked).toContain('Failed to fetch');

  expect(host.ranges).toEqual([]);

  /** What fetches get in a download worker that was started for an origin. */
  const askFrom = async (origin: string, addresses: readonly string[]) => {
    const [worker] = await Promise.all([
      page.waitForEvent('worker'),
      page.evaluate(async (named) => {
        const store = await caches.open((await caches.keys()).at(-1) as string);
        const script = (await store.keys()).find(({ url }) => url.includes('download.worker'));
        const started = new Worker(`${script?.url}?origin=${encodeURIComponent(named)}`, { type: 'module' });
        Object.assign(globalThis, { started });
      }, origin),
    ]);
    const answers: string[] = [];
    for (const address of addresses) {
      answers.push(
        await worker.evaluate(
          (one) =>
            fetch(one).then(
              () => 'answered',
              () => 'refused',
            ),
          address,
        ),
      );
    }
    return answers;
  };
  const file = `${host.origin}/good.pth`;
  expect(await askFrom(host.origin, [file, site.address])).toEqual(['answered', 'refused']);
  expect(await askFrom('https://dl.fbaipublicfiles.com', [file])).toEqual(['refused']);
  // Of an origin that no checkpoint lies on it has the page's policy.
  expect(await askFrom('https://elsewhere.invalid', [file])).toEqual(['refused']);
  expect(host.ranges).toEqual([undefined]);
  watch.violations.length = 0;
  watch.foreignRequests.length = 0;
});
