/**
 * The gallery scrolled through 10,000 samples: frames a second, processor time a frame, longest task, memory. The wheel turns as fast as frames
 * come; small images, because the gallery shows thumbnails, which are of one size. `--count N` takes another number, `--site DIR` another build of the page. No peer.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createDemoCohort, demoSampleFile } from '../core/cohort/demo-cohort.ts';
import { dropPaths } from '../e2e/harness/drop.ts';
import { waitForJob } from '../e2e/harness/job-tray.ts';
import { writeManyFiles } from '../e2e/harness/many-files.ts';
import { observeLongTasks, takeLongestTask } from './long-tasks.ts';
import { openSession } from './page-session.ts';
import { openBrowserSession, rendererMiB } from './process-memory.ts';
import { browserCpuSeconds } from './process-time.ts';
import { printResult } from './result.ts';

const DISTINCT = 100;
const SPEC = { count: DISTINCT, seed: 11, size: { height: 128, width: 128 } };
const TURNS = 200;
/** More than a screen at every third turn: most cells are new ones. */
const TURN_PX = 300;
const { values } = parseArgs({
  options: { count: { type: 'string', default: '10000' }, site: { type: 'string', default: 'dist' } },
});
const copies = Math.ceil(Number(values.count) / DISTINCT);

function writeSamples(): { path: string; count: number } {
  const path = mkdtempSync(join(tmpdir(), 'equiseg-gallery-'));
  mkdirSync(join(path, 'images'));
  const cohort = createDemoCohort(SPEC);
  for (let index = 0; index < DISTINCT; index++) {
    writeFileSync(join(path, 'images', cohort.describe(index).name), demoSampleFile(SPEC, index));
  }
  const many = writeManyFiles({ path }, copies);
  rmSync(path, { recursive: true });
  return many;
}

const samples = writeSamples();
const { browser, page, address, close } = await openSession(values.site);
await page.goto(address);
await page.getByRole('heading', { level: 1 }).waitFor();
await dropPaths(page, [samples.path], page.locator('body'));
await page.locator('button[aria-label^="Cancel:"]').waitFor();
await waitForJob(page, () => {}, 1000);
await page.getByRole('tab', { name: 'Images' }).click();
const grid = page.getByRole('grid');
await page.locator('canvas[data-drawn=true]').first().waitFor();
const session = await openBrowserSession(browser);
await observeLongTasks(page);
const beforeMiB = await rendererMiB(session);
const metrics = await page.context().newCDPSession(page);
await metrics.send('Performance.enable');
/** Processor time of the page's own thread so far. */
async function threadSeconds(): Promise<number> {
  const all = (await metrics.send('Performance.getMetrics')).metrics;
  return all.find(({ name }) => name === 'ThreadTime')?.value ?? Number.NaN;
}
const before = { cpu: await browserCpuSeconds(session), thread: await threadSeconds() };
const scroll = await grid.evaluate(
  async (scroller, { turns, turnPx }) => {
    let longestMs = 0;
    let drawn = 0;
    const started = performance.now();
    let last = started;
    for (let turn = 0; turn < turns; turn++) {
      scroller.scrollTop += turnPx;
      const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
      longestMs = Math.max(longestMs, now - last);
      last = now;
      drawn += scroller.querySelectorAll('canvas[data-drawn=true]').length;
    }
    return {
      seconds: (last - started) / 1000,
      longestMs,
      drawnPerFrame: drawn / turns,
      nodeCount: scroller.querySelectorAll('*').length,
      top: scroller.scrollTop,
    };
  },
  { turns: TURNS, turnPx: TURN_PX },
);
if (scroll.top < (TURNS * TURN_PX) / 2) throw new Error('The gallery did not scroll.');
const cpuMs = 1000 * ((await browserCpuSeconds(session)) - before.cpu);
const afterMiB = await rendererMiB(session);
const longestTaskMs = await takeLongestTask(page);
const threadMs = 1000 * ((await threadSeconds()) - before.thread);
await close();
rmSync(samples.path, { recursive: true });

printResult({
  name: 'gallery',
  adapter: 'cpu',
  figures: {
    sampleCount: samples.count,
    frameCount: TURNS,
    framesPerSecond: TURNS / scroll.seconds,
    longestFrameMs: scroll.longestMs,
    longestMainThreadTaskMs: longestTaskMs,
    cellsDrawnPerFrame: scroll.drawnPerFrame,
    gridNodeCount: scroll.nodeCount,
    beforeMiB,
    afterMiB,
    pageThreadCpuMsPerFrame: threadMs / TURNS,
    browserCpuMsPerFrame: cpuMs / TURNS,
  },
  peer: null,
  ratio: null,
});
