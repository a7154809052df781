/** The Models place on WebGPU: where models run, their self-tests, and the recovery after a lost device. */
import { expectAccessible } from './harness/axe.ts';
import { modelCard, openModels } from './harness/models-place.ts';
import { screenshot } from './harness/screenshot.ts';
import { expect, test } from './harness/test.ts';

test('the embedded models are tested on WebGPU and WebAssembly, agree, and are there again after a lost device', async ({
  app,
}, info) => {
  await openModels(app);
  const device = modelCard(app, 'Device');
  await expect(device).toContainText('WebGPU');
  await expect(device).toContainText('swiftshader');
  await expect(device).toContainText('cross-origin isolated');
  await expect(modelCard(app, 'SAMed-Tiny')).toContainText('Agreed.');
  await expect(modelCard(app, 'SAMed-Tiny')).toContainText(/WebGPU [\d.]+ m?s, WASM [\d.]+ m?s/);
  // One session for both: what was found of it is not found twice.
  await expect(modelCard(app, 'SAMed-Tiny encoder')).toContainText('shares the encoder');
  for (const name of ['SAMed-Tiny', 'SAMed-Tiny encoder']) {
    await expect(modelCard(app, name)).toContainText('in use');
    await expect(modelCard(app, name)).toContainText('Apache-2.0');
  }
  for (const colorScheme of ['light', 'dark'] as const) {
    await app.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectAccessible(app);
    await screenshot(app, info, `models-${colorScheme}`);
  }

  await app.getByRole('button', { name: 'Restart the device' }).click();
  await expect(app.getByText('The device was restarted')).toBeVisible();
  await expect(app.getByText('A fresh worker runs and has the models again.')).toBeVisible();
  await screenshot(app, info, 'models-restarted');
  await expect(modelCard(app, 'Filter bank')).toContainText('Agreed.');
});
