/** Evaluate without a WebGPU adapter: runs on WebAssembly, says so, can be stopped, and keeps its runs. */
import { type ExportedEvaluation, exportRun, loadFolder, waitForRun } from './evaluate-flow.ts';
import { readTray } from './harness/job-tray.ts';
import { screenshot } from './harness/screenshot.ts';
import { expect, test } from './harness/test.ts';

test('a run of the segmenter is stopped with what it scored, survives a reload, and is renamed, deleted and brought back', async ({
  app,
  cohort,
}, info) => {
  test.slow();
  const total = cohort.cohort.count;
  await loadFolder(app, cohort.path);
  await app.goto('./#/evaluate');
  await app.getByLabel('Images', { exact: true }).selectOption({ label: 'All subjects' });
  await app.getByRole('button', { name: `Evaluate ${total} images` }).click();
  await expect.poll(async () => (await readTray(app)).text).toMatch(/Predicting masks: (1[7-9]|[2-9]\d) of/);
  await app.getByRole('button', { name: 'Cancel, keep what is scored' }).click();
  await expect.poll(async () => (await readTray(app)).end).toBe('cancelled');
  const runs = app.getByRole('region', { name: 'List of runs' });
  await expect(runs.getByRole('row').nth(1)).toContainText('partial');
  await expect(app.getByText('Partial run', { exact: true })).toBeVisible();
  await screenshot(app, info, 'evaluate-partial');

  const partial = JSON.parse(await exportRun(app, /JSON/)) as ExportedEvaluation;
  expect(partial.run.status).toBe('partial');
  expect(partial.images.length).toBeGreaterThanOrEqual(16);
  expect(partial.images.length).toBeLessThan(total);
  expect(partial.run.plannedCount).toBe(total);

  // Dice follows from the exported pixel counts, means from Dice.
  const recomputed = partial.images.map((image) => {
    const dice = (region: string): number => {
      const count = (what: string) => image[`${region}_${what}_pixels`] as number;
      const sizes = count('predicted') + count('truth');
      return count('predicted') === 0 ? 0 : count('truth') === 0 ? 1 : (2 * count('intersection')) / sizes;
    };
    expect(image['rim_dice_fraction']).toBeCloseTo(dice('rim'), 9);
    return (dice('rim') + dice('cup')) / 2;
  });
  const mean = recomputed.reduce((sum, value) => sum + value, 0) / recomputed.length;
  const overall = partial.summary.metrics.find((each) => each.region === 'overall' && each.metric === 'dice');
  expect(overall?.overall.value).toBeCloseTo(mean, 9);

  await app.reload();
  await expect(runs.getByRole('row').nth(1)).toContainText('partial');
  const figure = app.getByRole('figure', { name: 'Dice by recorded race' });
  await expect(figure.locator('svg[data-figure]')).toBeVisible();
  const again = JSON.parse(await exportRun(app, /JSON/)) as ExportedEvaluation;
  expect(again.summary.metrics).toEqual(partial.summary.metrics);

  await runs.getByRole('button', { name: /^Rename/ }).click();
  await app.getByRole('textbox', { name: /^New name/ }).fill('Stopped early');
  await app.keyboard.press('Enter');
  await expect(runs).toContainText('Stopped early');
  await runs.getByRole('button', { name: 'Delete Stopped early' }).click();
  await expect(runs.getByRole('row')).toHaveCount(1);
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(runs).toContainText('Stopped early');

  // A whole run beside it, and the two compared on their common images; a row opens the inspector.
  await app.getByRole('button', { name: 'Reset Images to Test split, less the searched half' }).click();
  await app.getByRole('button', { name: 'Evaluate 12 images' }).click();
  await waitForRun(app);
  await expect(runs.getByRole('row').nth(1)).toContainText('12 of 12');
  await app.getByRole('combobox', { name: 'Compare with' }).click();
  await app.getByRole('option', { name: /Stopped early/ }).click();
  await expect(app.getByText(/scored, segmenter on WebAssembly/)).toBeVisible();
  await expect(app.getByRole('figure', { name: /Dice of two runs/ })).toBeVisible();
  await screenshot(app, info, 'evaluate-two-runs');
  await app.getByRole('region', { name: 'Worst cases' }).getByRole('row').nth(1).click();
  await expect(app.getByRole('complementary', { name: 'Sample inspector' })).toBeVisible();
});
