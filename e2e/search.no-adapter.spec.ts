/** Without a WebGPU adapter: said plainly, and the search works. */
import { expectAccessible } from './harness/axe.ts';
import { screenshot } from './harness/screenshot.ts';
import { expect, test } from './harness/test.ts';
import { openSearchOnDemo, search, setNumber } from './search-drive.ts';

test.describe.configure({ timeout: 480_000 });

test('WebAssembly is said plainly, and a search works on it', async ({ app }, info) => {
  await openSearchOnDemo(app);
  await setNumber(app, /Selection size N/, 24);
  await search(app);
  await expect(app.getByRole('region', { name: 'Fréchet distance, selection to target' })).toContainText(
    /z = /,
  );
  await app.goto('./#/models');
  await expect(app.getByText('No WebGPU here: models run on WebAssembly')).toBeVisible();
  await expect(app.getByRole('region', { name: 'Filter bank' })).toContainText('Ran on one provider only.');
  await expectAccessible(app);
  await screenshot(app, info, 'models-no-adapter');
});
