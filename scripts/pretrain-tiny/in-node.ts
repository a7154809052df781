/** SAMed-Tiny's pretraining in Node, on a package `webgpu` that someone installed. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildForNode } from '../build-for-node.ts';
import { provideWebGpu } from '../webgpu-in-node.mjs';
import { FILES_PATH } from './http-storage.ts';
import type { PretrainingOptions, PretrainingSummary } from './options.ts';
import type { PretrainingScope } from './page/main.ts';
import { serveRunFiles } from './run-files.ts';

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
  Object.assign(globalThis, { say });
  await provideWebGpu(packageFolder);
  const built = await buildForNode(fileURLToPath(new URL('page/main.ts', import.meta.url)));
  await import(pathToFileURL(built).href);

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
  }
}
