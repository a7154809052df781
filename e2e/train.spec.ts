/** The Train place on some demo images with the software adapter: a few real steps of SAMed-Tiny, pause, cancel, reload, going on, a lost device. */
import { expectAccessible } from './harness/axe.ts';
import { type CohortFolder, createCohortFolder } from './harness/cohort-folder.ts';
import { readTray } from './harness/job-tray.ts';
import { screenshot } from './harness/screenshot.ts';
import { expect, test } from './harness/test.ts';
import {
  dropCohort,
  hide,
  loseDevice,
  nextRunText,
  openShortTraining,
  readLosses,
  readSteps,
  SLOW,
  startTraining,
} from './train-drive.ts';

// Every start compiles some hundred kernels on the software adapter.
test.describe.configure({ timeout: 2_400_000 });

/** Some 12 images to train on; few others. */
let folder: CohortFolder;
test.beforeAll(() => {
  folder = createCohortFolder(20);
});
test.afterAll(() => folder.remove());

test('SAMed-Tiny trains, pauses, is cancelled, goes on after a reload and after its device is lost, and serves in Evaluate', async ({
  app,
}, info) => {
  await dropCohort(app, folder);
  await openShortTraining(app);
  await expect.poll(() => nextRunText(app), SLOW).toMatch(/GPU memory\s+[\d.]+ [kMG]B/);
  await expect(app.getByRole('combobox', { name: 'Model', exact: true })).toHaveValue('embedded:samed-tiny');

  await startTraining(app);
  await expect.poll(async () => (await readSteps(app)).done, SLOW).toBeGreaterThanOrEqual(1);
  const { wanted } = await readSteps(app);
  expect(wanted).toBeGreaterThanOrEqual(6);
  await app.getByRole('button', { name: /^Pause: Training/ }).click();
  await expect(app.getByText(/The run is paused/)).toBeVisible();
  // The step under way is still finished; from then on nothing moves.
  await expect(app.getByText(/^Step \d+, paused:/)).toBeAttached(SLOW);
  const paused = await readSteps(app);
  expect(paused.done).toBeLessThan(wanted);
  await app.waitForTimeout(3000);
  expect(await readSteps(app)).toEqual(paused);
  // A page that is hidden writes a checkpoint at once: it may be thrown away before it is shown again.
  await hide(app);
  await expect(app.getByText(/^This tab was hidden 1 time during the run/)).toBeVisible();
  await expect(app.getByText(`A checkpoint of step ${paused.done} was written.`)).toBeAttached();
  // Tabs share their runs, and one is at this.
  const other = await app.context().newPage();
  await other.goto(app.url());
  await expect(other.getByText('Another tab is at this run')).toBeVisible(SLOW);
  await expect(other.getByRole('button', { name: 'Delete' })).toHaveCount(0);
  await other.close();
  // Away from the button, whose tooltip would stand open.
  await app.mouse.move(0, 0);
  await expect(app.getByRole('tooltip')).toHaveCount(0);
  await expectAccessible(app);

  await app.getByRole('button', { name: /^Cancel: Training/ }).click();
  await expect.poll(async () => (await readTray(app)).end, SLOW).toBe('cancelled');
  await expect(app.getByText('This run was interrupted')).toBeVisible();
  const goOn = app.getByRole('button', { name: /^Go on from step \d+$/ });
  const kept = Number(/\d+$/.exec(await goOn.innerText())?.[0]);
  expect(kept).toBeGreaterThanOrEqual(1);
  await expect.poll(async () => (await readLosses(app)).length, SLOW).toBe(kept);
  const before = await readLosses(app);

  await app.reload();
  await expect(goOn).toBeVisible(SLOW);
  // The browser still lets the page read the dropped folder: its files are there again without another drop.
  await expect(goOn).toBeEnabled(SLOW);
  await expect(goOn).toHaveText(`Go on from step ${kept}`);
  await goOn.click();
  // Paused before it takes a step, and lost as it goes on: a run so short may else end before its device is lost.
  await app.getByRole('button', { name: /^Pause: Training/ }).click();
  await expect(app.getByText(/^Step \d+, paused:/)).toHaveCount(2, SLOW);
  await loseDevice(app);
  await app.getByRole('button', { name: /^Resume: Training/ }).click();
  const lost = app.getByRole('note').filter({ hasText: 'The device was lost' });
  await expect(lost).toContainText('Training started again from its last checkpoint (1 time)', SLOW);
  await expect.poll(async () => (await readTray(app)).end, SLOW).toBe('done');
  await expect.poll(() => readSteps(app), SLOW).toEqual({ done: wanted, wanted });
  await expect.poll(async () => (await readLosses(app)).length, SLOW).toBe(wanted);
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
