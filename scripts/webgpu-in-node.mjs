/** WebGPU in Node, by a package `webgpu` (Dawn) that someone installed: the driver is the machine's choice. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * Gives this process the `navigator.gpu` of the package in `packageFolder`, an absolute path. Dawn keeps a process alive: who is
 * done must end it. Errors: no such package.
 * @param {string} packageFolder
 */
export async function provideWebGpu(packageFolder) {
  const dawn = createRequire(import.meta.url).resolve(packageFolder);
  const { create, globals } = await import(pathToFileURL(dawn).href);
  Object.assign(globalThis, globals);
  const navigator = { gpu: create([]), userAgent: `Node.js/${process.versions.node}` };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
}
