/** The Models place with files of other makers: what is used, asked about, kept, removed, or refused. Where models run is not the matter here. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGraphBuilder } from '../models/graph/builder.ts';
import { lowerToOnnx } from '../models/onnx/lower.ts';
import { expectAccessible } from './harness/axe.ts';
import { dropPaths } from './harness/drop.ts';
import { foreignExtractor } from './harness/foreign-models.ts';
import { modelCard, openModels } from './harness/models-place.ts';
import { modelsReady } from './harness/models-ready.ts';
import { screenshot } from './harness/screenshot.ts';
import { expect, test } from './harness/test.ts';

/** One channel in, three maps out: logits of three classes, or features of an encoder; the file does not say. */
function ambiguousModel(): Uint8Array {
  const builder = createGraphBuilder('ambiguous');
  const x = builder.input('x', ['N', 1, 64, 64]);
  const weight = builder.parameter('weight', [3, 1, 1, 1]);
  const maps = builder.op('conv2d', 'maps', [x, weight], { stride: 1, padding: [0, 0] });
  const params = new Map([['weight', { shape: [3, 1, 1, 1], data: Float32Array.of(1, -1, 0.5) }]]);
  return lowerToOnnx({ graph: builder.build({ y: maps }), params });
}

/** Takes [N, 2, ...] images, which no fundus image is. */
function uselessModel(): Uint8Array {
  const builder = createGraphBuilder('useless');
  const x = builder.input('x', ['N', 2, 64, 64]);
  return lowerToOnnx({
    graph: builder.build({ y: builder.op('affine', 'z', [x], { scale: 2, shift: 0 }) }),
    params: new Map(),
  });
}

let folder: string;
test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'equiseg-models-'));
  writeFileSync(join(folder, 'foreign.onnx'), foreignExtractor());
  writeFileSync(join(folder, 'ambiguous.onnx'), ambiguousModel());
  writeFileSync(join(folder, 'useless.onnx'), uselessModel());
  writeFileSync(join(folder, 'broken.onnx'), 'this is not a model');
});
test.afterAll(() => rmSync(folder, { recursive: true }));

test('models of other makers are used, kept, removed, or refused with a reason', async ({ app }, info) => {
  await openModels(app);
  await dropPaths(app, [join(folder, 'foreign.onnx')], app.getByRole('main'));
  const foreign = modelCard(app, 'foreign.onnx');
  await expect(foreign).toContainText('Feature extractor');
  await expect(foreign).toContainText('in use');
  await expect(foreign).toContainText('pixel_values [N, 3, 64, 64]');
  await expect(foreign).toContainText('last_hidden, 3 features an image');
  await expect(foreign).toContainText('The grey image is repeated in all three channels.');
  await expect(foreign).toContainText('Ran on WebAssembly alone');

  await dropPaths(app, [join(folder, 'ambiguous.onnx')], app.getByRole('main'));
  await expect(app.getByText('What is ambiguous.onnx for?')).toBeVisible();
  await app.getByRole('button', { name: 'Use as segmenter' }).first().click();
  await expect(modelCard(app, 'ambiguous.onnx')).toContainText('logits of background, rim, cup');

  await dropPaths(app, [join(folder, 'broken.onnx')], app.getByRole('main'));
  await expect(modelCard(app, 'Not loaded: broken.onnx')).toContainText('onnx/damaged');
  await dropPaths(app, [join(folder, 'useless.onnx')], app.getByRole('main'));
  await expect(modelCard(app, 'Not loaded: useless.onnx')).toContainText('onnx/unsupported-interface');
  await expect(modelCard(app, 'Not loaded: useless.onnx')).toContainText('C of 1 or 3 channels');
  await expectAccessible(app);
  await screenshot(app, info, 'models-dropped');

  await app.reload();
  await expect(app.getByText(modelsReady(2))).toBeVisible();
  await expect(modelCard(app, 'foreign.onnx')).toContainText('in use');
  await modelCard(app, 'foreign.onnx').getByRole('button', { name: 'Delete' }).click();
  await modelCard(app, 'foreign.onnx').getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(modelCard(app, 'foreign.onnx')).toHaveCount(0);
  await expect(modelCard(app, 'SAMed-Tiny encoder')).toContainText('in use');
  await app.reload();
  await expect(app.getByText(modelsReady(1))).toBeVisible();
});
