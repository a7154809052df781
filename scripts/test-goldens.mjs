/**
 * `npm run test:goldens`: runs the golden tests alone, on the folder named by the environment's GOLDENS or on the
 * project's copies, and prints one line per golden folder before "N passed, N failed". `npm run test:full` does the same
 * with the models at their full size, which takes minutes and gigabytes.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureInstalled, ROOT } from './install.mjs';
import { countCrash, countVitest } from './test-counts.mjs';

ensureInstalled();
const folder = mkdtempSync(join(tmpdir(), 'equiseg-goldens-'));
const reportPath = join(folder, 'goldens.jsonl');
const countsPath = join(folder, 'vitest.json');
const reporters = `--reporter=default --reporter=json --outputFile.json=${countsPath}`;
/** @type {NodeJS.ProcessEnv} */
const env = { ...process.env, GOLDENS_REPORT: reportPath };
// The tests run from the root; the person named the folder from where they stand.
if (env['GOLDENS']) env['GOLDENS'] = resolve(process.env['INIT_CWD'] ?? '.', env['GOLDENS']);
const tests =
  process.argv[2] === 'full' ? '--project full --project full-gpu' : '--project unit .golden.test.ts';
const { status } = spawnSync(`npx --no-install vitest run ${tests} ${reporters}`, {
  cwd: ROOT,
  stdio: 'inherit',
  shell: true,
  env,
});

/** @type {Map<string, {cases: number, worstError: number}>} */
const folders = new Map();
const lines = existsSync(reportPath) ? readFileSync(reportPath, 'utf8').trim().split('\n') : [];
for (const line of lines.toSorted()) {
  const { folder: name, cases, worstError } = JSON.parse(line);
  const known = folders.get(name) ?? { cases: 0, worstError: 0 };
  folders.set(name, {
    cases: known.cases + cases,
    worstError: Math.max(known.worstError, Number(worstError)),
  });
}
const counts = existsSync(countsPath)
  ? countVitest(JSON.parse(readFileSync(countsPath, 'utf8')), status === 0)
  : countCrash();
rmSync(folder, { recursive: true });

for (const note of counts.notes) console.log(note);
for (const [name, { cases, worstError }] of folders) {
  console.log(`${name}: ${cases} cases, worst error ${worstError.toPrecision(3)}`);
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed > 0 ? 1 : 0;
