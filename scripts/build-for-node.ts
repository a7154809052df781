/**
 * Builds a TypeScript file for Node with the page's own bundler. What is timed must be built: tsx, which runs the commands
 * themselves, instruments every function and more than halves the speed of tight loops.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build } from 'vite';

/** Builds the file at `entry` into a folder that is there as long as this process, and returns the path of the module. */
export async function buildForNode(entry: string): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'equiseg-build-for-node-'));
  process.once('exit', () => rmSync(outDir, { recursive: true }));
  const name = basename(entry, '.ts');
  await build({
    configFile: false,
    logLevel: 'warn',
    // The module lies outside of the project, where no package is found.
    ssr: { noExternal: true },
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
