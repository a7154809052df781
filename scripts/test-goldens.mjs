/**
 * `npm run test:goldens`: runs the golden tests alone, in Node and on the software WebGPU adapter, on the folder named by the
 * environment's GOLDENS or on the project's copies, and prints one line per golden folder before "N passed, N failed". A folder
 * that no test has read is said, and is a failure when the project has one of its name. `npm run test:full` runs the models and
 * trainings at their full size, which takes many minutes and gigabytes.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { ensureInstalled, ROOT } from './install.mjs';
import { countCrash, countVitest } from './test-counts.mjs';

const FAILED_AT_ONCE = '0 passed, 1 failed';
/** Files by parts of their names: those of folders that are checked only with a model of full size are among them. */
const GOLDEN_TESTS =
  '--project unit --project gpu --project full .golden. models/zoo/samed.full models/zoo/transunet.full';

ensureInstalled(FAILED_AT_ONCE);
/** @type {NodeJS.ProcessEnv} */
const env = { ...process.env };
try {
  env['CHROMIUM'] = ensureChromium();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  console.log(FAILED_AT_ONCE);
  process.exit(1);
}
const isFull = process.argv[2] === 'full';
const folder = mkdtempSync(join(tmpdir(), 'equiseg-goldens-'));
const reportPath = join(folder, 'goldens.jsonl');
const countsPath = join(folder, 'vitest.json');
const reporters = `--reporter=default --reporter=json --outputFile.json=${countsPath}`;
env['GOLDENS_REPORT'] = reportPath;
// The tests run from the root; the person named the folder from where they stand.
if (env['GOLDENS']) env['GOLDENS'] = resolve(process.env['INIT_CWD'] ?? '.', env['GOLDENS']);
const tests = isFull ? '--project full --project full-gpu' : GOLDEN_TESTS;
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

/** @param {string} path @returns {string[]} names of the folders in it */
function foldersIn(path) {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? entry.name : [],
  );
}

const ownCopies = join(ROOT, 'core/goldens');
// A line may be of a part of a folder: "samed-tiny (gradients)".
const read = new Set([...folders.keys()].map((name) => name.split(' ')[0]));
const known = new Set(foldersIn(ownCopies));
const goldens = env['GOLDENS'] || ownCopies;
const unread = isFull || !existsSync(goldens) ? [] : foldersIn(goldens).filter((name) => !read.has(name));

for (const note of counts.notes) console.log(note);
for (const [name, { cases, worstError }] of folders) {
  console.log(`${name}: ${cases} cases, worst error ${worstError.toPrecision(3)}`);
}
for (const name of unread)
  console.log(`${name}: 0 cases, ${known.has(name) ? 'not checked' : 'no test reads it'}`);
const failed = counts.failed + unread.filter((name) => known.has(name)).length;
console.log(`${counts.passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
