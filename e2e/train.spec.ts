/** The Train place on the demo cohort with the software adapter: a few real steps of SAMed-Tiny, pause, cancel, reload, going on. */
import { expectAccessible } from './harness/axe.ts';
import { readTray } from './harness/job-tray.ts';
import { screenshot } from './harness/screenshot.ts';
import { expect, test } from './harness/test.ts';
import { nextRunText, openTrainOnDemo, readLosses, readSteps, SLOW, startTraining } from './train-drive.ts';

// The demo cohort is made anew, and every start compiles some hundred kernels on the software adapter.
test.describe.configure({ timeout: 1_200_000 });

test('SAMed-Tiny trains, pauses, is cancelled, goes on after a reload, and serves in Evaluate', async ({
  app,
}, info) => {
  await openTrainOnDemo(app);
  await expect.poll(() => nextRunText(app), SLOW).toMatch(/GPU memory\s+[\d.]+ [kMG]B/);
  await expect(app.getByLabel('Model', { exact: true })).toHaveValue('embedded:samed-tiny');

  await startTraining(app);
  await expect.poll(async () => (await readSteps(app)).done, SLOW).toBeGreaterThanOrEqual(1);
  const { wanted } = await readSteps(app);
  expect(wanted).toBeGreaterThanOrEqual(6);
  await app.getByRole('button', { name: /^Pause: Training/ }).click();
  await expect(app.getByText(/The run is paused/)).toBeVisible();
  // The step under way is still finished; from then on nothing moves.
  await app.waitForTimeout(8000);
  const paused = await readSteps(app);
  expect(paused.done).toBeLessThan(wanted);
  await app.waitForTimeout(3000);
  expect(await readSteps(app)).toEqual(paused);
  await expectAccessible(app);

  await app.getByRole('button', { name: /^Cancel: Training/ }).click();
  await expect.poll(async () => (await readTray(app)).end, SLOW).toBe('cancelled');
  await expect(app.getByText('This run was interrupted')).toBeVisible();
  const before = await readLosses(app);
  expect(before.length).toBe(paused.done);

  await app.reload();
  const goOn = app.getByRole('button', { name: `Go on from step ${paused.done}` });
  await expect(goOn).toBeEnabled(SLOW);
  await goOn.click();
  await expect.poll(async () => (await readTray(app)).end, SLOW).toBe('done');
  expect(await readSteps(app)).toEqual({ done: wanted, wanted });
  const losses = await readLosses(app);
  expect(losses.map(([step]) => step)).toEqual(Array.from({ length: wanted }, (_, i) => i + 1));
  expect(losses.slice(0, before.length)).toEqual(before);
  for (const [, loss] of losses) expect(loss).toBeGreaterThan(0);
  await expect(app.getByRole('img', { name: /contours of truth and prediction/ }).first()).toBeVisible();

  for (const colorScheme of ['light', 'dark'] as const) {
    await app.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectAccessible(app);
    for (const viewport of [
      { width: 1440, height: 900 },
      { width: 1024, height: 768 },
    ]) {
      await app.setViewportSize(viewport);
      await screenshot(app, info, `train-run-${colorScheme}-${viewport.width}`);
    }
  }

  await app.getByRole('button', { name: 'Export run' }).click();
  const [download] = await Promise.all([
    app.waitForEvent('download'),
    app.getByRole('menuitem', { name: /^LoRA and decoder \(\.safetensors\), last/ }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.safetensors$/);

  await app.getByRole('button', { name: /^Evaluate its (best|last) model$/ }).click();
  await expect(app.getByRole('heading', { level: 1, name: 'Evaluate' })).toBeVisible();
  await expect.poll(async () => (await readTray(app)).text, SLOW).toMatch(/Loading Plain.*done after/s);
  await app.goto('./#/models');
  await expect(app.getByRole('region', { name: /^Plain, .*(best|last), step \d+$/ })).toContainText('in use');
});
