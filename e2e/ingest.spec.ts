/** Files on their way in: the page is used meanwhile, a cancel says what was kept, and every door lets them in: drop, folder picker, file inputs. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { CohortFolder } from './harness/cohort-folder.ts';
import { dropPaths } from './harness/drop.ts';
import { readTray, waitForJob } from './harness/job-tray.ts';
import { writeManyFiles } from './harness/many-files.ts';
import { expect, test } from './harness/test.ts';

function shown(app: Page, text: RegExp | string) {
  return expect(app.getByText(text)).toBeVisible();
}

test('while a folder is read the page is used, a cancel says what was kept, and the rest follows on a second drop', async ({
  app,
  cohort,
}) => {
  const many = writeManyFiles(cohort, 16);
  try {
    await dropPaths(app, [many.path], app.getByRole('main'));
    await expect.poll(async () => (await readTray(app)).done ?? 0, { intervals: [50] }).toBeGreaterThan(8);
    // The filter and another place answer while the workers read on.
    const filter = app.getByRole('textbox', { name: 'Part of the file name' });
    await expect(filter).toBeVisible();
    await app.getByRole('heading', { level: 1 }).focus();
    await app.keyboard.press('/');
    await expect(filter).toBeFocused();
    await app.keyboard.type(cohort.cohort.describe(0).name);
    await shown(app, /^[01]?\d of \d+ subjects/);
    await app.getByRole('link', { name: /^Search/ }).click();
    await expect(app.getByRole('heading', { level: 1, name: 'Search' })).toBeVisible();
    expect((await readTray(app)).end).toBeUndefined();
    await app.getByRole('button', { name: 'Cancel: Reading files' }).click();
    await expect.poll(async () => (await readTray(app)).end).toBe('cancelled');

    const { text } = await readTray(app);
    const [, found, kept] = /Stopped after (\d+) files were found: (\d+) read\. What was read is kept\./.exec(
      text,
    ) ?? [text];
    expect(Number(kept)).toBeGreaterThan(8);
    expect(Number(kept)).toBeLessThan(many.count);
    expect(Number(found)).toBeGreaterThanOrEqual(Number(kept));
    await app.getByRole('link', { name: /^Cohort/ }).click();
    await app.getByRole('button', { name: 'Clear all' }).click();
    await shown(app, `${kept} of ${kept} subjects`);

    await dropPaths(app, [many.path], app.getByRole('main'));
    await expect
      .poll(async () => (await readTray(app)).text)
      .toContain(`${many.count - Number(kept)} read, ${kept} were here already`);
    await shown(app, `${many.count} of ${many.count} subjects`);
  } finally {
    rmSync(many.path, { recursive: true });
  }
});

/** Puts a few sample files into a folder of the page's private storage and lets the folder picker answer with it, as a person would. */
async function pickableFolder(app: Page, paths: readonly string[]): Promise<void> {
  const files = paths.map((path) => ({
    name: path.slice(path.lastIndexOf('/') + 1),
    base64: readFileSync(path).toString('base64'),
  }));
  await app.evaluate(async (list) => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('picked', { create: true });
    for (const { name, base64 } of list) {
      const writable = await (await folder.getFileHandle(name, { create: true })).createWritable();
      await writable.write(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
      await writable.close();
    }
    Object.assign(window, { showDirectoryPicker: () => Promise.resolve(folder) });
  }, files);
}

function pathsOf(cohort: CohortFolder): string[] {
  return readdirSync(join(cohort.path, 'images')).map((name) => join(cohort.path, 'images', name));
}

test('files come in by the file input, by the folder input and by the folder picker', async ({
  app,
  cohort,
}) => {
  const paths = pathsOf(cohort);
  const choosing = app.waitForEvent('filechooser');
  await app.getByRole('button', { name: 'Choose files…' }).click();
  await (await choosing).setFiles([...paths.slice(0, 4), join(cohort.path, 'train.txt')]);
  expect((await waitForJob(app)).text).toContain('4 files: 4 read. 1 list of names read.');
  await shown(app, '4 of 4 subjects');

  await pickableFolder(app, paths.slice(2, 7));
  await app.getByRole('button', { name: 'Choose a folder…' }).click();
  await expect.poll(async () => (await readTray(app)).text).toContain('5 files: 3 read, 2 rejected.');
  await shown(app, '7 of 7 subjects');

  // A browser without the picker gives its files through the input, broken ones too.
  await app.evaluate(() => Reflect.deleteProperty(window, 'showDirectoryPicker'));
  const choosingFolder = app.waitForEvent('filechooser');
  await app.getByRole('button', { name: 'Choose a folder…' }).click();
  await (await choosingFolder).setFiles(cohort.path);
  const { count } = cohort.cohort;
  const rejected = cohort.brokenNames.length + 7;
  await expect
    .poll(async () => (await readTray(app)).text)
    .toContain(`${count + cohort.brokenNames.length} files: ${count - 7} read, ${rejected} rejected.`);
  await shown(app, `${count} of ${count} subjects`);
});
