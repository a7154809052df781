/** SAMed-Tiny's pretraining in a Chromium without a window: a page with the engine, whose files this process keeps. */
import { fileURLToPath } from 'node:url';
import { adapterArguments, ensureChromium } from '../chromium.mjs';
import { openServedPage } from '../served-page.ts';
import { FILES_PATH } from './http-storage.ts';
import type { PretrainingOptions, PretrainingSummary } from './options.ts';
import type { PretrainingScope } from './page/main.ts';
import { serveRunFiles } from './run-files.ts';

const PORT = 4523;

/** Runs it to its end; `checkpoints` is the folder of its files. Errors: no Chromium, no adapter, those of training. */
export async function pretrainInChromium(
  options: PretrainingOptions,
  checkpoints: string,
  adapter: string,
  say: (sentence: string) => void,
): Promise<PretrainingSummary> {
  const { page, address, close } = await openServedPage({
    root: fileURLToPath(new URL('page', import.meta.url)),
    port: PORT,
    executablePath: process.env['CHROMIUM'] ?? ensureChromium(),
    adapterArguments: adapterArguments(adapter),
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
  try {
    await page.exposeFunction('say', say);
    await page.goto(address);
    return await page.evaluate(
      (settings) =>
        (globalThis as unknown as PretrainingScope).runPretraining(settings, globalThis.location.href),
      options,
    );
  } finally {
    await close();
  }
}
