/**
 * `npm test`: installs what is missing, then runs every check: types, lint, format, unit tests, kernel tests on a software
 * WebGPU adapter, the build, and end-to-end tests in real Chromium; models of full size are left to `npm run test:full`.
 * A failing stage does not stop the next one. Two stages run at once, and what ends first takes the next: tests wait a good
 * deal, and two cores are busy only so. The last line is "N passed, N failed".
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

/** Where one of the two that run at once writes, shown at the end: two outputs at once cannot be read. */
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

/** @param {string} command @param {Output} output @returns {Promise<Counts>} */
async function check(command, output) {
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

/** @param {Output} output @param {string[]} projects @returns {Promise<Counts>} */
async function vitest(output, ...projects) {
  const path = join(reports, `${projects.join('-')}.json`);
  const reporters = `--reporter=default --reporter=json --outputFile.json=${path}`;
  const names = projects.map((project) => `--project ${project}`).join(' ');
  const exitedWell = await run(`vitest run ${names} ${reporters}`, output);
  return countReport(path, countVitest, exitedWell);
}

/** Two of these may run at once: each has a port and a folder of its own. @param {Output} output @param {number} port @param {string[]} projects @returns {Promise<Counts>} */
async function playwright(output, port, ...projects) {
  const path = join(reports, `${projects.join('-')}.json`);
  const names = projects.map((project) => `--project ${project}`).join(' ');
  const folder = join('test-results', projects.join('-'));
  const exitedWell = await run(`playwright test ${names} --reporter=list,json --output ${folder}`, output, {
    PLAYWRIGHT_JSON_OUTPUT_NAME: path,
    E2E_PORT: String(port),
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

/** @typedef {[name: string, stage: (output: Output) => Counts | Promise<Counts>]} Stage */

/** What the others need. @type {Stage[]} */
const FIRST = [
  ['browser', browser],
  ['build', (output) => check('vite build', output)],
];

/** The longest first: it keeps one of the two busy nearly to the end. @type {Stage[]} */
const STAGES = [
  ['end-to-end tests with WebGPU', (output) => playwright(output, 4317, 'webgpu')],
  ['types of the page', (output) => check('tsc -p tsconfig.page.json', output)],
  ['types of core, models and workers', (output) => check('tsc -p tsconfig.workers.json', output)],
  ['types of tests and tools', (output) => check('tsc -p tsconfig.node.json', output)],
  ['lint', (output) => check('oxlint --type-aware --deny-warnings', output)],
  ['format', (output) => check('prettier --check .', output)],
  ['unit tests', (output) => vitest(output, 'unit', 'page')],
  ['kernel tests on a software WebGPU adapter', (output) => vitest(output, 'gpu')],
  [
    'end-to-end tests without an adapter',
    (output) => playwright(output, 4318, 'no-adapter', 'no-adapter-tagged'),
  ],
];

/** @type {(Counts & {name: string, seconds: number})[]} */
const outcomes = [];

/** Runs the stages that nobody has taken, one after the other. @param {Stage[]} stages @param {Output} output */
async function runStages(stages, output) {
  for (let next = stages.shift(); next !== undefined; next = stages.shift()) {
    const [name, stage] = next;
    const started = Date.now();
    console.log(`\n=== ${name}`);
    const counts = await stage(output);
    outcomes.push({ name, ...counts, seconds: Math.round((Date.now() - started) / 1000) });
  }
}

await runStages(FIRST, 'inherit');
await Promise.all([runStages(STAGES, besideFile), runStages(STAGES, 'inherit')]);
closeSync(besideFile);
console.log(`\n=== what the stages beside these said\n${readFileSync(besidePath, 'utf8')}`);
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
