/**
 * First load of the page: what it fetches before any WebAssembly, and how long until the demo cohort is seen and read.
 * A file counts once: the second data worker has the script of the first from the browser's cache. Times are medians of five loads on localhost with an empty cache. No peer: nobody else's page does this.
 */
import { gzipSync } from 'node:zlib';
import type { Page, Response } from '@playwright/test';
import { waitForJob } from '../e2e/harness/job-tray.ts';
import { median } from './median.ts';
import { openSession } from './page-session.ts';
import { printResult } from './result.ts';

const LOADS = 5;

/** gzip's own default, which static hosts use too. */
async function gzippedBytes(responses: readonly Response[]): Promise<number> {
  const distinct = [...new Map(responses.map((response) => [response.url(), response])).values()];
  const bodies = await Promise.all(distinct.map((response) => response.body()));
  return bodies.reduce((sum, body) => sum + gzipSync(body).length, 0);
}

/** Opens the page and waits for its heading. Resolves with all responses until the network was quiet. */
async function load(page: Page, address: string): Promise<{ responses: Response[]; headingMs: number }> {
  const responses: Response[] = [];
  const listen = (response: Response) => responses.push(response);
  page.on('response', listen);
  const started = performance.now();
  await page.goto(address, { waitUntil: 'commit' });
  await page.getByRole('heading', { level: 1 }).waitFor();
  const headingMs = performance.now() - started;
  await page.waitForLoadState('networkidle');
  page.off('response', listen);
  return { responses, headingMs };
}

const headingMs: number[] = [];
const demoShownMs: number[] = [];
const demoReadMs: number[] = [];
let scriptBytes = 0;
let styleBytes = 0;
for (let index = 0; index < LOADS; index++) {
  const session = await openSession();
  const { page, address } = session;
  const loaded = await load(page, address);
  const isScript = (response: Response) => /\.m?js$/.test(new URL(response.url()).pathname);
  const isStyle = (response: Response) => new URL(response.url()).pathname.endsWith('.css');
  scriptBytes = await gzippedBytes(loaded.responses.filter(isScript));
  styleBytes = await gzippedBytes(loaded.responses.filter(isStyle));
  headingMs.push(loaded.headingMs);
  const clicked = performance.now();
  await page.getByRole('button', { name: /try the demo cohort/i }).click();
  await page.locator('figure svg[data-figure]').first().waitFor();
  demoShownMs.push(performance.now() - clicked);
  await waitForJob(page);
  demoReadMs.push(performance.now() - clicked);
  await session.close();
}

printResult({
  name: 'page',
  adapter: 'cpu',
  figures: {
    scriptGzippedKB: scriptBytes / 1000,
    styleGzippedKB: styleBytes / 1000,
    headingShownMs: median(headingMs),
    demoCohortFirstFigureMs: median(demoShownMs),
    demoCohortReadMs: median(demoReadMs),
  },
  peer: null,
  ratio: null,
});
