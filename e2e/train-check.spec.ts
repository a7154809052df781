/** "Check this GPU" on the software adapter: it computes kernel by kernel, can be cancelled, and leaves no result of a part. */
import { readTray } from './harness/job-tray.ts';
import { expect, test } from './harness/test.ts';

/** Kernels after which the rest is left to the test of the worker, which takes minutes. */
const SEEN_COUNT = 3;

test('the check of the GPU goes through kernels and is cancelled without a result', async ({ app }) => {
  await app.goto('./#/train');
  const start = app.getByRole('button', { name: 'Check this GPU' });
  await start.click();
  await expect.poll(async () => (await readTray(app)).done).toBeGreaterThanOrEqual(SEEN_COUNT);
  await app.getByRole('button', { name: /^Cancel: Checking this GPU/ }).click();
  await expect.poll(async () => (await readTray(app)).end).toBe('cancelled');
  await expect(start).toBeEnabled();
  await expect(app.getByText('What was compared')).toHaveCount(0);
});
