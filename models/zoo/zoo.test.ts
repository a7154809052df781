/** The embedded models do what their descriptions say, run by onnxruntime-web on WebAssembly. */
import * as ort from 'onnxruntime-web/wasm';
import { describe, expect, it } from 'vitest';

import { createDemoCohort } from '../../core/cohort/demo-cohort.ts';
import { prepareForSegmentation } from '../../core/imaging/preprocess.ts';
import { upsampleArgmax } from '../../core/imaging/upsample-argmax.ts';
import { countOverlap } from '../../core/segmentation/overlap.ts';
import { inspectOnnx } from '../onnx/inspect.ts';
import { matchInterface } from '../onnx/interface.ts';
import { lowerToOnnx } from '../onnx/lower.ts';
import { createBaselineSegmenter } from './baseline-segmenter.ts';
import { createFilterBank, FILTER_BANK_FEATURE_COUNT } from './filter-bank.ts';
import { defaultModel, EMBEDDED_MODELS } from './registry.ts';

ort.env.wasm.numThreads = 1;

async function createRunner(bytes: Uint8Array) {
  const session = await ort.InferenceSession.create(bytes);
  return async (image: Float32Array) => {
    const side = Math.sqrt(image.length);
    const outputs = await session.run({ image: new ort.Tensor('float32', image, [1, 1, side, side]) });
    return Object.values(outputs)[0]?.data as Float32Array;
  };
}

describe('the registry', () => {
  it('describes each model by its own name and role', () => {
    for (const [name, { role, recommended, origin, ...model }] of Object.entries(EMBEDDED_MODELS)) {
      expect(model.name).toBe(name);
      const side =
        origin.kind === 'samed'
          ? origin.configuration.side
          : matchInterface(inspectOnnx(lowerToOnnx(origin.create())), role).input.side;
      expect(side).toBe(recommended.side);
    }
  });

  it('offers a model for each role', () => {
    for (const role of ['segmenter', 'extractor'] as const) expect(defaultModel(role).role).toBe(role);
  });

  it('makes the same bytes each time, for they are hashed', () => {
    const makers = Object.values(EMBEDDED_MODELS).flatMap(({ origin }) =>
      origin.kind === 'code' ? [origin.create] : [],
    );
    expect(makers.length).toBeGreaterThan(0);
    for (const create of makers) expect(lowerToOnnx(create())).toEqual(lowerToOnnx(create()));
  });
});

describe('the baseline segmenter', () => {
  it('finds the disc of demo images it was not tuned on', async () => {
    const run = await createRunner(lowerToOnnx(createBaselineSegmenter()));
    const cohort = createDemoCohort({ count: 8, seed: 978 });
    const scores = { disc: 0, rim: 0, cup: 0 };
    for (let i = 0; i < cohort.count; i++) {
      const { image, mask, height, width } = cohort.render(i);
      const classes = Uint8Array.from(mask, (label) => Math.abs(label));
      const prepared = prepareForSegmentation(image, classes, height, width, {
        kind: 'segmentation',
        crop: 512,
        side: 512,
        preset: 'corrected',
      });
      const predicted = upsampleArgmax(await run(prepared.image), 3, 128, 128, 512);
      const overlap = countOverlap(predicted, prepared.mask);
      for (const region of ['disc', 'rim', 'cup'] as const) {
        const { intersection, predicted: p, truth } = overlap[region];
        scores[region] += (2 * intersection) / (p + truth) / cohort.count;
      }
    }
    expect(scores.disc).toBeGreaterThan(0.75);
    expect(scores.rim).toBeGreaterThan(0.5);
    expect(scores.cup).toBeGreaterThan(0.3);
  });

  it('returns finite logits for an image without any contrast', async () => {
    const run = await createRunner(lowerToOnnx(createBaselineSegmenter()));
    for (const grey of [0, 0.5, 1]) {
      const logits = await run(new Float32Array(512 * 512).fill(grey));
      expect(logits.every(Number.isFinite)).toBe(true);
    }
  });
});

describe('the filter bank', () => {
  /** A wave of the filters' own length along x or y. */
  const wave = (axis: 'x' | 'y') =>
    Float32Array.from({ length: 128 * 128 }, (_, i) => {
      const position = axis === 'x' ? i % 128 : Math.floor(i / 128);
      return 0.5 + 0.25 * Math.cos((2 * Math.PI * position) / 5);
    });

  it('answers most at the orientation of the image, with the amplitude of its wave', async () => {
    const run = await createRunner(lowerToOnnx(createFilterBank()));
    for (const [axis, orientation] of [
      ['x', 0],
      ['y', 2],
    ] as const) {
      const features = await run(wave(axis));
      expect(features).toHaveLength(FILTER_BANK_FEATURE_COUNT);
      // The first 64 features: 4 orientations by 16 cells of the finest scale.
      const byOrientation = [0, 1, 2, 3].map((o) =>
        Math.exp(features.slice(o * 16, (o + 1) * 16).reduce((sum, value) => sum + value, 0) / 16),
      );
      expect(byOrientation.indexOf(Math.max(...byOrientation))).toBe(orientation);
      expect(byOrientation[orientation]).toBeGreaterThan(0.2);
      expect(byOrientation[orientation]).toBeLessThan(0.3);
    }
  });

  it('answers to brightness alone in an image without texture', async () => {
    const run = await createRunner(lowerToOnnx(createFilterBank()));
    const dark = await run(new Float32Array(128 * 128).fill(0.2));
    const bright = await run(new Float32Array(128 * 128).fill(0.6));
    const differing = Array.from(dark, (value, i) => Math.abs(value - (bright[i] as number)) > 0.01);
    expect(differing.lastIndexOf(false)).toBe(FILTER_BANK_FEATURE_COUNT - 17);
    expect(differing.indexOf(true)).toBe(FILTER_BANK_FEATURE_COUNT - 16);
    expect(bright.at(-1)).toBeCloseTo(Math.log(0.602), 4);
  });
});
