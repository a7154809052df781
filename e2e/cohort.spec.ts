/** The Cohort place, driven as a person drives it: demo cohort, real files and broken ones, codes, filter, reload, cancel. */
import { ATTRIBUTES } from '../core/cohort/attributes.ts';
import { startSmallDemo } from './harness/demo-cohort.ts';
import { expectAccessible } from './harness/axe.ts';
import { dropPaths } from './harness/drop.ts';
import { readTray, waitForJob } from './harness/job-tray.ts';
import { expectReadable } from './harness/readable.ts';
import { expect, test } from './harness/test.ts';
import type { Page } from '@playwright/test';
import type { CohortFolder } from './harness/cohort-folder.ts';

/** For tests that run in the browser without an adapter too. */
const NO_ADAPTER = { tag: '@no-adapter' };

async function dropFolder(app: Page, folder: CohortFolder): Promise<void> {
  const tray = app.getByRole('region', { name: 'Current job' });
  const before = await tray.allInnerTexts();
  await dropPaths(app, [folder.path], app.getByRole('main'));
  // Until then the tray may still tell how the job before this one ended.
  await expect.poll(() => tray.allInnerTexts()).not.toEqual(before);
  await waitForJob(app);
}

/** Subjects of the folder with a code of race, as its generator says. */
function withRace(folder: CohortFolder, code: number): number {
  const { cohort } = folder;
  return Array.from({ length: cohort.count }, (_, i) => cohort.describe(i)).filter(
    ({ codes }) => codes.race === code,
  ).length;
}

function passing(app: Page, count: number, total: number) {
  return expect(app.getByText(`${count} of ${total} subjects`)).toBeVisible();
}

test('the demo cohort is shown with one click and looked at image by image', async ({ app }, info) => {
  await startSmallDemo(app);
  await waitForJob(app);
  await passing(app, 200, 200);
  await expect(app.getByText('Demo cohort of 200 synthetic subjects, seed 1.')).toBeVisible();
  await expect(app.getByRole('figure', { name: /Recorded race/ })).toBeVisible();

  await app.getByRole('tab', { name: 'Images' }).click();
  await expect(app.locator('canvas[data-drawn=true]').first()).toBeVisible();
  await app.getByRole('grid').focus();
  await app.keyboard.press('ArrowRight');
  await app.keyboard.press('Enter');
  const inspector = app.getByRole('complementary', { name: 'Sample inspector' });
  await expect(inspector.getByText('2 of 200')).toBeVisible();
  await expect(inspector.getByRole('table', { name: 'Arrays in the file' })).toContainText('fundus_slo');
  await app.keyboard.press('ArrowRight');
  await expect(inspector.getByText('3 of 200')).toBeVisible();

  await expectReadable(app, info, 'inspector');
  await app.keyboard.press('Escape');
  for (const tab of ['Images', 'Who is in it', 'What was read']) {
    await app.getByRole('tab', { name: tab }).click();
    await expectReadable(app, info, `cohort-${tab.toLowerCase().replaceAll(' ', '-')}`);
  }
});

test(
  'a dropped folder is read: good files load, each broken one is listed with its code',
  NO_ADAPTER,
  async ({ app, cohort }, info) => {
    await dropFolder(app, cohort);
    await passing(app, cohort.cohort.count, cohort.cohort.count);
    await app.getByRole('tab', { name: /Rejected files/ }).click();
    await expect(
      app.getByText(`${cohort.brokenNames.length} of ${cohort.brokenNames.length} refused`),
    ).toBeVisible();
    const search = app.getByRole('textbox', { name: "Part of the refused file's name" });
    for (const name of cohort.brokenNames) {
      await search.fill(name);
      const row = app.getByRole('row').filter({ hasText: name });
      await expect(row.first()).toBeVisible();
      await expect(row.first().getByRole('code')).toHaveText(/^(zip|npy|sample|file)\/[a-z0-9-]+$/);
    }
    await search.fill('');
    await expectReadable(app, info, 'rejected');
    const download = app.waitForEvent('download');
    await app.getByRole('button', { name: 'CSV' }).click();
    expect((await download).suggestedFilename()).toBe('rejected-files.csv');

    const isTest = (i: number) => cohort.cohort.describe(i).split === 'test';
    const testCount = Array.from({ length: cohort.cohort.count }, (_, i) => i).filter(isTest).length;
    await expect(app.getByRole('button', { name: `test ${testCount}` })).toBeVisible();
    await expect(app.getByText('From the split lists', { exact: false })).toBeVisible();
  },
);

test('the coding of race is changed and every count follows', async ({ app, cohort }) => {
  await dropFolder(app, cohort);
  const asian = async () => {
    await app.getByRole('button', { name: 'Groups', exact: true }).click();
    const label = app.getByRole('checkbox', { name: new RegExp(`^${ATTRIBUTES.race.labels[0]}`) }).first();
    const text = await label.evaluate((input: HTMLInputElement) => input.labels?.[0]?.textContent);
    await app.keyboard.press('Escape');
    return text;
  };
  await expect.poll(asian).toBe(`Asian (${withRace(cohort, 0)})`);
  await app.getByRole('combobox', { name: 'Coding of recorded race' }).selectOption('code');
  await expect.poll(asian).toBe(`Asian (${withRace(cohort, 2)})`);
});

