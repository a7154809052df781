/**
 * Images a second of SAMed ViT-B at 512 and of InceptionV3 at 299 in Chromium: our path against onnxruntime-web alone on the
 * same files and against PyTorch with as many threads, in turn. Also conversion, and session starts.
 * `--models inception` takes only one of the models. `--adapter default` runs them on WebGPU, without PyTorch (`swiftshader`: on the
 * software adapter). `--processor-time` measures our path and the bare loop alone, on one thread of WebAssembly, by the processor
 * time of the page's workers: it tells them apart on a machine that is busy, where a clock does not.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium, type Page } from '@playwright/test';
import type { Remote } from 'comlink';
import { build, preview } from 'vite';
import { buildForNode } from '../scripts/build-for-node.ts';
import { adapterArguments, CHROMIUM_ARGUMENTS, findChromium } from '../scripts/chromium.mjs';
import { pageHeaders } from '../scripts/headers.ts';
import { alternate } from './alternate.ts';
import type { InferenceBench } from './inference-page/contract.ts';
import { workerCpuSeconds } from './process-time.ts';
import { type Figures, printResult } from './result.ts';

interface BenchModel {
  readonly name: 'samed' | 'inception';
  readonly files: readonly string[];
  readonly side: number | null;
  /**
   * Images of a run: a job opens its files and makes them durable once, and a person's has hundreds of images. By the clock that
   * took 0.1 to 0.8 s on a busy machine, what our path adds to an image 11 ms of processor time at 512 and 2 ms at 299.
   */
  readonly count: number;
  readonly rounds: number;
}

const MODELS: readonly BenchModel[] = [
  { name: 'samed', files: ['sam_vit_b.pth', 'samed_lora.pth'], side: 512, count: 6, rounds: 3 },
  { name: 'inception', files: ['inception_fid.pth'], side: null, count: 48, rounds: 4 },
];

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'samed,inception' },
    adapter: { type: 'string' },
    'processor-time': { type: 'boolean', default: false },
  },
});
const byProcessor = values['processor-time'];
if (byProcessor && values.adapter !== undefined) {
  throw new Error('--processor-time measures WebAssembly; leave --adapter out.');
}
const chromiumArguments = values.adapter === undefined ? [] : adapterArguments(values.adapter);

const besideThis = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** The folder of checkpoints, made once per machine. */
async function checkpointFolder(): Promise<string> {
  const folder = join(tmpdir(), 'equiseg-bench-checkpoints');
  // The generator writes InceptionV3 last.
  if (existsSync(join(folder, 'inception_fid.pth'))) return folder;
  mkdirSync(folder, { recursive: true });
  console.log(`Writing checkpoints of 490 MB to ${folder} ...`);
  execFileSync(process.execPath, [await buildForNode(besideThis('synth-checkpoints.ts')), folder], {
    stdio: 'inherit',
  });
  return folder;
}

/** Time and memory of converting a ViT-B in a process of its own. */
async function measureConversion(checkpoints: string): Promise<{ seconds: number; addedMiB: number }> {
  const out = mkdtempSync(join(tmpdir(), 'equiseg-bench-conversion-'));
  const [sam, lora] = MODELS[0]?.files ?? [];
  const script = await buildForNode(besideThis('convert-checkpoint.ts'));
  const paths = [join(checkpoints, sam ?? ''), join(checkpoints, lora ?? '')];
  try {
    const line = execFileSync(process.execPath, [script, out, ...paths, '--size', '512']).toString();
    return JSON.parse(line) as { seconds: number; addedMiB: number };
  } finally {
    rmSync(out, { recursive: true });
  }
}

interface BenchPage {
  readonly page: Page;
  /** Milliseconds of processor time that the page's workers have used. */
  readonly processorMs: () => Promise<number>;
  readonly close: () => Promise<void>;
}

/**
 * A page with the benchmark's worker, isolated as the real page is, so that WebAssembly has its threads. By processor time it
 * is not: threads that wait for each other use processor time too.
 */
async function openBenchPage(checkpoints: string): Promise<BenchPage> {
  const root = fileURLToPath(new URL('inference-page', import.meta.url));
  const outDir = mkdtempSync(join(tmpdir(), 'equiseg-bench-page-'));
  await build({
    configFile: false,
    root,
    base: './',
    logLevel: 'warn',
    worker: { format: 'es' },
    build: { outDir, target: 'es2023', emptyOutDir: false },
  });
  for (const name of MODELS.flatMap(({ files }) => files)) {
    linkSync(join(checkpoints, name), join(outDir, name));
  }
  const server = await preview({
    configFile: false,
    root,
    logLevel: 'warn',
    build: { outDir },
    preview: { host: 'localhost', port: 4518, headers: byProcessor ? {} : pageHeaders() },
  });
  const address = server.resolvedUrls?.local[0];
  const executablePath = findChromium();
  if (address === undefined || executablePath === undefined) throw new Error('No server or no Chromium.');
  const browser = await chromium.launch({
    executablePath,
    args: [...CHROMIUM_ARGUMENTS, ...chromiumArguments],
  });
  const page = await browser.newPage();
  await page.goto(address);
  const session = await browser.newBrowserCDPSession();
  return {
    page,
    processorMs: async () => 1000 * (await workerCpuSeconds(session)),
    async close() {
      await browser.close();
      await server.close();
      rmSync(outDir, { recursive: true });
    },
  };
}

