/**
 * Where a benchmark of the GPU runs: a Chromium on the software adapter, or with `--adapter default` on the machine's GPU; or
 * with `--webgpu FOLDER` this Node, on the package `webgpu` that is installed there, whose driver is the machine's choice.
 */
import { fork } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildForNode } from '../scripts/build-for-node.ts';
import { adapterArguments, findChromium } from '../scripts/chromium.mjs';
import { pageHeaders } from '../scripts/headers.ts';
import { openServedPage } from '../scripts/served-page.ts';

const PORT = 4519;

/** Of the command line, for `parseArgs`. */
export const ADAPTER_OPTION = { adapter: { type: 'string', default: 'swiftshader' } } as const;
export const WEBGPU_OPTION = { webgpu: { type: 'string' } } as const;

type Api = Readonly<Record<string, (...args: never[]) => unknown>>;

/** The functions of a benchmark's page, called from here: arguments and results are copied. */
export type Called<T extends Api> = {
  readonly [name in keyof T]: (...args: Parameters<T[name]>) => Promise<Awaited<ReturnType<T[name]>>>;
};

/** What a benchmark's page puts into its global scope. */
interface BenchScope {
  readonly bench: Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
}

export interface GpuBench<T extends Api> {
  readonly bench: Called<T>;
  readonly close: () => Promise<void>;
}

type Call = (name: string, args: readonly unknown[]) => Promise<unknown>;

const calling = <T extends Api>(call: Call) =>
  new Proxy({} as Called<T>, {
    get:
      (_, name) =>
      (...args: readonly unknown[]) =>
        call(String(name), args),
  });

async function openInNode<T extends Api>(folder: string, packageFolder: string): Promise<GpuBench<T>> {
  const built = await buildForNode(fileURLToPath(new URL(`${folder}/main.ts`, import.meta.url)));
  const host = fileURLToPath(new URL('bench-in-node.mjs', import.meta.url));
  const child = fork(host, [packageFolder, built], { execArgv: [], serialization: 'advanced' });
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', (code) => reject(new Error(`The benchmark's process ended with code ${code}.`)));
  });
  ended.catch(() => undefined);
  const call: Call = (name, args) => {
    const answer = new Promise<unknown>((done) => {
      child.once('message', (message) => done((message as { readonly value: unknown }).value));
    });
    child.send({ name, args });
    return Promise.race([answer, ended]);
  };
  return {
    bench: calling<T>(call),
    async close() {
      child.kill();
    },
  };
}

/** Builds and serves `bench/<folder>`, isolated as the real page is, and opens it in a Chromium; or runs it in Node. */
export async function openGpuBench<T extends Api>(
  folder: string,
  { adapter, webgpu }: { readonly adapter: string; readonly webgpu?: string | undefined },
): Promise<GpuBench<T>> {
  if (webgpu !== undefined) return openInNode(folder, resolve(webgpu));
  const { page, address, close } = await openServedPage({
    root: fileURLToPath(new URL(folder, import.meta.url)),
    port: PORT,
    executablePath: findChromium(),
    adapterArguments: adapterArguments(adapter),
    headers: pageHeaders(),
  });
  await page.goto(address);
  const call: Call = (name, args) =>
    page.evaluate(([method, values]) => (globalThis as unknown as BenchScope).bench[method]?.(...values), [
      name,
      args,
    ] as const);
  return { bench: calling<T>(call), close };
}