test('the filter narrows what is shown, by key, name, split and group', async ({ app, cohort }) => {
  await dropFolder(app, cohort);
  const { count } = cohort.cohort;
  await app.getByRole('heading', { level: 1 }).focus();
  await app.keyboard.press('/');
  const { name } = cohort.cohort.describe(17);
  await app.keyboard.type(name);
  await passing(app, 1, count);
  await app.getByRole('button', { name: 'Clear all' }).click();
  await passing(app, count, count);
  await app.getByRole('button', { name: 'Groups', exact: true }).click();
  await app
    .getByRole('checkbox', { name: /^White/ })
    .first()
    .check();
  await expectAccessible(app);
  await app.keyboard.press('Escape');
  await passing(app, withRace(cohort, 2), count);
  await app.getByRole('button', { name: 'Lift the filter on Race: White' }).click();
  await passing(app, count, count);
});

test('age bins and intersections are derived, listed and removed', async ({ app, cohort }) => {
  await dropFolder(app, cohort);
  await app.getByRole('textbox', { name: 'Age bins, divided at (years)' }).fill('50, 70');
  await app.getByRole('button', { name: 'Add age bins' }).click();
  const derived = app.getByRole('list', { name: 'Derived groups' });
  await expect(derived).toContainText('Age bins at 50, 70');
  await app.getByRole('combobox', { name: 'Intersection of' }).click();
  await app.getByRole('option', { name: 'Race', exact: true }).click();
  await app.getByRole('option', { name: 'Gender', exact: true }).click();
  await app.keyboard.press('Escape');
  await app.getByRole('button', { name: 'Add intersection' }).click();
  await expect(app.getByRole('figure', { name: /Race × Gender/ })).toBeVisible();
  await app.getByRole('button', { name: 'Remove Race × Gender' }).click();
  await expect(app.getByRole('figure', { name: /Race × Gender/ })).toBeHidden();
});

/** Takes the folder's handle away, as in a browser that gives none. */
function forgetFolderHandles(app: Page): Promise<void> {
  return app.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('equiseg-folders');
        opening.onsuccess = () => {
          const change = opening.result.transaction('handles', 'readwrite');
          change.objectStore('handles').clear();
          change.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
        opening.onerror = () => reject(new Error('The database of folder handles could not be opened.'));
      }),
  );
}

test('a reload keeps the cohort; its files come back by permission or by dropping the folder again', async ({
  app,
  cohort,
}) => {
  await dropFolder(app, cohort);
  const { count } = cohort.cohort;
  const trainCount = Array.from({ length: count }, (_, i) => cohort.cohort.describe(i)).filter(
    ({ split }) => split === 'train',
  ).length;
  await app.getByRole('button', { name: /^train/ }).click();
  await passing(app, trainCount, count);
  // At once: a choice made just before a reload is kept too.
  await app.reload();
  await passing(app, trainCount, count);
  await expect.poll(async () => (await readTray(app)).text).toContain(`${count} matched to samples`);

  await forgetFolderHandles(app);
  await app.reload();
  await passing(app, trainCount, count);
  const notice = app.getByText(`${count} subjects from an earlier visit without an open file`);
  await expect(notice).toBeVisible();
  await app.getByRole('tab', { name: 'Images' }).click();
  await expect(app.locator('canvas[data-drawn=true]').first()).toBeVisible();
  await expectAccessible(app);
  await dropPaths(app, [cohort.path], app.getByRole('main'));
  const ended = await waitForJob(app);
  expect(ended.text).toContain(`${count} matched to samples of an earlier visit`);
  await expect(notice).toBeHidden();
  await app.getByRole('gridcell').first().click();
  await expect(app.getByRole('table', { name: 'Arrays in the file' })).toBeVisible();
});

test('a cancel keeps what was read, and the page goes on working', async ({ app, cohort }) => {
  await startSmallDemo(app);
  await expect.poll(async () => (await readTray(app)).done ?? 0).toBeGreaterThan(8);
  await app.getByRole('button', { name: 'Cancel: Making the demo cohort' }).click();
  await expect.poll(async () => (await readTray(app)).end).toBe('cancelled');
  const { text } = await readTray(app);
  expect(text).toContain('What was read is kept.');
  const kept = Number(/: (\d+) read/.exec(text)?.[1]);
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(200);
  await passing(app, kept, kept);
  await dropFolder(app, cohort);
  await passing(app, kept + cohort.cohort.count, kept + cohort.cohort.count);

  await app.getByRole('button', { name: 'Clear the cohort…' }).click();
  await app.getByRole('button', { name: 'Clear', exact: true }).click();
  await expect(app.getByRole('button', { name: 'Try the demo cohort' })).toBeVisible();
});
