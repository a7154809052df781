/**
 * The other families of checkpoints through the whole page: a TransUNet whose masks Evaluate scores, and an InceptionV3 of
 * full size whose features Search measures. What the page computes is computed here too, by other code.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import * as ort from 'onnxruntime-web/wasm';
import { readNpz } from '../core/formats/npz.ts';
import { writeSafetensors } from '../core/formats/safetensors.ts';
import { writeTorchCheckpoint } from '../core/formats/torch-writer.ts';
import { prepareForFeatures, prepareForSegmentation } from '../core/imaging/preprocess.ts';
import { BACKENDS, describeDifference } from '../core/testing.ts';
import type { Model } from '../models/graph/graph.ts';
import { lowerToOnnx } from '../models/onnx/lower.ts';
import { interpret } from '../models/reference/interpret.ts';
import { synthParams } from '../models/reference/synth-weights.ts';
import { foldNorms } from '../models/rewrite/fold-norms.ts';
import { readTransUnetCases } from '../models/testing/transunet-golden.ts';
import { createInceptionV3, INCEPTION_FEATURE_COUNT, INCEPTION_SIDE } from '../models/zoo/inception-v3.ts';
import { type ExportedEvaluation, exportRun, loadFolder, waitForRun } from './evaluate-flow.ts';
import { dice } from './evaluate-predictions.ts';
import { expectAccessible } from './harness/axe.ts';
import { type CohortFolder, createCohortFolder } from './harness/cohort-folder.ts';
import { dropPaths } from './harness/drop.ts';
import { openModels } from './harness/models-place.ts';
import { screenshot } from './harness/screenshot.ts';
import { expect, test } from './harness/test.ts';
import { choose, saved, search, setNumber } from './search-drive.ts';

/** The project's own copy: what the page says of its sizes is looked for. */
const TRANSUNET = new URL('../core/goldens/transunet-tiny/', import.meta.url);
const HYBRID = 'r50';
const SIDE = 64;
const WORDS = /TransUNet of 2 layers of 32 channels, 64, 3 classes/;
/** A third of a second an image by InceptionV3 on a quiet machine: as few as a search takes. */
const SUBJECT_COUNT = 8;
/** By the rows of its classifier pytorch-fid's network is told from torchvision's; features do not use it. */
const CLASSIFIER = { shape: [1008, 2048], data: new Float32Array(1008 * 2048) };

interface Selection {
  readonly selection: readonly { readonly id: string; readonly name: string }[];
}

// A busy machine runs InceptionV3 fifty times slower than a quiet one.

let folder: string;
let cohort: CohortFolder;
test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'equiseg-families-'));
  cohort = createCohortFolder(SUBJECT_COUNT);
});
test.afterAll(() => {
  rmSync(folder, { recursive: true });
  cohort.remove();
});

const region = (page: Page, name: string | RegExp) => page.getByRole('region', { name });

/** Writes a file of the tests and returns its path. */
function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** Drops a checkpoint, reads what it is said to be, makes the model and waits until it is in use. */
async function makeModel(page: Page, path: string, words: RegExp, model: RegExp): Promise<void> {
  await dropPaths(page, [path], page.getByRole('main'));
  const card = region(page, `Checkpoint ${path.slice(folder.length + 1)}`);
  await expect(card).toContainText(words);
  await card.getByRole('button', { name: 'Make the model' }).click();
  await expect(region(page, model)).toContainText('in use');
  await expect(region(page, model)).toContainText('Ran on one provider only.');
}

/** The small hybrid TransUNet of the reference data: as a graph with its weights, and the file of its arrays. */
async function tinyTransUnet(): Promise<{ readonly model: Model; readonly arrays: string }> {
  const read = (file: string) => Uint8Array.from(readFileSync(new URL(file, TRANSUNET)));
  const cases = await readTransUnetCases((file) => Promise.resolve(read(file)));
  const found = cases.find(({ name }) => name === HYBRID);
  if (found === undefined) throw new Error(`transunet-tiny has no case ${HYBRID}`);
  return { model: found.model, arrays: write('transunet.npz', read(`${HYBRID}_weights.npz`)) };
}

/** Rim and cup Dice of the oracle's masks, in float64, of the subject with each name. */
function expectedDice(model: Model): (name: string) => readonly [number, number] {
  const drawn = cohort.cohort;
  const { height, width } = drawn.size;
  const indices = new Map(
    Array.from({ length: drawn.count }, (_, index) => [drawn.describe(index).name, index]),
  );
  return (name) => {
    const { image, mask } = drawn.render(indices.get(name) as number);
    // The generator writes 0, -1, -2, as the data set does.
    const truth = Uint8Array.from(mask, Math.abs);
    const preprocess = { kind: 'segmentation', crop: 512, side: SIDE, preset: 'corrected' } as const;
    const prepared = prepareForSegmentation(image, truth, height, width, preprocess);
    const data = [0, 1, 2].flatMap(() => [...prepared.image]);
    const { logits } = interpret(model, { image: { shape: [1, 3, SIDE, SIDE], data } });
    const predicted = prepared.mask.map((_, at) => {
      const values = [0, 1, 2].map((c) => logits?.data[c * SIDE * SIDE + at] as number);
      return values.indexOf(Math.max(...values));
    });
    return [dice(predicted, prepared.mask, 1), dice(predicted, prepared.mask, 2)];
  };
}

