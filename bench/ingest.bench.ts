/**
 * Ingest of 2,000 compressed 664x512 samples dropped on the page, against numpy.load of the same files on one core.
 * The page also hashes, checks and thumbnails every file; NumPy only loads the arrays. `--count N` takes another number, `--site DIR` another build of the page.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DEMO_IMAGE_SIZE } from '../core/cohort/demo-cohort.ts';
import { dropPaths } from '../e2e/harness/drop.ts';
import { waitForJob } from '../e2e/harness/job-tray.ts';
import { writeDemoCohort } from '../scripts/demo-cohort.ts';
import { observeLongTasks, takeLongestTask } from './long-tasks.ts';
import { openSession } from './page-session.ts';
import { openBrowserSession, rendererMiB } from './process-memory.ts';
import { browserCpuSeconds } from './process-time.ts';
import { openReader } from './reader/open-reader.ts';
import { printResult } from './result.ts';

const SEED = 11;
const READER_ROUNDS = 3;
/** Brings the compiler's best code. */
const WARM_UP_COUNT = 200;
const { values } = parseArgs({
  options: { count: { type: 'string', default: '2000' }, site: { type: 'string', default: 'dist' } },
});
const count = Number(values.count);

function sampleNames(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.npz'));
}

/** The folder of samples, made once per machine. */
function cohortFolder(): string {
  const folder = join(tmpdir(), `equiseg-bench-${count}-${SEED}`);
  // The generator writes the lists last.
  if (existsSync(join(folder, 'test.txt'))) return folder;
  console.log(`Writing ${count} samples to ${folder} ...`);
  writeDemoCohort({ spec: { count, seed: SEED, size: DEMO_IMAGE_SIZE }, outDir: folder }, () => {});
  return folder;
}

interface ReaderSeconds {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** NumPy's reading of the folder in a process of its own. */
function readWithNumpy(folder: string): ReaderSeconds & { readonly version: string } {
  const script = fileURLToPath(new URL('numpy-load.py', import.meta.url));
  const [seconds, cpuSeconds, version] = execFileSync('python3', [script, folder])
    .toString()
    .trim()
    .split(' ');
  return { seconds: Number(seconds), cpuSeconds: Number(cpuSeconds), version: version ?? '' };
}

/** Both readers on one core: the least of alternating rounds, the one that other work disturbed least. */
async function compareReaders(
  folder: string,
): Promise<{ numpy: ReaderSeconds; numpyVersion: string; ours: ReaderSeconds }> {
  const paths = sampleNames(folder).map((name) => join(folder, name));
  const reader = await openReader(paths, WARM_UP_COUNT);
  const numpy: ReaderSeconds[] = [];
  const ours: ReaderSeconds[] = [];
  let numpyVersion = '';
  for (let round = 0; round < READER_ROUNDS; round++) {
    const { version, ...figures } = readWithNumpy(folder);
    numpyVersion = version;
    numpy.push(figures);
    ours.push(await reader.read());
  }
  await reader.close();
  const least = (rounds: readonly ReaderSeconds[]) => ({
    seconds: Math.min(...rounds.map(({ seconds }) => seconds)),
    cpuSeconds: Math.min(...rounds.map(({ cpuSeconds }) => cpuSeconds)),
  });
  return { numpy: least(numpy), numpyVersion, ours: least(ours) };
}

interface PageFigures extends ReaderSeconds {
  /** NumPy's seconds, the mean of right before and right after the page's: both had the same company on the machine. */
  readonly numpySeconds: number;
  readonly longestTaskMs: number;
  /** Resident MiB when a quarter, a half and all of the files had been read, and the most ever seen. */
  readonly quarterMiB: number;
  readonly halfMiB: number;
  readonly allMiB: number;
  readonly peakMiB: number;
}

async function ingestInPage(folder: string): Promise<PageFigures> {
  const numpyBefore = readWithNumpy(folder).seconds;
  const { browser, page, address, close } = await openSession(values.site);
  await page.goto(address);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
  await observeLongTasks(page);
  const session = await openBrowserSession(browser);
  const reached = new Map<number, number>();
  let peakMiB = 0;
  const startedCpu = await browserCpuSeconds(session);
  const started = performance.now();
  await dropPaths(page, [folder], page.locator('body'));
  await page.locator('button[aria-label^="Cancel:"]').waitFor();
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
  const cpuSeconds = (await browserCpuSeconds(session)) - startedCpu;
  if (!last.text.replaceAll(',', '').includes(`${count} read`))
    throw new Error(`Not every file was read: ${last.text}`);
  const allMiB = await rendererMiB(session);
  const longestTaskMs = await takeLongestTask(page);
  await close();
  const numpySeconds = (numpyBefore + readWithNumpy(folder).seconds) / 2;
  const at = (mark: number) => reached.get(mark) ?? Number.NaN;
  return {
    seconds,
    cpuSeconds,
    numpySeconds,
    longestTaskMs,
    quarterMiB: at(count / 4),
    halfMiB: at(count / 2),
    allMiB,
    peakMiB,
  };
}

const folder = cohortFolder();
const totalMB = sampleNames(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) / 1e6;
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
    pageCpuMsPerFile: (1000 * page.cpuSeconds) / count,
    longestMainThreadTaskMs: page.longestTaskMs,
    quarterReadMiB: page.quarterMiB,
    halfReadMiB: page.halfMiB,
    allReadMiB: page.allMiB,
    peakMiB: page.peakMiB,
    oneWorkerFilesPerSecond: count / ours.seconds,
    oneWorkerRatio: numpy.seconds / ours.seconds,
    oneWorkerCpuMsPerFile: (1000 * ours.cpuSeconds) / count,
    oneWorkerCpuRatio: numpy.cpuSeconds / ours.cpuSeconds,
  },
  peer: {
    name: `numpy.load of NumPy ${numpyVersion}, one core`,
    figures: {
      filesPerSecond: count / numpy.seconds,
      MBPerSecond: totalMB / numpy.seconds,
      cpuMsPerFile: (1000 * numpy.cpuSeconds) / count,
      filesPerSecondBesidePage: count / page.numpySeconds,
    },
  },
  // In all, hash and thumbnail included, against the runs right before and after it; per core it is oneWorkerRatio.
  ratio: page.numpySeconds / page.seconds,
});
