/** Every place and page of the workbench opens, can be read by everyone in both colour schemes, and fits a small laptop. */
import { expectReadable } from './harness/readable.ts';
import { expect, test } from './harness/test.ts';

const PAGES: Readonly<Record<string, string>> = {
  cohort: 'Cohort',
  models: 'Models',
  search: 'Search',
  train: 'Train',
  evaluate: 'Evaluate',
  experiments: 'Experiments',
  privacy: 'Privacy ledger',
  help: 'Help',
};

for (const [address, title] of Object.entries(PAGES)) {
  test(`${title} opens by its address and can be read by everyone`, async ({ app }, info) => {
    await app.goto(`./#/${address}`);
    await expect(app.getByRole('heading', { level: 1, name: title })).toBeVisible();
    await expectReadable(app, info, address);
  });
}
