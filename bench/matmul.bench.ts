/**
 * GFLOP/s of matrix products at the shapes of SAMed's ViT-B: our kernels against onnxruntime-web's `webgpu` provider on the same
 * device, in turn. `--rounds N` takes another number of rounds, `--shapes qkv,decoder` only some of the shapes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { CHROMIUM_ARGUMENTS, findChromium, SWIFTSHADER_ARGUMENTS } from '../scripts/chromium.mjs';
import { pageHeaders } from '../scripts/headers.ts';
import { alternate } from './alternate.ts';
import type { MatmulBench } from './matmul-page/main.ts';
import { printResult } from './result.ts';

/** Rows, inner and columns of one image at 512. The first is the shape that other libraries were measured at. */
const SHAPES: Readonly<Record<string, readonly [number, number, number]>> = {
  mlpUp: [1024, 768, 3072],
  qkv: [1024, 768, 2304],
  projection: [1024, 768, 768],
  mlpDown: [1024, 3072, 768],
  decoder: [1031, 256, 128],
};

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    shapes: { type: 'string', default: Object.keys(SHAPES).join() },
  },
});

/** What the page has put into its global scope. */
interface BenchScope {
  readonly matmulBench: MatmulBench;
}

const root = fileURLToPath(new URL('matmul-page', import.meta.url));
const outDir = mkdtempSync(join(tmpdir(), 'equiseg-bench-matmul-'));
await build({
  configFile: false,
  root,
  logLevel: 'warn',
  build: { outDir, emptyOutDir: true, target: 'es2023' },
});
const server = await preview({
  configFile: false,
  root,
  logLevel: 'warn',
  build: { outDir },
  preview: { host: 'localhost', port: 4519, headers: pageHeaders() },
});
const address = server.resolvedUrls?.local[0];
const executablePath = findChromium();
if (address === undefined || executablePath === undefined) throw new Error('No server or no Chromium.');
const browser = await chromium.launch({
  executablePath,
  args: [...CHROMIUM_ARGUMENTS, ...SWIFTSHADER_ARGUMENTS],
});
try {
  const page = await browser.newPage();
  await page.goto(address);
  const adapter = await page.evaluate(() => (globalThis as unknown as BenchScope).matmulBench.adapter());
  const figures: Record<string, number | null> = {};
  const peerFigures: Record<string, number | null> = {};
  const ratios: number[] = [];
  for (const [name, shape] of Object.entries(SHAPES)) {
    if (!values.shapes.split(',').includes(name)) continue;
    const { makeMs, largestDifference } = await page.evaluate(
      ([shapeName, sizes]) => (globalThis as unknown as BenchScope).matmulBench.open(shapeName, sizes),
      [name, shape] as const,
    );
    const run = (way: 'runOurs' | 'runTheirs') => () =>
      page.evaluate(
        ([method, shapeName]) => (globalThis as unknown as BenchScope).matmulBench[method](shapeName),
        [way, name] as const,
      );
    const ways = [run('runOurs'), run('runTheirs')];
    const [ourMs = Number.NaN, theirMs = Number.NaN] = await alternate(Number(values.rounds), ways);
    const gflop = (2 * shape[0] * shape[1] * shape[2]) / 1e9;
    figures[`${name}GflopPerSecond`] = (1000 * gflop) / ourMs;
    figures[`${name}FirstMs`] = makeMs;
    figures[`${name}LargestDifference`] = largestDifference;
    peerFigures[`${name}GflopPerSecond`] = (1000 * gflop) / theirMs;
    ratios.push(theirMs / ourMs);
    console.log(
      `${name}: ${figures[`${name}GflopPerSecond`]} against ${peerFigures[`${name}GflopPerSecond`]}`,
    );
  }
  printResult({
    name: 'matmul',
    adapter,
    figures,
    peer: { name: 'onnxruntime-web webgpu', figures: peerFigures },
    // The least of the shapes': never slower is what is asked.
    ratio: Math.min(...ratios),
  });
} finally {
  await browser.close();
  await server.close();
  rmSync(outDir, { recursive: true });
}
