/** Runs one of the project's TypeScript commands by name, after installing and building what it needs: `node scripts/run.mjs NAME [args]`. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { ensureBuilt, ensureInstalled, ROOT } from './install.mjs';

/** @type {Record<string, {file: string, drivesPage: boolean}>} */
const COMMANDS = {
  'demo-cohort': { file: 'scripts/demo-cohort.ts', drivesPage: false },
  demo: { file: 'e2e/demo.ts', drivesPage: true },
  'models-export': { file: 'scripts/models-export.ts', drivesPage: false },
  'models-inspect': { file: 'scripts/models-inspect.ts', drivesPage: false },
  'pretrain-tiny': { file: 'scripts/pretrain-tiny.ts', drivesPage: false },
  bench: { file: 'bench/run.ts', drivesPage: true },
};

const [name = '', ...args] = process.argv.slice(2);
const command = COMMANDS[name];
if (!command) {
  console.error(`Unknown command "${name}". Known: ${Object.keys(COMMANDS).join(', ')}.`);
  process.exit(2);
}
ensureInstalled();
const env = { ...process.env };
// Without arguments the benchmarks are only listed.
if (command.drivesPage && (name !== 'bench' || args.length > 0)) {
  env['CHROMIUM'] = ensureChromium();
  ensureBuilt();
}
const tsx = import.meta.resolve('tsx');
const { status } = spawnSync(process.execPath, ['--import', tsx, join(ROOT, command.file), ...args], {
  stdio: 'inherit',
  env,
  // npm moves to the root; paths in the arguments are meant from where the person stands.
  cwd: process.env['INIT_CWD'] ?? process.cwd(),
});
process.exitCode = status ?? 1;
