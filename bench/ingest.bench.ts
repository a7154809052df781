/**
 * Ingest of 2,000 compressed 664x512 samples dropped on the page, against numpy.load of the same files on one core.
 * The page also hashes, checks and thumbnails every file; NumPy only loads the arrays. `--count N` takes another number.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Page } from '@playwright/test';
import { DEMO_IMAGE_SIZE } from '../core/cohort/demo-cohort.ts';
import { dropPaths } from '../e2e/harness/drop.ts';
import { waitForJob } from '../e2e/harness/job-tray.ts';
import { writeDemoCohort } from '../scripts/demo-cohort.ts';
import { buildForNode } from './build-for-node.ts';
import { openSession } from './page-session.ts';
import { openBrowserSession, rendererMiB } from './process-memory.ts';
import { printResult } from './result.ts';

const SEED = 11;
const READER_ROUNDS = 3;
const { values } = parseArgs({ options: { count: { type: 'string', default: '2000' } } });
const count = Number(values.count);

/** The folder of samples, made once per machine. */
function cohortFolder(): string {
  const folder = join(tmpdir(), `equiseg-bench-${count}-${SEED}`);
  // The generator writes the lists last.
  if (existsSync(join(folder, 'test.txt'))) return folder;
  console.log(`Writing ${count} samples to ${folder} ...`);
  writeDemoCohort({ spec: { count, seed: SEED, size: DEMO_IMAGE_SIZE }, outDir: folder }, () => {});
  return folder;
}

/** Seconds of both readers on one core: the fastest of alternating rounds, the one that other work disturbed least. */
async function compareReaders(
  folder: string,
): Promise<{ numpy: number; numpyVersion: string; ours: number }> {
  const reader = await buildForNode('read-files.ts');
  const script = fileURLToPath(new URL('numpy-load.py', import.meta.url));
  const output = (command: string, file: string) => execFileSync(command, [file, folder]).toString().trim();
  let [numpy, ours, numpyVersion] = [Infinity, Infinity, ''];
  for (let round = 0; round < READER_ROUNDS; round++) {
    const [seconds, version] = output('python3', script).split(' ');
    numpy = Math.min(numpy, Number(seconds));
    numpyVersion = version ?? '';
    ours = Math.min(ours, Number(output(process.execPath, reader)));
  }
  return { numpy, numpyVersion, ours };
}

interface PageFigures {
  readonly seconds: number;
  readonly longestTaskMs: number;
  /** Resident MiB when a quarter, a half and all of the files had been read, and the most ever seen. */
  readonly quarterMiB: number;
  readonly halfMiB: number;
  readonly allMiB: number;
  readonly peakMiB: number;
}

/** Longest task of the page's thread since the last call, in ms; 0 when none was over 50 ms, the limit of what browsers report. */
function takeLongestTask(page: Page): Promise<number> {
  return page.evaluate(() => {
    const target = globalThis as unknown as { longestTaskMs: number };
    const longest = target.longestTaskMs;
    target.longestTaskMs = 0;
    return longest;
  });
}

async function observeLongTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    const target = globalThis as unknown as { longestTaskMs: number };
    target.longestTaskMs = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        target.longestTaskMs = Math.max(target.longestTaskMs, duration);
      }
    }).observe({ type: 'longtask' });
    setTimeout(() => {
      for (const until = performance.now() + 80; performance.now() < until;);
    }, 0);
  });
  await page.waitForTimeout(500);
  // An observer that is deaf would report a perfect page.
  if ((await takeLongestTask(page)) < 50) throw new Error('The browser does not report long tasks.');
}

async function ingestInPage(folder: string): Promise<PageFigures> {
  const { browser, page, address, close } = await openSession();
  await page.goto(address);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
  await observeLongTasks(page);
  const session = await openBrowserSession(browser);
  const reached = new Map<number, number>();
  let peakMiB = 0;
  const started = performance.now();
  await dropPaths(page, [folder], page.locator('body'));
  await page.getByRole('button', { name: /^cancel:/i }).waitFor();
  const last = await waitForJob(
    page,
    async ({ done }) => {
      const sizeMiB = await rendererMiB(session);
      peakMiB = Math.max(peakMiB, sizeMiB);
      for (const mark of [count / 4, count / 2]) {
        if (done !== undefined && done >= mark && !reached.has(mark)) reached.set(mark, sizeMiB);
      }
    },
    250,
  );
  const seconds = (performance.now() - started) / 1000;
  if (!last.text.replaceAll(',', '').includes(`${count} read`))
    throw new Error(`Not every file was read: ${last.text}`);
  const allMiB = await rendererMiB(session);
  const longestTaskMs = await takeLongestTask(page);
  await close();
  const at = (mark: number) => reached.get(mark) ?? Number.NaN;
  return { seconds, longestTaskMs, quarterMiB: at(count / 4), halfMiB: at(count / 2), allMiB, peakMiB };
}

const folder = cohortFolder();
const totalMB = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) / 1e6;
const { numpy, numpyVersion, ours } = await compareReaders(folder);
const page = await ingestInPage(folder);

printResult({
  name: 'ingest',
  adapter: 'cpu',
  figures: {
    fileCount: count,
    totalMB,
    coreCount: cpus().length,
    pageFilesPerSecond: count / page.seconds,
    pageMBPerSecond: totalMB / page.seconds,
    longestMainThreadTaskMs: page.longestTaskMs,
    quarterReadMiB: page.quarterMiB,
    halfReadMiB: page.halfMiB,
    allReadMiB: page.allMiB,
    peakMiB: page.peakMiB,
    oneCoreReadFilesPerSecond: count / ours,
    oneCoreReadRatio: numpy / ours,
  },
  peer: {
    name: `numpy.load of NumPy ${numpyVersion}, one core`,
    figures: { filesPerSecond: count / numpy, MBPerSecond: totalMB / numpy },
  },
  // In all, hash and thumbnail included; the ratio per core is oneCoreReadRatio.
  ratio: numpy / page.seconds,
});
