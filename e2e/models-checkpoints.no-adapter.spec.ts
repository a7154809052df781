/** Checkpoints in the Models place: recognised, paired, made into models that Search and Evaluate use, kept, refused. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { loadFolder, waitForRun } from './evaluate-flow.ts';
import { expectAccessible } from './harness/axe.ts';
import { dropPaths } from './harness/drop.ts';
import { screenshot } from './harness/screenshot.ts';
import { openModels } from './harness/models-place.ts';
import { modelsReady } from './harness/models-ready.ts';
import { expect, test } from './harness/test.ts';
import { type TinyCheckpoints, writeTinyCheckpoints } from './harness/tiny-checkpoints.ts';
import { search, setNumber } from './search-drive.ts';

let folder: string;
let files: TinyCheckpoints;
test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'equiseg-checkpoints-'));
  files = await writeTinyCheckpoints(folder);
});
test.afterAll(() => rmSync(folder, { recursive: true }));

const region = (page: Page, name: string | RegExp) => page.getByRole('region', { name });
const SAM = 'Checkpoint sam_tiny.pth';
const ADAPTERS = 'Checkpoint samed_tiny.safetensors';

async function drop(page: Page, path: string): Promise<void> {
  await dropPaths(page, [path], page.getByRole('main'));
}

/** Makes the model of a card and waits until it is in use. */
async function make(page: Page, card: string, model: RegExp): Promise<void> {
  await region(page, card).getByRole('button', { name: 'Make the model' }).click();
  await expect(region(page, model)).toContainText('in use');
}

test('a SAM and the adapters of a SAMed become an extractor and a segmenter', async ({
  app,
  cohort,
}, info) => {
  await loadFolder(app, cohort.path);
  await openModels(app);
  await drop(app, files.adapters);
  await expect(region(app, ADAPTERS)).toContainText('SAMed LoRA, rank 4');
  await expect(region(app, ADAPTERS)).toContainText('The SAM it was trained on is missing');
  await screenshot(app, info, 'models-adapters-alone');

  await drop(app, files.sam);
  await expect(region(app, SAM)).toContainText('SAM 4 blocks of 32 channels, 128');
  await expect(region(app, SAM)).toContainText('Makes a feature extractor');
  await expect(region(app, ADAPTERS)).toContainText('Makes a segmenter');
  // The SAM's own, which is smaller than that of the papers.
  await expect(region(app, ADAPTERS).getByLabel('Input side')).toHaveValue('128');
  await expect(region(app, ADAPTERS)).toContainText('side 128, rank 4, background and 2 classes');
  await expectAccessible(app);
  await screenshot(app, info, 'models-checkpoints');

  await make(app, SAM, /Image encoder of SAM/);
  await expect(region(app, /Image encoder of SAM/)).toContainText('averaged to one vector');
  await make(app, ADAPTERS, /^SAMed of/);
  const samed = region(app, /^SAMed of/);
  await expect(samed).toContainText('Ran on one provider only.');
  await expect(samed).toContainText('sam_tiny.pth');
  await expect(samed).toContainText(/SHA-256 [0-9a-f]{64}/);
  await expect(samed).toContainText('logits of background, rim, cup');
  await expectAccessible(app);
  await screenshot(app, info, 'models-made');

  await app.goto('./#/search');
  await app.getByRole('combobox', { name: 'Target group', exact: true }).selectOption('2');
  await setNumber(app, /Selection size N/, 12);
  await search(app);
  await app.goto('./#/evaluate');
  await app.getByRole('button', { name: /^Evaluate \d+ images$/ }).click();
  await waitForRun(app);
  await expect(app.getByRole('main')).toContainText('SAMed');

  await app.goto('./#/models');
  await app.reload();
  await expect(app.getByText(modelsReady(2))).toBeVisible();
  await expect(region(app, /^SAMed of/)).toContainText('in use');
  await region(app, /^SAMed of/)
    .getByRole('button', { name: 'Unload' })
    .click();
  const kept = region(app, 'Kept, not loaded');
  await expect(kept).toContainText('SAMed');
  await screenshot(app, info, 'models-kept');
  await kept.getByRole('button', { name: 'Load' }).click();
  await expect(region(app, /^SAMed of/)).toContainText('in use');
  await region(app, /^SAMed of/)
    .getByRole('button', { name: 'Delete' })
    .click();
  await region(app, /^SAMed of/)
    .getByRole('button', { name: 'Delete', exact: true })
    .click();
  await expect(region(app, /^SAMed of/)).toHaveCount(0);
  await app.reload();
  await expect(app.getByText(modelsReady(1))).toBeVisible();
});

test('what cannot be used is refused with the tensor or the name that is wrong', async ({ app }, info) => {
  await openModels(app);
  await drop(app, files.malicious);
  await expect(region(app, /^Not loaded: malicious/)).toContainText('pickle/');
  await drop(app, files.sam);
  await drop(app, files.incomplete);
  await expect(region(app, /^Not loaded: samed_incomplete/)).toContainText('lacks the tensor "w_b_003"');
  await expectAccessible(app);
  await screenshot(app, info, 'models-refused');
});
