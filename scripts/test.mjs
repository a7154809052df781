/**
 * `npm test`: installs what is missing, then runs every check: types, lint, format, unit tests, kernel tests on a software
 * WebGPU adapter, the build, and end-to-end tests in real Chromium; models of full size are left to `npm run test:full`.
 * A failing stage does not stop the next one. The build and the end-to-end tests, which wait a good deal, run beside the
 * others. The last line is "N passed, N failed".
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { ensureInstalled, ROOT } from './install.mjs';
import { countCrash, countPlaywright, countVitest } from './test-counts.mjs';

/** @typedef {import('./test-counts.mjs').Counts} Counts */

ensureInstalled('0 passed, 1 failed');
const reports = mkdtempSync(join(tmpdir(), 'equiseg-test-'));
const environment = { ...process.env };

/** Where the stages beside the others write, shown when they have ended: two outputs at once cannot be read. */
const besidePath = join(reports, 'beside.log');
const besideFile = openSync(besidePath, 'w');

/** @typedef {'inherit' | number} Output */

/** @param {string} command @param {Output} output @param {Record<string, string>} [extra] @returns {Promise<boolean>} whether it exited with 0 */
function run(command, output, extra = {}) {
  const env = { ...environment, ...extra };
  return new Promise((resolve) => {
    // --no-install: what is not in the lock must fail here, not be fetched.
    spawn(`npx --no-install ${command}`, {
      cwd: ROOT,
      stdio: ['inherit', output, output],
      shell: true,
      env,
    })
      .on('error', () => resolve(false))
      .on('close', (code) => resolve(code === 0));
  });
}

/** @param {string} command @param {Output} [output] @returns {Promise<Counts>} */
async function check(command, output = 'inherit') {
  return (await run(command, output))
    ? { passed: 1, failed: 0, notes: [] }
    : { passed: 0, failed: 1, notes: [] };
}

/** @param {string} path @param {(report: any, exitedWell: boolean) => Counts} count @param {boolean} exitedWell */
function countReport(path, count, exitedWell) {
  try {
    return count(JSON.parse(readFileSync(path, 'utf8')), exitedWell);
  } catch {
    return countCrash();
  }
}

/** @param {string[]} projects @returns {Promise<Counts>} */
async function vitest(...projects) {
  const path = join(reports, `${projects.join('-')}.json`);
  const reporters = `--reporter=default --reporter=json --outputFile.json=${path}`;
  const names = projects.map((project) => `--project ${project}`).join(' ');
  const exitedWell = await run(`vitest run ${names} ${reporters}`, 'inherit');
  return countReport(path, countVitest, exitedWell);
}

/** @returns {Promise<Counts>} */
async function playwright() {
  const path = join(reports, 'e2e.json');
  const exitedWell = await run('playwright test --reporter=list,json', besideFile, {
    PLAYWRIGHT_JSON_OUTPUT_NAME: path,
  });
  return countReport(path, countPlaywright, exitedWell);
}

/** @returns {Counts} */
function browser() {
  try {
    environment['CHROMIUM'] = ensureChromium();
    console.log(`Chromium: ${environment['CHROMIUM']}`);
    return { passed: 1, failed: 0, notes: [] };
  } catch (error) {
    return { passed: 0, failed: 1, notes: [error instanceof Error ? error.message : String(error)] };
  }
}

/** @typedef {[name: string, stage: () => Counts | Promise<Counts>]} Stage */

/** @type {Stage[]} */
const STAGES = [
  ['types of the page', () => check('tsc -p tsconfig.page.json')],
  ['types of core, models and workers', () => check('tsc -p tsconfig.workers.json')],
  ['types of tests and tools', () => check('tsc -p tsconfig.node.json')],
  ['lint', () => check('oxlint --type-aware --deny-warnings')],
  ['format', () => check('prettier --check .')],
  ['unit tests', () => vitest('unit', 'page')],
  ['kernel tests on a software WebGPU adapter', () => vitest('gpu')],
];

/** @type {Stage[]} */
const STAGES_BESIDE = [
  ['build', () => check('vite build', besideFile)],
  ['end-to-end tests', playwright],
];

/** @param {readonly Stage[]} stages */
async function runStages(stages) {
  const done = [];
  for (const [name, stage] of stages) {
    console.log(`\n=== ${name}`);
    const started = Date.now();
    const counts = await stage();
    done.push({ name, ...counts, seconds: Math.round((Date.now() - started) / 1000) });
  }
  return done;
}

const outcomes = await runStages([['browser', browser]]);
const [others, beside] = await Promise.all([runStages(STAGES), runStages(STAGES_BESIDE)]);
outcomes.push(...others, ...beside);
closeSync(besideFile);
console.log(`\n=== what the build and the end-to-end tests said\n${readFileSync(besidePath, 'utf8')}`);
rmSync(reports, { recursive: true });

console.log('');
for (const { name, passed, failed, seconds, notes } of outcomes) {
  console.log(
    `${failed > 0 ? 'FAILED' : 'ok    '}  ${name}: ${passed} passed, ${failed} failed (${seconds} s)`,
  );
  for (const note of notes) console.log(`        ${note}`);
}
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
