/** A Chromium with WebGPU on the software adapter and a page of a benchmark, built from a folder of `bench`. */
import { fileURLToPath } from 'node:url';
import { findChromium, SWIFTSHADER_ARGUMENTS } from '../scripts/chromium.mjs';
import { pageHeaders } from '../scripts/headers.ts';
import { openServedPage, type ServedPage } from '../scripts/served-page.ts';

const PORT = 4519;

/** Builds and serves `bench/<folder>`, isolated as the real page is, and opens it. */
export async function openGpuPage(folder: string): Promise<Pick<ServedPage, 'page' | 'close'>> {
  const served = await openServedPage({
    root: fileURLToPath(new URL(folder, import.meta.url)),
    port: PORT,
    executablePath: findChromium(),
    adapterArguments: SWIFTSHADER_ARGUMENTS,
    headers: pageHeaders(),
  });
  await served.page.goto(served.address);
  return served;
}
