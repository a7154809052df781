/** The weights that come with SAMed-Tiny: they fit its graph, and they find the disc of demo subjects that they never saw. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';

import { createDemoCohort } from '../../core/cohort/demo-cohort.ts';
import { openMemory } from '../../core/formats/byte-source.ts';
import { openSafetensors } from '../../core/formats/safetensors.ts';
import { prepareForSegmentation } from '../../core/imaging/preprocess.ts';
import { upsampleArgmax } from '../../core/imaging/upsample-argmax.ts';
import { countOverlap, scoreImage } from '../../core/segmentation/overlap.ts';
import type { Tensor } from '../graph/graph.ts';
import { lowerToOnnx } from '../onnx/lower.ts';
import { gridOf } from './samed-configuration.ts';
import { DENSE_POSITIONS, POSITION_MATRIX, withDensePositions } from './samed-positions.ts';
import { SAMED_TINY, SAMED_TINY_CROP } from './samed-tiny.ts';
import { createSamed } from './samed.ts';

ort.env.wasm.numThreads = 1;

const FILE = fileURLToPath(new URL('../../public/models/samed-tiny.safetensors', import.meta.url));
const SUBJECT_COUNT = 24;

const graph = createSamed(SAMED_TINY);
const stored = await openSafetensors(openMemory(new Uint8Array(readFileSync(FILE))));
const source = withDensePositions(stored, gridOf(SAMED_TINY));

async function readParams(): Promise<Map<string, Tensor>> {
  const params = new Map<string, Tensor>();
  for (const [name, { shape }] of source.tensors) params.set(name, { shape, data: await source.read(name) });
  return params;
}

describe('the weights of SAMed-Tiny', () => {
  it('are those of its graph, and finite', async () => {
    const shapes = graph.parameters.map(({ name, shape }) => [name, shape] as const);
    const wanted = new Map<string, unknown>(shapes.filter(([name]) => name !== DENSE_POSITIONS));
    wanted.set(POSITION_MATRIX, [2, SAMED_TINY.embeddingDim / 2]);
    expect(new Map(Array.from(stored.tensors, ([name, { shape }]) => [name, shape]))).toEqual(wanted);
    for (const name of stored.tensors.keys()) {
      expect([name, (await stored.read(name)).every(Number.isFinite)]).toEqual([name, true]);
    }
  });

  it('find the disc of demo subjects without fine-tuning', async () => {
    const { side } = SAMED_TINY;
    const cohort = createDemoCohort({ count: 1000, seed: 1 });
    const subjects = Array.from({ length: cohort.count }, (_, index) => index)
      .filter((index) => cohort.describe(index).split === 'test')
      .slice(0, SUBJECT_COUNT);
    const session = await ort.InferenceSession.create(lowerToOnnx({ graph, params: await readParams() }));
    const dice: number[] = [];
    for (const index of subjects) {
      const { image, mask, height, width } = cohort.render(index);
      const classes = Uint8Array.from(mask, (code) => -code);
      const ready = prepareForSegmentation(image, classes, height, width, {
        kind: 'segmentation',
        crop: SAMED_TINY_CROP,
        side,
        preset: 'corrected',
      });
      const channels = Float32Array.from(
        { length: 3 * side * side },
        (_, i) => ready.image[i % (side * side)] as number,
      );
      const { low_res_logits: logits } = await session.run({
        image: new ort.Tensor('float32', channels, [1, 3, side, side]),
      });
      const [, , logitSide = 0] = logits?.dims ?? [];
      const prediction = upsampleArgmax(logits?.data as Float32Array, 3, logitSide, logitSide, side);
      dice.push(scoreImage(countOverlap(prediction, ready.mask), 'published').regions.disc.dice);
    }
    await session.release();
    // What fine-tuning starts from is asked to be at least that.
    expect(dice.reduce((sum, value) => sum + value, 0) / dice.length).toBeGreaterThan(0.8);
  });
});
