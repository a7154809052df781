/** SAMed-Tiny's pretraining in Node, on a package `webgpu` (Dawn) that someone installed: the driver is the machine's choice. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';
import { FILES_PATH } from './http-storage.ts';
import type { PretrainingOptions, PretrainingSummary } from './options.ts';
import type { PretrainingScope } from './page/main.ts';
import { serveRunFiles } from './run-files.ts';

/** Of the package `webgpu`. */
interface Dawn {
  readonly create: (flags: readonly string[]) => GPU;
  readonly globals: Readonly<Record<string, unknown>>;
}

/**
 * Runs it to its end; `checkpoints` is the folder of its files, `packageFolder` that of the package `webgpu`.
 * Errors: no such package, no adapter, those of training.
 */
export async function pretrainInNode(
  options: PretrainingOptions,
  checkpoints: string,
  packageFolder: string,
  say: (sentence: string) => void,
): Promise<PretrainingSummary> {
  const entry = createRequire(import.meta.url).resolve(packageFolder);
  const { create, globals } = (await import(pathToFileURL(entry).href)) as Dawn;
  Object.assign(globalThis, globals, { say });
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]) }, configurable: true });

  const outDir = mkdtempSync(join(tmpdir(), 'equiseg-pretrain-tiny-'));
  await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: fileURLToPath(new URL('page/main.ts', import.meta.url)),
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      rolldownOptions: { output: { entryFileNames: 'main.mjs' } },
    },
  });
  await import(pathToFileURL(join(outDir, 'main.mjs')).href);

  const serve = serveRunFiles(checkpoints);
  const server = createServer((request, response) => {
    request.url = request.url?.slice(FILES_PATH.length) ?? '';
    serve(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const { runPretraining } = globalThis as unknown as PretrainingScope;
    return await runPretraining(options, `http://localhost:${port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(outDir, { recursive: true });
  }
}
