/**
 * Builds a TypeScript file for Node with the page's own bundler. What is timed must be built: tsx, which runs the benchmarks
 * themselves, instruments every function and more than halves the speed of tight loops.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** Builds `bench/<file>` into a temporary folder and returns the path of the module. */
export async function buildForNode(file: string): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'equiseg-bench-build-'));
  const entry = fileURLToPath(new URL(file, import.meta.url));
  const name = basename(file, '.ts');
  await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: entry,
      outDir,
      emptyOutDir: false,
      target: 'es2023',
      rolldownOptions: { output: { entryFileNames: `${name}.mjs` } },
    },
  });
  return join(outDir, `${name}.mjs`);
}
