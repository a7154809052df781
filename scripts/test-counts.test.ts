/** The counts behind "N passed, N failed": nothing that did not run may look green. */
import { expect, test } from 'vitest';
import { countPlaywright, countVitest } from './test-counts.mjs';

function file(
  statuses: string[],
  status = 'passed',
): Parameters<typeof countVitest>[0]['testResults'][number] {
  return {
    name: 'a.test.ts',
    status,
    message: 'why',
    assertionResults: statuses.map((each) => ({
      status: each,
      fullName: 'adds',
      failureMessages: each === 'failed' ? ['Error: \u001b[31mexpected 2\u001b[0m\n  to be 3'] : [],
    })),
  };
}

test('counts passed and failed tests over all files', () => {
  const report = { testResults: [file(['passed', 'passed']), file(['failed', 'passed'], 'failed')] };
  const notes = ['a.test.ts, adds: Error: expected 2 to be 3'];
  expect(countVitest(report, false)).toEqual({ passed: 3, failed: 1, notes });
});

test('a failed end-to-end test is named with what it said', () => {
  const stats = { expected: 1, skipped: 0, unexpected: 1, flaky: 0 };
  const spec = (title: string, message?: string) => ({
    title,
    ok: message === undefined,
    tests: [{ results: message === undefined ? [{}] : [{ error: { message } }] }],
  });
  const suites = [
    {
      title: 'a.spec.ts',
      suites: [{ title: 'charts', specs: [spec('draws'), spec('saves', 'x'.repeat(400))] }],
    },
  ];
  expect(countPlaywright({ stats, suites }, false).notes).toEqual([`charts, saves: ${'x'.repeat(300)}…`]);
});

test('a skipped test is a failed one', () => {
  const counts = countVitest({ testResults: [file(['passed', 'skipped', 'todo', 'pending'])] }, true);
  expect(counts).toMatchObject({ passed: 1, failed: 3 });
});

test('a file that cannot be loaded is a failure with its reason', () => {
  const counts = countVitest({ testResults: [file(['passed']), file([], 'failed')] }, false);
  expect(counts).toEqual({ passed: 1, failed: 1, notes: ['a.test.ts could not run: why'] });
});

test('a run without any test is a failure', () => {
  expect(countVitest({ testResults: [] }, true)).toMatchObject({ passed: 0, failed: 1 });
  const stats = { expected: 0, skipped: 0, unexpected: 0, flaky: 0 };
  expect(countPlaywright({ stats }, true)).toMatchObject({ passed: 0, failed: 1 });
});

test('a run that fails outside its tests is a failure', () => {
  expect(countVitest({ testResults: [file(['passed'])] }, false)).toMatchObject({ passed: 1, failed: 1 });
});

test('skipped and flaky end-to-end tests are failures', () => {
  const stats = { expected: 4, skipped: 1, unexpected: 2, flaky: 1 };
  expect(countPlaywright({ stats }, false)).toMatchObject({ passed: 4, failed: 4 });
});
