/** A page with the engine, built from a folder and served to a Chromium without a window: what benchmarks and pretraining run in. */
import { mkdtempSync, rmSync } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { build, type PluginOption, preview } from 'vite';
import { CHROMIUM_ARGUMENTS } from './chromium.mjs';

export interface ServedPageOptions {
  /** Folder with the page's `index.html`. */
  readonly root: string;
  readonly port: number;
  readonly executablePath: string | undefined;
  /** Of Chromium, for its adapter. */
  readonly adapterArguments: readonly string[];
  readonly headers?: OutgoingHttpHeaders;
  /** What the server does beside serving the page. */
  readonly plugins?: readonly PluginOption[];
}

export interface ServedPage {
  /** Not yet at `address`: what a page is to find there is given to it before. */
  readonly page: Page;
  readonly address: string;
  readonly close: () => Promise<void>;
}

/** Builds the page into a temporary folder, serves it and starts a Chromium for it. Errors: no Chromium, a port that is taken. */
export async function openServedPage(options: ServedPageOptions): Promise<ServedPage> {
  const { root, port, executablePath, adapterArguments, headers = {}, plugins = [] } = options;
  if (executablePath === undefined) throw new Error('There is no Chromium; set CHROMIUM.');
  const outDir = mkdtempSync(join(tmpdir(), `equiseg-${basename(root)}-`));
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
    preview: { host: 'localhost', port, strictPort: true, headers },
    plugins: [...plugins],
  });
  const browser = await chromium.launch({
    executablePath,
    args: [...CHROMIUM_ARGUMENTS, ...adapterArguments],
  });
  const page = await browser.newPage();
  return {
    page,
    address: `http://localhost:${port}/`,
    async close() {
      await browser.close();
      if ('closeAllConnections' in server.httpServer) server.httpServer.closeAllConnections();
      await server.close();
      rmSync(outDir, { recursive: true });
    },
  };
}
