/**
 * Vite plugin of the built page: puts the content security policy into index.html and builds the service worker
 * with the list of all built files. It runs after everything is written, so no file can be forgotten.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { build, type Plugin } from 'vite';
import { downloadPolicies } from './checkpoint-list.ts';
import { metaPolicy, pageHeaders } from './headers.ts';

const SERVICE_WORKER = 'service-worker.js';

interface BuiltFiles {
  /** Digest of all paths and contents. */
  readonly version: string;
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[];
}

/** Every file below a folder but the service worker, sorted by path, and a digest of them all. */
export function listBuiltFiles(folder: string): BuiltFiles {
  const digest = createHash('sha256');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => path !== SERVICE_WORKER)
    .toSorted()
    .map((path) => {
      const bytes = readFileSync(join(folder, path));
      digest.update(`${path}\n${bytes.length}\n`).update(bytes);
      return { path, sizeBytes: bytes.length };
    });
  return { version: digest.digest('hex').slice(0, 16), files };
}

/** The plugin. Does nothing in the dev server. */
export function serviceWorkerPlugin(): Plugin {
  let outDir = '';
  let root = '';
  return {
    name: 'equiseg-service-worker',
    apply: 'build',
    configResolved(config) {
      root = config.root;
      outDir = resolve(config.root, config.build.outDir);
    },
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: metaPolicy() },
        injectTo: 'head-prepend',
      },
    ],
    async closeBundle() {
      const { version, files } = listBuiltFiles(outDir);
      await build({
        configFile: false,
        root,
        logLevel: 'warn',
        publicDir: false,
        define: {
          BUILD: JSON.stringify({
            version,
            files,
            headers: pageHeaders(),
            downloadPolicies: downloadPolicies(),
          }),
        },
        build: {
          outDir,
          emptyOutDir: false,
          target: 'es2023',
          rolldownOptions: {
            input: join(root, 'workers/service.worker.ts'),
            output: { entryFileNames: SERVICE_WORKER, format: 'iife' },
          },
        },
      });
    },
  };
}
