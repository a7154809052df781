/**
 * The process of a benchmark of the GPU in Node: `node bench-in-node.mjs PACKAGE MODULE`. It is one of its own because tsx, which
 * runs the benchmark, would instrument the module. Each message asks for one call of a function of the module.
 */
import { pathToFileURL } from 'node:url';
import { provideWebGpu } from '../scripts/webgpu-in-node.mjs';

const [packageFolder = '', module = ''] = process.argv.slice(2);
await provideWebGpu(packageFolder);
await import(pathToFileURL(module).href);

/** @type {{bench: Record<string, (...args: unknown[]) => unknown>}} */
const { bench } = /** @type {any} */ (globalThis);

/** @param {{name: string, args: unknown[]}} call */
async function answer({ name, args }) {
  process.send?.({ value: await bench[name]?.(...args) });
}

process.on('message', (/** @type {any} */ call) => void answer(call));
