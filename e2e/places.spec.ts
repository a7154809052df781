/** Every place and page of the workbench opens, can be read by everyone in both colour schemes, and fits a small laptop. */
import { expectAccessible } from './harness/axe.ts';
import { screenshot } from './harness/screenshot.ts';
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

const VIEWPORTS = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
];

for (const [address, title] of Object.entries(PAGES)) {
  test(`${title} opens by its address and has no accessibility violation, light and dark`, async ({
    app,
  }, info) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await app.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await app.goto(`./#/${address}`);
      await expect(app.getByRole('heading', { level: 1, name: title })).toBeVisible();
      await expectAccessible(app);
      for (const viewport of VIEWPORTS) {
        await app.setViewportSize(viewport);
        await screenshot(app, info, `${address}-${colorScheme}-${viewport.width}`);
        // A place scrolls inside itself; the page as a whole never does.
        const overflow = await app.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow).toBeLessThanOrEqual(0);
      }
    }
  });
}
