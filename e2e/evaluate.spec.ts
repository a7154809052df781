/** Evaluate: scores of dropped predictions equal a computation by hand, and models run where a person chose, with the same results. */
import { rmSync, writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { readNpz } from '../core/formats/npz.ts';
import {
  type ExportedEvaluation,
  exportFigureCsv,
  exportRun,
  loadFolder,
  setNumber,
  waitForRun,
} from './evaluate-flow.ts';
import { createPredictions, meansByRace } from './evaluate-predictions.ts';
import { dropPaths } from './harness/drop.ts';
import { foreignExtractor, foreignSegmenter } from './harness/foreign-models.ts';
import { expectReadable } from './harness/readable.ts';
import { modelsReady } from './harness/models-ready.ts';
import { expect, test } from './harness/test.ts';
import { saved, search } from './search-drive.ts';

test('scores of dropped predictions equal those computed here, on the page and in every export', async ({
  app,
  cohort,
}, info) => {
  const predictions = createPredictions(cohort);
  const { expected } = predictions;
  await loadFolder(app, cohort.path);
  await app.goto('./#/evaluate');
  await setNumber(app, 'Smallest group (images)', 4);
  await dropPaths(app, [predictions.path], app.getByRole('region', { name: 'Results' }));
  await waitForRun(app);
  rmSync(predictions.path, { recursive: true });

  const figure = app.getByRole('figure', { name: 'Dice by recorded race' });
  await expect(figure.locator('svg[data-figure]')).toBeVisible();
  const content = JSON.parse(await exportRun(app, /JSON/)) as ExportedEvaluation;

  // Every image.
  const scored = content.images.filter(({ status }) => status === 'scored');
  expect(scored).toHaveLength(expected.length);
  for (const image of expected) {
    const found = scored.find(({ name }) => name === image.name);
    expect(found?.['rim_dice_fraction'] as number).toBeCloseTo(image.rim, 9);
    expect(found?.['cup_dice_fraction'] as number).toBeCloseTo(image.cup, 9);
    expect(found?.['overall_dice_fraction'] as number).toBeCloseTo(image.overall, 9);
  }
  expect(content.run.status).toBe('whole');
  expect(content.provenance.cohort.count).toBe(cohort.cohort.count);

  // What could not be scored is there with its code.
  const codes = content.images.filter(({ status }) => status !== 'scored').map(({ status }) => status);
  expect(codes).toHaveLength(3);
  expect(new Set(codes)).toEqual(
    new Set(['evaluate/prediction-shape', 'evaluate/prediction-unmatched', 'evaluate/prediction-values']),
  );
  const problems = app.getByRole('region', { name: 'Images and files that were not scored' });
  await expect(problems.getByRole('row')).toHaveCount(4);
  await expect(problems).toContainText('data_99999.png');

  // Groups and the equity-scaled score.
  const means = meansByRace(expected, ({ overall }) => overall);
  const all = expected.reduce((sum, { overall }) => sum + overall, 0) / expected.length;
  const metric = content.summary.metrics.find((each) => each.region === 'overall' && each.metric === 'dice');
  const race = metric?.groupings.find(({ id }) => id === 'race');
  expect(metric?.overall.value).toBeCloseTo(all, 9);
  const counts = [0, 1, 2].map((code) => expected.filter((image) => image.race === code).length);
  race?.groups.forEach((group, code) => {
    expect(group.count).toBe(counts[code]);
    expect(group.included).toBe((counts[code] as number) >= 4);
    expect(group.mean.value).toBeCloseTo(means[code] as number, 9);
  });
  const included = means.filter((_, code) => (counts[code] as number) >= 4);
  expect(included.length).toBeGreaterThan(1);
  const scaled = all / (1 + included.reduce((sum, mean) => sum + Math.abs(all - mean), 0));
  expect(race?.equityScaled.value).toBeCloseTo(scaled, 9);

  // The figure's CSV holds the same in full precision, its table twin to one decimal.
  const rows = (await exportFigureCsv(app, figure))
    .trim()
    .split('\r\n')
    .map((line) => line.split(','));
  await figure.getByText('Table', { exact: true }).click();
  const labels = ['Asian', 'Black', 'White'];
  for (const [code, label] of labels.entries()) {
    const row = rows.find(([group, measure]) => group === label && measure === 'Overall');
    expect(Number(row?.[3])).toBeCloseTo(means[code] as number, 9);
    const twin = figure.getByRole('row', { name: new RegExp(`^${label} Overall`) });
    await expect(twin).toContainText(((means[code] as number) * 100).toFixed(1));
  }
  // Groups as CSV: provenance in front, one row for a group, a region and a metric.
  const groups = await exportRun(app, /row per group/);
  expect(groups).toMatch(/^# software: EquiSeg/);
  const white = groups.split('\r\n').find((line) => line.startsWith('race,White,mean,overall,dice,'));
  expect(Number(white?.split(',')[6])).toBeCloseTo(means[2] as number, 9);

  await expectReadable(app, info, 'evaluate-predictions');

  // On the smallest screen the list of runs is not cut.
  await app.setViewportSize({ width: 1024, height: 768 });
  const runs = app.getByRole('region', { name: 'List of runs' });
  await expect.poll(() => runs.evaluate((list) => list.scrollWidth - list.clientWidth)).toBe(0);

  // The settings change what is shown at once.
  await setNumber(app, 'Smallest group (images)', 10_000);
  await expect(app.getByRole('region', { name: 'Main numbers' })).toContainText('not defined');
});

/** Says in Models where models run, and waits until they are loaded there. */
async function runModelsOn(app: Page, place: 'WebGPU' | 'WebAssembly'): Promise<void> {
  await app.getByRole('link', { name: /^Models/ }).click();
  const ready = app.getByText(/\d+ models ready/);
  await expect(ready).toBeVisible();
  await app.getByRole('combobox', { name: 'Run models on' }).selectOption({ label: place });
  // Once while they are let go, once when they are there again.
  await expect(app.getByText(`It runs on ${place}, as chosen.`).first()).toBeVisible();
  await expect(ready).toBeVisible();
}

async function evaluateOn(app: Page, place: 'WebGPU' | 'WebAssembly'): Promise<ExportedEvaluation> {
  await app.getByRole('link', { name: /^Evaluate/ }).click();
  await app.getByRole('button', { name: 'Evaluate 12 images' }).click();
  await expect(app.getByText(new RegExp(`scored, segmenter on ${place},`))).toBeVisible();
  const content = JSON.parse(await exportRun(app, /JSON/)) as ExportedEvaluation;
  expect(content.images.filter(({ status }) => status === 'scored')).toHaveLength(12);
  return content;
}

test('features, a search and masks come from WebGPU where it is chosen, and the masks are those of WebAssembly', async ({
  app,
  cohort,
}, info) => {
  // The software adapter compiles and runs slowly.
  // As chosen on an earlier visit: choosing now would load and test every model once more.
  const preference = JSON.stringify({
    version: 1,
    saved: { segmenter: null, extractor: null, runOn: 'webgpu' },
  });
  await app.evaluate((text) => localStorage.setItem('equiseg.preferences.models', text), preference);
  await app.reload();
  await loadFolder(app, cohort.path);
  const extractor = info.outputPath('means.onnx');
  const segmenter = info.outputPath('thresholds.onnx');
  writeFileSync(extractor, foreignExtractor());
  writeFileSync(segmenter, foreignSegmenter());
  await dropPaths(app, [extractor, segmenter], app.getByRole('main'));
  // Other models have a button of that name too: the question about the dropped file stands first.
  await expect(app.getByText('What is thresholds.onnx for?')).toBeVisible();
  await app.getByRole('button', { name: 'Use as segmenter' }).first().click();
  await expect(app.getByText(modelsReady(2))).toBeVisible();
  for (const name of ['means.onnx', 'thresholds.onnx']) {
    const used = app.getByRole('region', { name });
    await expect(used).toContainText(/in use.*Runs on\s*WebGPU/s);
    await expect(used).toContainText('Agreed.');
  }

  await app.getByRole('link', { name: /^Search/ }).click();
  await app.getByRole('combobox', { name: 'Target group', exact: true }).selectOption('2');
  await setNumber(app, 'Selection size N (samples)', 12);
  await search(app);
  const npz = readNpz(Uint8Array.from((await saved(app, /\.npz/)).bytes));
  const { values, shape } = npz.read('features');
  expect(shape[1]).toBe(3);
  expect(shape[0]).toBeGreaterThan(40);
  // Three channels of one grey image: the same mean three times, another for every image.
  const means = Array.from({ length: shape[0] as number }, (_, row) => Number(values[3 * row]));
  for (let at = 0; at < values.length; at++) {
    expect(Number(values[at])).toBeCloseTo(means[Math.floor(at / 3)] as number, 5);
  }
  expect(new Set(means).size).toBeGreaterThan(40);
  expect(Math.min(...means)).toBeGreaterThan(0);
  expect(Math.max(...means)).toBeLessThan(1);

  const onGpu = await evaluateOn(app, 'WebGPU');
  await runModelsOn(app, 'WebAssembly');
  const content = await evaluateOn(app, 'WebAssembly');
  const diceOf = ({ images }: ExportedEvaluation) =>
    new Map(images.map((image) => [image['name'], image['overall_dice_fraction'] as number]));
  const expected = diceOf(content);
  expect(new Set(expected.values()).size).toBeGreaterThan(6);
  // A logit next to a tie may fall to either side: a pixel of some thousands.
  for (const [name, dice] of diceOf(onGpu)) expect(dice).toBeCloseTo(expected.get(name) as number, 2);

  // A saved figure names the run that it shows, with its model, settings and seed.
  const figure = app.getByRole('figure', { name: 'Dice by recorded race' });
  const lines = (await exportFigureCsv(app, figure)).split('\r\n');
  expect(lines.filter((line) => /^# model: .+, SHA-256 [0-9a-f]{64}$/.test(line))).toHaveLength(1);
  for (const name of ['run id', 'run source', 'network input px']) {
    expect(lines).toContain(`# ${name}: ${String(content.provenance.settings[name])}`);
  }
  expect(lines).toContain('# convention: published');
  expect(lines).toContain('# seed: 1');
});
