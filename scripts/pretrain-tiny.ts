/**
 * `npm run pretrain:tiny`: pretrains SAMed-Tiny by the workbench's own training engine in a Chromium without a window, writes
 * its weights and says what they are worth on demo subjects. Stopped, it goes on from its last checkpoint when started again.
 * `--adapter default` takes the machine's GPU in place of the software adapter, `--epochs N` trains longer or shorter,
 * `--out FILE` and `--checkpoints FOLDER` write elsewhere. The numbers are the same again on one adapter only.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { CHROMIUM_ARGUMENTS, ensureChromium, SWIFTSHADER_ARGUMENTS } from './chromium.mjs';
import { ROOT } from './install.mjs';
import { FILES_PATH } from './pretrain-tiny/http-storage.ts';
import type { PretrainingScope } from './pretrain-tiny/page/main.ts';
import { PRETRAINING, type RunSummary, type Score, WEIGHTS_FILE } from './pretrain-tiny/options.ts';
import { serveRunFiles } from './pretrain-tiny/run-files.ts';

const PORT = 4523;
const ADAPTERS: Readonly<Record<string, readonly string[]>> = {
  swiftshader: SWIFTSHADER_ARGUMENTS,
  default: ['--enable-unsafe-webgpu'],
};

const { values } = parseArgs({
  options: {
    adapter: { type: 'string', default: 'swiftshader' },
    epochs: { type: 'string', default: String(PRETRAINING.epochCount) },
    out: { type: 'string', default: join(ROOT, 'public', 'models', WEIGHTS_FILE.name) },
    checkpoints: { type: 'string' },
  },
});

function scoreWords({ imageCount, rim, cup, disc, discByGroup }: Score): string {
  const groups = discByGroup.map((dice) => dice?.toFixed(3) ?? 'none').join(', ');
  return `${imageCount} images, mean Dice rim ${rim.toFixed(4)}, cup ${cup.toFixed(4)}, disc ${disc.toFixed(4)} (by group: ${groups})`;
}

function runWords({ seconds, stepCount, firstLoss, lastLoss }: RunSummary): string {
  return `${stepCount} steps in ${seconds.toFixed(0)} s, loss ${firstLoss.toFixed(4)} to ${lastLoss.toFixed(4)}`;
}

async function main(): Promise<void> {
  const adapterArguments = ADAPTERS[values.adapter];
  const epochCount = Number(values.epochs);
  if (adapterArguments === undefined || !Number.isInteger(epochCount) || epochCount < 1) {
    throw new Error(`--adapter is one of ${Object.keys(ADAPTERS).join(', ')}, --epochs a whole number.`);
  }
  const executablePath = process.env['CHROMIUM'] ?? ensureChromium();
  const checkpoints = resolve(
    values.checkpoints ?? join(ROOT, '.cache', 'pretrain-tiny', `epochs-${epochCount}`),
  );
  const root = fileURLToPath(new URL('pretrain-tiny/page', import.meta.url));
  const outDir = mkdtempSync(join(tmpdir(), 'equiseg-pretrain-tiny-'));
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
    preview: { host: 'localhost', port: PORT },
    plugins: [
      {
        name: 'run-files',
        configurePreviewServer: ({ middlewares }) => {
          const serve = serveRunFiles(checkpoints);
          middlewares.use(FILES_PATH, (request, response, next) => {
            serve(request, response).catch(next);
          });
        },
      },
    ],
  });
  const browser = await chromium.launch({
    executablePath,
    args: [...CHROMIUM_ARGUMENTS, ...adapterArguments],
  });
  try {
    const startedMs = performance.now();
    const page = await browser.newPage();
    await page.exposeFunction('say', (sentence: string) => {
      console.log(`${((performance.now() - startedMs) / 1000).toFixed(0)} s: ${sentence}`);
    });
    await page.goto(server.resolvedUrls?.local[0] ?? `http://localhost:${PORT}/`);
    const { adapter, pretraining, alone, fineTuning } = await page.evaluate(
      (options) => (globalThis as unknown as PretrainingScope).runPretraining(options),
      { ...PRETRAINING, epochCount },
    );
    mkdirSync(dirname(values.out), { recursive: true });
    copyFileSync(join(checkpoints, WEIGHTS_FILE.folder, WEIGHTS_FILE.name), values.out);
    console.log(
      [
        `Adapter ${adapter}, seed ${PRETRAINING.seed}, ${PRETRAINING.trainingCount} eyes, ${epochCount} epochs.`,
        `Pretraining: ${runWords(pretraining)}.`,
        `Held-out eyes of the pretraining cohort: ${scoreWords(pretraining.score)}.`,
        `Held-out demo subjects, pretrained alone: ${scoreWords(alone)}.`,
        `Fine-tuning on ${PRETRAINING.fineTuningCount} demo subjects: ${runWords(fineTuning)}.`,
        `Held-out demo subjects, fine-tuned: ${scoreWords(fineTuning.score)}.`,
        values.out,
      ].join('\n'),
    );
  } finally {
    await browser.close();
    if ('closeAllConnections' in server.httpServer) server.httpServer.closeAllConnections();
    await server.close();
    rmSync(outDir, { recursive: true });
  }
}

await main();
