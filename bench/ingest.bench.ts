/**
 * Ingest of 2,000 compressed 664x512 samples dropped on the page, against numpy.load of the same files on one core.
 * The page also hashes, checks and thumbnails every file; NumPy only loads the arrays. `--count N` takes another number.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DEMO_IMAGE_SIZE } from '../core/cohort/demo-cohort.ts';
import { readSample } from '../core/cohort/read-sample.ts';
import { dropPaths } from '../e2e/harness/drop.ts';
import { waitForJob } from '../e2e/harness/job-tray.ts';
import { writeDemoCohort } from '../scripts/demo-cohort.ts';
import { openSession } from './page-session.ts';
import { openBrowserSession, rendererMiB } from './process-memory.ts';
import { printResult } from './result.ts';

const SEED = 11;
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

function numpySeconds(folder: string): number {
  const script = fileURLToPath(new URL('numpy-load.py', import.meta.url));
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
  return Number(execFileSync('python3', [script, folder], { env }).toString());
}

/** Our reading of the same files on one thread: every array and every check, no hash and no thumbnail. */
function readSeconds(paths: readonly string[]): number {
  const read = (path: string) => {
    const sample = readSample(new Uint8Array(readFileSync(path)));
    if (sample.mask.length !== sample.height * sample.width) throw new Error(`${path} was not read whole.`);
  };
  // Compiles the readers and fills the system's cache.
  paths.slice(0, 100).forEach(read);
  const started = performance.now();
  paths.forEach(read);
  return (performance.now() - started) / 1000;
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

async function ingestInPage(folder: string): Promise<PageFigures> {
  const { browser, page, address, close } = await openSession();
  await page.addInitScript(() => {
    const target = globalThis as unknown as { longestTaskMs: number };
    target.longestTaskMs = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries())
        target.longestTaskMs = Math.max(target.longestTaskMs, duration);
    }).observe({ type: 'longtask' });
  });
  await page.goto(address);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
  // From here on: the start of the page is the benchmark `page`.
  await page.evaluate(() => {
    (globalThis as unknown as { longestTaskMs: number }).longestTaskMs = 0;
  });
  const session = await openBrowserSession(browser);
  const reached = new Map<number, number>();
  let peakMiB = 0;
  const started = performance.now();
  await dropPaths(page, [folder], page.locator('body'));
  await page.getByRole('button', { name: /^cancel:/i }).waitFor();
  const last = await waitForJob(page, async ({ done }) => {
    const sizeMiB = await rendererMiB(session);
    peakMiB = Math.max(peakMiB, sizeMiB);
    for (const mark of [count / 4, count / 2]) {
      if (done !== undefined && done >= mark && !reached.has(mark)) reached.set(mark, sizeMiB);
    }
  });
  const seconds = (performance.now() - started) / 1000;
  if (!last.text.includes(`${count} read`)) throw new Error(`Not every file was read: ${last.text}`);
  const allMiB = await rendererMiB(session);
  const longestTaskMs = await page.evaluate(
    () => (globalThis as unknown as { longestTaskMs: number }).longestTaskMs,
  );
  await close();
  const at = (mark: number) => reached.get(mark) ?? Number.NaN;
  return { seconds, longestTaskMs, quarterMiB: at(count / 4), halfMiB: at(count / 2), allMiB, peakMiB };
}

const folder = cohortFolder();
const paths = readdirSync(folder)
  .filter((name) => name.endsWith('.npz'))
  .map((name) => join(folder, name));
const totalMB = paths.reduce((sum, path) => sum + statSync(path).size, 0) / 1e6;
const numpy = numpySeconds(folder);
const ours = readSeconds(paths);
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
    name: 'numpy.load, one core',
    figures: { filesPerSecond: count / numpy, MBPerSecond: totalMB / numpy },
  },
  // In all, hash and thumbnail included; the ratio per core is oneCoreReadRatio.
  ratio: numpy / page.seconds,
});
