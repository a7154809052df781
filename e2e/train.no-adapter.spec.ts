/** The Train place without WebGPU: it says so and what to do, and its settings stay readable. */
import { expectAccessible } from './harness/axe.ts';
import { expect, test } from './harness/test.ts';
import { loadFolder } from './evaluate-flow.ts';

test('nothing can be trained without WebGPU, and the place says why and what to do', async ({
  app,
  cohort,
}) => {
  await loadFolder(app, cohort.path);
  await app.goto('./#/train');
  const notice = app.getByRole('note').filter({ hasText: 'train/no-gpu' });
  await expect(notice).toBeVisible();
  await expect(notice).toContainText('hardware acceleration');
  await expect(app.getByRole('button', { name: 'Start training' })).toBeDisabled();
  await expect(app.getByRole('button', { name: 'Check this GPU' })).toBeDisabled();
  await expect(app.getByRole('textbox', { name: /^Learning rate/ })).toBeVisible();
  await expectAccessible(app);
});