test('a TransUNet is recognised by its shapes, and its masks score what the oracle says', async ({
  app,
}, info) => {
  const { model, arrays } = await tinyTransUnet();
  await loadFolder(app, cohort.path);
  await openModels(app);
  // Its arrays alone do not tell how many heads the attention has: recognised, and refused with what is missing.
  await app.locator('input[type=file]').setInputFiles(arrays);
  const card = region(app, 'Checkpoint transunet.npz');
  await expect(card).toContainText(WORDS);
  await expect(card).toContainText('how many attention heads');
  const path = write('transunet.safetensors', writeSafetensors(model.params, { heads: '4' }));
  await makeModel(app, path, WORDS, /^TransUNet, side 64, background and 2 classes/);
  await expectAccessible(app);
  await screenshot(app, info, 'models-transunet');

  await app.goto('./#/evaluate');
  await app.getByLabel('Images', { exact: true }).selectOption({ label: 'All subjects' });
  await app.getByRole('button', { name: `Evaluate ${SUBJECT_COUNT} images` }).click();
  await waitForRun(app);
  const { images, provenance } = JSON.parse(await exportRun(app, /JSON/)) as ExportedEvaluation;
  expect(provenance.settings).toMatchObject({ 'network input px': SIDE, 'centre crop px': 512 });
  expect(images).toHaveLength(SUBJECT_COUNT);
  const expected = expectedDice(model);
  const scores = images.map((image) => {
    const [rim, cup] = expected(image['name'] as string);
    // A pixel next to a tie may fall to either side.
    expect(image['rim_dice_fraction']).toBeCloseTo(rim, 2);
    expect(image['cup_dice_fraction']).toBeCloseTo(cup, 2);
    return rim + cup;
  });
  expect(new Set(scores).size).toBeGreaterThan(SUBJECT_COUNT / 2);
});

test('an InceptionV3 of full size is recognised, and its features are those of the network', async ({
  app,
}, info) => {
  const graph = createInceptionV3('fid');
  const model = { graph, params: synthParams(graph.parameters, 'e2e', Math.SQRT2) };
  const path = write(
    'inception.pth',
    writeTorchCheckpoint(new Map([...model.params, ['fc.weight', CLASSIFIER]])),
  );
  await loadFolder(app, cohort.path);
  await openModels(app);
  const extractor = /^InceptionV3 of pytorch-fid/;
  await makeModel(app, path, /pytorch-fid InceptionV3, 96 MB/, extractor);
  await expect(region(app, extractor)).toContainText('2,048 features an image');
  await screenshot(app, info, 'models-inception');

  await app.goto('./#/search');
  await choose(app, 'Pool', 'All splits');
  await choose(app, 'Target grouping', 'Gender');
  await choose(app, 'Target group', 'Male');
  await choose(app, 'Target split', 'All splits');
  await choose(app, 'Part of the target', 'Whole group, as published');
  await setNumber(app, /Selection size N/, 2);
  await search(app);
  const { selection } = JSON.parse((await saved(app, /\.json/)).bytes.toString('utf8')) as Selection;
  const npz = readNpz(Uint8Array.from((await saved(app, /\.npz/)).bytes));
  const { values, shape } = npz.read('features');
  expect(shape).toEqual([SUBJECT_COUNT, INCEPTION_FEATURE_COUNT]);
  const ids = Array.from<unknown>(npz.read('sample_id').values);

  // The same weights by another path: no checkpoint, no cache, one thread, images one by one.
  const drawn = cohort.cohort;
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(lowerToOnnx(foldNorms(model)));
  const preprocess = { kind: 'features', side: INCEPTION_SIDE, preset: 'full' } as const;
  for (const { id, name } of selection) {
    const row = ids.indexOf(id) * INCEPTION_FEATURE_COUNT;
    const index = Array.from({ length: SUBJECT_COUNT }, (_, i) => drawn.describe(i).name).indexOf(name);
    const plane = prepareForFeatures(
      drawn.render(index).image,
      drawn.size.height,
      drawn.size.width,
      preprocess,
    );
    const pixels = Float32Array.from([0, 1, 2].flatMap(() => [...plane]));
    const image = new ort.Tensor('float32', pixels, [1, 3, INCEPTION_SIDE, INCEPTION_SIDE]);
    const { features } = await session.run({ image });
    const found = Array.from({ length: INCEPTION_FEATURE_COUNT }, (_, i) => Number(values[row + i]));
    expect(describeDifference(found, features?.data as Float32Array, BACKENDS)).toBeUndefined();
  }
  expect(selection).toHaveLength(2);
});
