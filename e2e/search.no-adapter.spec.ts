/** The Search place on a folder of samples: the numbers it shows, its exports, cancel, the leakage guard, and what survives a reload. */
import { readSplitList } from '../core/formats/split-list.ts';
import { readNpz } from '../core/formats/npz.ts';
import { readTray } from './harness/job-tray.ts';
import { loadFolder } from './evaluate-flow.ts';
import { expectReadable } from './harness/readable.ts';
import { modelsReady } from './harness/models-ready.ts';
import { expect, test } from './harness/test.ts';
import { choose, saved, search, setNumber, textbookFrechet } from './search-drive.ts';

const SIZE = 24;

// A limit against hanging: other tests share the cores.

interface ExportedSearch {
  readonly provenance: {
    readonly cohort: { readonly hash: string; readonly count: number };
    readonly model: { readonly id: string };
    readonly seed: number;
  };
  readonly pool: readonly string[];
  readonly target: readonly string[];
  readonly heldOut: readonly string[];
  readonly result: {
    readonly selected: readonly string[];
    readonly selectionDistance: number;
    readonly poolDistance: number;
    readonly drawDistances: readonly number[];
    readonly assignment: readonly number[];
    readonly clusters: readonly {
      readonly index: number;
      readonly size: number;
      readonly distance: number | null;
    }[];
  };
  readonly selection: readonly { readonly id: string; readonly name: string; readonly cluster: number }[];
}

test('distances are the textbook ones, exports agree, and the result survives a reload', async ({
  app,
  cohort,
}, info) => {
  await loadFolder(app, cohort.path);
  await app.goto('./#/search');
  await app.getByRole('combobox', { name: 'Target group', exact: true }).selectOption('2');
  await expect(app.getByText('Target images are test images')).toBeVisible();
  await setNumber(app, /Selection size N/, SIZE);
  await search(app);

  const json = await saved(app, /\.json/);
  const exported = JSON.parse(json.bytes.toString('utf8')) as ExportedSearch;
  const { result, pool, target } = exported;
  expect(exported.provenance.cohort.count).toBe(cohort.cohort.count);
  expect(exported.provenance.cohort.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(result.selected).toHaveLength(SIZE);
  expect(result.drawDistances).toHaveLength(20);

  // From the feature vectors alone, by another formula.
  const npz = readNpz(Uint8Array.from((await saved(app, /\.npz/)).bytes));
  const { values, shape } = npz.read('features');
  const ids = npz.read('sample_id').values as readonly string[];
  const [count, width] = shape as [number, number];
  expect(ids).toEqual([...pool, ...target]);
  const rowOf = new Map(
    ids.map((id, row) => [id, Array.from({ length: width }, (_, j) => Number(values[row * width + j]))]),
  );
  expect(count).toBe(rowOf.size);
  const rows = (some: readonly string[]) => some.map((id) => rowOf.get(id) as number[]);
  const selection = textbookFrechet(rows(result.selected), rows(target));
  expect(Math.abs(result.selectionDistance / selection - 1)).toBeLessThan(1e-5);
  expect(Math.abs(result.poolDistance / textbookFrechet(rows(pool), rows(target)) - 1)).toBeLessThan(1e-5);
  const cluster = result.clusters.find(({ size }) => size > 3);
  const members = pool.filter((_, i) => result.assignment[i] === cluster?.index);
  expect(members).toHaveLength(cluster?.size ?? -1);
  const measured = textbookFrechet(rows(members), rows(target));
  expect(Math.abs((cluster?.distance ?? 0) / measured - 1)).toBeLessThan(1e-5);

  // What is shown is what was exported.
  const shown = app.getByRole('region', { name: 'Fréchet distance, selection to target' });
  await expect(shown).toContainText(String(Number(selection.toPrecision(4))));
  const list = await saved(app, /\.txt/);
  expect(list.name).toContain('train');
  expect(readSplitList(list.bytes.toString('utf8'))).toEqual(exported.selection.map(({ name }) => name));
  const csv = (await saved(app, /\.csv/)).bytes.toString('utf8').split('\r\n');
  const lines = csv.filter((line) => line !== '' && !line.startsWith('#'));
  expect(csv[0]).toMatch(/^# software: EquiSeg/);
  expect(lines).toHaveLength(SIZE + 1);
  expect(lines[1]).toContain(result.selected[0] as string);

  await expectReadable(app, info, 'search');

  const name = app.getByRole('textbox', { name: 'Name of the selection' });
  await name.fill('First choice');
  await name.press('Enter');
  await choose(app, 'Strategy', 'Random: the baseline');
  await app.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(app.getByRole('heading', { name: 'Searches to compare (2)' })).toBeVisible();
  await app.getByRole('cell', { name: 'First choice' }).click();
  await expect(shown).toContainText(String(Number(selection.toPrecision(4))));

  await app.reload();
  await expect(app.getByRole('heading', { name: 'Searches to compare (2)' })).toBeVisible();
  await expect(name).toHaveValue('First choice');
  await expect(app.getByRole('combobox', { name: 'Strategy', exact: true })).toHaveValue('random');
  await app.getByRole('button', { name: 'Delete' }).click();
  await expect(app.getByRole('heading', { name: 'Searches to compare (1)' })).toBeVisible();
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(name).toHaveValue('First choice');
});

test('a cancelled search leaves the workers ready, and half of the target can be held out', async ({
  app,
  cohort,
}) => {
  await loadFolder(app, cohort.path);
  // Loading the models is a job of its own; it must not be the one that is cancelled.
  await app.goto('./#/models');
  await expect(app.getByText(modelsReady())).toBeVisible();
  await app.goto('./#/search');
  await app.getByRole('combobox', { name: 'Target group', exact: true }).selectOption('2');
  await choose(app, 'Target split', 'All splits');
  await setNumber(app, /Selection size N/, 12);
  await app.getByRole('button', { name: 'Search', exact: true }).click();
  await expect
    .poll(async () => (await readTray(app)).text, { intervals: [50] })
    .toMatch(/Computing features/);
  await app
    .getByRole('button', { name: /^Cancel/ })
    .first()
    .click();
  await expect.poll(async () => (await readTray(app)).end).toBe('cancelled');
  await expect(app.getByText('Nothing searched yet')).toBeVisible();

  await choose(app, 'Part of the target', 'Random half; hold the other out');
  await search(app);
  const exported = JSON.parse((await saved(app, /\.json/)).bytes.toString('utf8')) as ExportedSearch;
  expect(exported.heldOut.length).toBe(exported.target.length);
  const searched = new Set([...exported.target, ...exported.pool]);
  expect(exported.heldOut.filter((id) => searched.has(id))).toEqual([]);
  await expect(app.getByRole('region', { name: 'Held-out half of the target' })).toContainText(
    String(exported.heldOut.length),
  );
});
