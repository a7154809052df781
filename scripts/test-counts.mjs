/** Counts passed and failed tests in the JSON reports of Vitest and Playwright, so that nothing that did not run looks green. */
import { basename } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/**
 * @typedef {{passed: number, failed: number, notes: string[]}} Counts
 * @typedef {{status: string, fullName: string, failureMessages: string[]}} VitestCase
 * @typedef {{name: string, status: string, message?: string, assertionResults: VitestCase[]}} VitestFile
 * @typedef {{error?: {message?: string}}} PlaywrightResult
 * @typedef {{title: string, ok: boolean, tests: {results: PlaywrightResult[]}[]}} PlaywrightSpec
 * @typedef {{title: string, specs?: PlaywrightSpec[], suites?: PlaywrightSuite[]}} PlaywrightSuite
 */

/** A failed test in one line: who reads the end of a log only shall see what failed and why. @param {string} name @param {string} [message] */
function noteOfFailure(name, message = 'no message') {
  const line = stripVTControlCharacters(message).replace(/\s+/g, ' ').trim();
  return `${name}: ${line.length > 300 ? `${line.slice(0, 300)}…` : line}`;
}

/** @param {Counts} counts @param {boolean} exitedWell @returns {Counts} a run that failed or ran nothing without naming a failed test is a failure */
function withRunItself(counts, exitedWell) {
  if (counts.passed + counts.failed === 0) return { ...counts, failed: 1, notes: ['no test ran'] };
  if (exitedWell || counts.failed > 0) return counts;
  return { ...counts, failed: 1, notes: [...counts.notes, 'the run failed although every test passed'] };
}

/** Counts of a stage that left no readable report. @returns {Counts} */
export function countCrash() {
  return { passed: 0, failed: 1, notes: ['no report: the run crashed'] };
}

/** Skipped and to-do tests count as failed; so does a file that could not be loaded.
 * @param {{testResults: VitestFile[]}} report @param {boolean} exitedWell @returns {Counts} */
export function countVitest(report, exitedWell) {
  const cases = report.testResults.flatMap((file) => file.assertionResults);
  const passed = cases.filter((test) => test.status === 'passed').length;
  const skipped = cases.filter((test) => test.status !== 'passed' && test.status !== 'failed').length;
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const notes = [
    ...brokenFiles.map((file) => `${file.name} could not run: ${file.message ?? ''}`),
    ...report.testResults.flatMap((file) =>
      file.assertionResults
        .filter((test) => test.status === 'failed')
        .map((test) => noteOfFailure(`${basename(file.name)}, ${test.fullName}`, test.failureMessages[0])),
    ),
  ];
  if (skipped > 0) notes.push(`${skipped} skipped, counted as failed`);
  return withRunItself({ passed, failed: cases.length - passed + brokenFiles.length, notes }, exitedWell);
}

/** @param {PlaywrightSuite} suite @returns {string[]} */
function notesOfSuite({ title, specs = [], suites = [] }) {
  const failed = specs.filter((spec) => !spec.ok);
  return [
    ...failed.map((spec) => {
      const results = spec.tests.flatMap((test) => test.results);
      const message = results.find((result) => result.error !== undefined)?.error?.message;
      return noteOfFailure(`${title}, ${spec.title}`, message);
    }),
    ...suites.flatMap(notesOfSuite),
  ];
}

/** Skipped and flaky tests count as failed.
 * @param {{stats: {expected: number, skipped: number, unexpected: number, flaky: number}, suites?: PlaywrightSuite[]}} report
 * @param {boolean} exitedWell @returns {Counts} */
export function countPlaywright({ stats, suites = [] }, exitedWell) {
  const notes = suites.flatMap(notesOfSuite);
  if (stats.skipped > 0) notes.push(`${stats.skipped} skipped, counted as failed`);
  const failed = stats.unexpected + stats.skipped + stats.flaky;
  return withRunItself({ passed: stats.expected, failed, notes }, exitedWell);
}
