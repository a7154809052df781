/** SAMed-Tiny's pretraining in a Chromium without a window: a page with the engine, whose files this process keeps. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { CHROMIUM_ARGUMENTS, ensureChromium, SWIFTSHADER_ARGUMENTS } from '../chromium.mjs';
import { FILES_PATH } from './http-storage.ts';
import type { PretrainingOptions, PretrainingSummary } from './options.ts';
import type { PretrainingScope } from './page/main.ts';
import { serveRunFiles } from './run-files.ts';

const PORT = 4523;

/** What Chromium is started with for an adapter, by the adapter's name on the command line. */
export const ADAPTERS: Readonly<Record<string, readonly string[]>> = {
  swiftshader: SWIFTSHADER_ARGUMENTS,
  default: ['--enable-unsafe-webgpu'],
};

/** Runs it to its end; `checkpoints` is the folder of its files. Errors: no Chromium, no adapter, those of training. */
export async function pretrainInChromium(
  options: PretrainingOptions,
  checkpoints: string,
  adapterArguments: readonly string[],
  say: (sentence: string) => void,
): Promise<PretrainingSummary> {
  const executablePath = process.env['CHROMIUM'] ?? ensureChromium();
  const root = fileURLToPath(new URL('page', import.meta.url));
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
    const page = await browser.newPage();
    await page.exposeFunction('say', say);
    await page.goto(server.resolvedUrls?.local[0] ?? `http://localhost:${PORT}/`);
    return await page.evaluate(
      (settings) =>
        (globalThis as unknown as PretrainingScope).runPretraining(settings, globalThis.location.href),
      options,
    );
  } finally {
    await browser.close();
    if ('closeAllConnections' in server.httpServer) server.httpServer.closeAllConnections();
    await server.close();
    rmSync(outDir, { recursive: true });
  }
}
