/** Our reader in one worker of a real Chromium, with nothing else on the page: our side of `ingest` per core. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { openBrowserSession } from '../process-memory.ts';
import { openSession } from '../page-session.ts';
import { workerCpuSeconds } from '../process-time.ts';

export interface Reader {
  /** Reads all files once. `cpuSeconds` is the worker's own processor time. */
  read(): Promise<{ readonly seconds: number; readonly cpuSeconds: number }>;
  readonly close: () => Promise<void>;
}

/** Builds the reader as the page is built, starts Chromium and reads the first of the files, so that the compiler is done. */
export async function openReader(paths: readonly string[], warmUpCount: number): Promise<Reader> {
  const outDir = mkdtempSync(join(tmpdir(), 'equiseg-bench-reader-'));
  const root = fileURLToPath(new URL('.', import.meta.url));
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    base: './',
    worker: { format: 'es' },
    build: { outDir, emptyOutDir: false, target: 'es2023' },
  });
  const { browser, page, address, close } = await openSession(outDir);
  const session = await openBrowserSession(browser);
  await page.goto(address);

  async function read() {
    const before = await workerCpuSeconds(session);
    const seconds = await page.evaluate(() =>
      (globalThis as unknown as { readFiles: () => Promise<number> }).readFiles(),
    );
    return { seconds, cpuSeconds: (await workerCpuSeconds(session)) - before };
  }

  const input = page.locator('input');
  await input.setInputFiles(paths.slice(0, warmUpCount));
  await read();
  await input.setInputFiles([...paths]);
  return { read, close };
}
