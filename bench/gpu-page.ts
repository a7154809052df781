/** A Chromium with WebGPU on the software adapter and a page of a benchmark, built from a folder of `bench`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from '@playwright/test';
import { build, preview } from 'vite';
import { CHROMIUM_ARGUMENTS, findChromium, SWIFTSHADER_ARGUMENTS } from '../scripts/chromium.mjs';
import { pageHeaders } from '../scripts/headers.ts';

export interface GpuPage {
  readonly page: Page;
  readonly close: () => Promise<void>;
}

/** Builds `bench/<folder>` into a temporary folder, serves it isolated as the real page is, and opens it. */
export async function openGpuPage(folder: string): Promise<GpuPage> {
  const root = fileURLToPath(new URL(folder, import.meta.url));
  const outDir = mkdtempSync(join(tmpdir(), `equiseg-bench-${folder}-`));
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
  const page = await browser.newPage();
  await page.goto(address);
  return {
    page,
    async close() {
      await browser.close();
      await server.close();
      rmSync(outDir, { recursive: true });
    },
  };
}