/** What the page has put into its global scope. */
interface BenchScope {
  readonly inferenceBench: Remote<InferenceBench>;
}

interface Torch {
  readonly version: string;
  readonly run: (count: number) => Promise<void>;
  readonly close: () => void;
}

/** A process of PyTorch that runs a model when told to; undefined where no Python has it. */
async function openTorch(model: string, batchSize: number, threads: number): Promise<Torch | undefined> {
  const python = ['python3', '/usr/bin/python3'].find(
    (command) => spawnSync(command, ['-c', 'import torch, torchvision']).status === 0,
  );
  if (python === undefined) return undefined;
  const script = fileURLToPath(new URL('torch-inference.py', import.meta.url));
  const child = spawn(python, [script, model, String(batchSize), String(threads)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`PyTorch ended before it had run ${model}.`);
    return value;
  };
  return {
    version: await nextLine(),
    async run(count) {
      child.stdin.write(`${count}\n`);
      await nextLine();
    },
    close: () => child.kill(),
  };
}

interface Measured {
  readonly figures: Figures;
  readonly torchFigures: Figures;
  readonly torchVersion: string | undefined;
  /** Our images a second over PyTorch's; null without it. */
  readonly ratio: number | null;
}

async function measure(
  { name, files, side, count, rounds }: BenchModel,
  { page, processorMs }: BenchPage,
): Promise<Measured> {
  const opened = await page.evaluate(
    ([model, paths, wanted]) =>
      (globalThis as unknown as BenchScope).inferenceBench.open(model, paths, wanted),
    [name, files, side] as const,
  );
  const { batchSize, threadCount } = opened;
  // Whole batches, so that every way runs as many images.
  const imageCount = Math.ceil(count / batchSize) * batchSize;
  const run = (way: 'runOurs' | 'runBare') =>
    page.evaluate(
      ([model, method, images]) =>
        (globalThis as unknown as BenchScope).inferenceBench[method](model, images),
      [name, way, imageCount] as const,
    );
  const isComparable = !byProcessor && values.adapter === undefined;
  const torch = !isComparable ? undefined : await openTorch(name, batchSize, threadCount);
  try {
    const ways = [
      () => run('runOurs'),
      () => run('runBare'),
      ...(torch === undefined ? [] : [() => torch.run(imageCount)]),
    ];
    const measured = await alternate(rounds, ways, byProcessor ? processorMs : undefined);
    const [oursMs, bareMs, torchMs] = measured as [number, number, number?];
    const perSecond = (ms: number) => (1000 * imageCount) / ms;
    return {
      figures: {
        [`${name}BatchSize`]: batchSize,
        [`${name}ImagesPerSecond`]: perSecond(oursMs),
        [`${name}BareImagesPerSecond`]: perSecond(bareMs),
        [`${name}PipelineEfficiency`]: bareMs / oursMs,
        // The first start makes the model and loads it; every later one loads it from the cache.
        [`${name}ColdStartSeconds`]: opened.makeSeconds + opened.loadSeconds,
        [`${name}CachedStartSeconds`]: opened.loadSeconds,
        threadCount,
      },
      torchFigures: { [`${name}ImagesPerSecond`]: torchMs === undefined ? null : perSecond(torchMs) },
      torchVersion: torch?.version,
      ratio: torchMs === undefined ? null : torchMs / oursMs,
    };
  } finally {
    torch?.close();
  }
}

const checkpoints = await checkpointFolder();
const conversion = await measureConversion(checkpoints);
const benchPage = await openBenchPage(checkpoints);
const adapter = await benchPage.page.evaluate(
  (provider) => (globalThis as unknown as BenchScope).inferenceBench.start(provider),
  values.adapter === undefined ? ('wasm' as const) : ('webgpu' as const),
);
const measured: Measured[] = [];
for (const model of MODELS.filter(({ name }) => values.models.split(',').includes(name))) {
  measured.push(await measure(model, benchPage));
}
await benchPage.close();
const torchVersion = measured[0]?.torchVersion;

printResult({
  name: byProcessor ? 'inference-processor' : 'inference',
  adapter,
  figures: {
    ...Object.assign({}, ...measured.map(({ figures }) => figures)),
    vitBConversionSeconds: conversion.seconds,
    vitBConversionAddedMiB: conversion.addedMiB,
  },
  peer:
    torchVersion === undefined
      ? null
      : {
          name: `PyTorch ${torchVersion} with as many threads; of SAMed the encoder alone`,
          figures: Object.assign({}, ...measured.map(({ torchFigures }) => torchFigures)) as Figures,
        },
  // The first model's: SAMed, unless another was asked for.
  ratio: measured[0]?.ratio ?? null,
});
