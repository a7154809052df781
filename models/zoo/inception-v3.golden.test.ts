/** InceptionV3 through onnxruntime-web on WebAssembly against PyTorch: both variants, every image (goldens, section 5). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web/wasm';
import { afterAll, describe, expect, it } from 'vitest';

import { readNpz } from '../../core/formats/npz.ts';
import { goldensFolder, reportGolden } from '../../core/goldens.ts';
import { type FeaturePreprocess, prepareForFeatures } from '../../core/imaging/preprocess.ts';
import { describeDifference, maxAbsDifference, BACKENDS } from '../../core/testing.ts';
import type { Graph } from '../graph/graph.ts';
import { lowerToOnnx } from '../onnx/lower.ts';
import { foldNorms } from '../rewrite/fold-norms.ts';
import { synthParams } from '../reference/synth-weights.ts';
import {
  createInceptionV3,
  INCEPTION_FEATURE_COUNT,
  INCEPTION_SIDE,
  type InceptionVariant,
} from './inception-v3.ts';

ort.env.wasm.numThreads = 1;

const PLANE = INCEPTION_SIDE * INCEPTION_SIDE;
/** What pytorch-fid calls its blocks, by the values of our graph. */
const BLOCKS = ['maxpool1', 'maxpool2', 'Mixed_6e'];
/** Names in the published networks that pooled features do not use. */
const UNUSED = /^(fc\.|AuxLogits\.)|num_batches_tracked$/;
const STATE_FILES: Readonly<Record<InceptionVariant, string>> = {
  fid: 'state_dict_shapes_pytorch_fid.json',
  torchvision: 'state_dict_shapes_torchvision.json',
};
const IMAGENET = [
  { mean: 0.485, deviation: 0.229 },
  { mean: 0.456, deviation: 0.224 },
  { mean: 0.406, deviation: 0.225 },
];

const folder = goldensFolder('inception');
const readFolder = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const readJson = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const images = readNpz(readFolder('images.npz'));
const features = readNpz(readFolder('features.npz'));
const { salt, gain } = readJson('config.json') as { readonly salt: string; readonly gain: number };
let checked = 0;
let worstError = 0;

/** [3,299,299] in [0, 1] as the workbench prepares images, plane by plane. */
function prepareImage(name: string, preset: FeaturePreprocess['preset']): Float32Array {
  const { shape, values } = images.read(`image_${name}`);
  const [height = 0, width = 0, channels = 0] = shape;
  expect(channels).toBe(3);
  const input = new Float32Array(channels * PLANE);
  for (let channel = 0; channel < channels; channel++) {
    const plane = Float64Array.from({ length: height * width }, (_, i) =>
      Number(values[i * channels + channel]),
    );
    const preprocess = { kind: 'features', side: INCEPTION_SIDE, preset } as const;
    input.set(prepareForFeatures(plane, height, width, preprocess), channel * PLANE);
  }
  return input;
}

/**
 * An input that makes our graph see what torchvision's network saw under other settings: ours scales v to 2v - 1 (which is
 * ImageNet's normalisation followed by `transform_input`), so the input is half of one more than the value wanted.
 */
function torchvisionInput(name: string, normalisation: string, transformInput: boolean): Float32Array {
  return prepareImage(name, 'full').map((value, at) => {
    const { mean, deviation } = IMAGENET[Math.floor(at / PLANE)] ?? {
      mean: Number.NaN,
      deviation: Number.NaN,
    };
    const given = normalisation === 'imagenet' ? (value - mean) / deviation : value;
    const wanted = transformInput ? (given * deviation + mean - 0.5) / 0.5 : given;
    return (wanted + 1) / 2;
  });
}

/** The graph with values from its middle as further outputs. */
function withOutputs(graph: Graph, names: readonly string[]): Graph {
  return { ...graph, outputs: [...graph.outputs, ...names.map((name) => ({ name, value: name }))] };
}

/** The variant with synthetic weights under the names and shapes that the published network has. */
function createModel(variant: InceptionVariant, outputs: readonly string[]) {
  const graph = createInceptionV3(variant);
  const published = readJson(STATE_FILES[variant]) as Readonly<Record<string, readonly number[]>>;
  const names = new Set(graph.parameters.map(({ name }) => name));
  for (const { name, shape } of graph.parameters) expect([name, published[name]]).toEqual([name, shape]);
  expect(Object.keys(published).filter((name) => !names.has(name) && !UNUSED.test(name))).toEqual([]);
  return { graph: withOutputs(graph, outputs), params: synthParams(graph.parameters, salt, gain) };
}

/** Runs the variant on one image; the outputs by name. */
function createRunner(variant: InceptionVariant, outputs: readonly string[] = []) {
  const session = ort.InferenceSession.create(lowerToOnnx(foldNorms(createModel(variant, outputs))));
  return async (input: Float32Array) => {
    const image = new ort.Tensor('float32', input, [1, 3, INCEPTION_SIDE, INCEPTION_SIDE]);
    const results = Object.entries(await (await session).run({ image }));
    return new Map(results.map(([name, { data, dims }]) => [name, { data: data as Float32Array, dims }]));
  };
}

/** How values differ from those stored under `key`, if they do. */
function differenceTo(key: string, actual: ArrayLike<number> = []): string | undefined {
  const expected = Float64Array.from(features.read(key).values, Number);
  checked++;
  worstError = Math.max(worstError, maxAbsDifference(actual, expected));
  return describeDifference(actual, expected, BACKENDS);
}

const NO_MAP = { data: new Float32Array(), dims: [] as readonly number[] };
const keys = features.keys;
/** The images that have features under their names behind a prefix. Names may have any characters. */
const imagesOf = (prefix: string) =>
  images.keys.map((key) => key.replace(/^image_/, '')).filter((name) => keys.includes(`${prefix}${name}`));
const fidImages = imagesOf('fid_');
const snpImages = imagesOf('snp_');

afterAll(() => reportGolden('inception', checked, worstError));

describe('InceptionV3 of the Fréchet Inception distance', () => {
  const run = createRunner('fid', BLOCKS);

  it.each(fidImages)('has the features and the blocks of image %s', async (name) => {
    const outputs = await run(prepareImage(name, 'full'));
    expect(outputs.get('features')?.dims).toEqual([1, INCEPTION_FEATURE_COUNT]);
    expect(differenceTo(`fid_${name}`, outputs.get('features')?.data)).toBeUndefined();
    BLOCKS.forEach((value, block) => {
      const { data: map, dims } = outputs.get(value) ?? NO_MAP;
      const [, channels = 0, height = 0, width = 0] = dims;
      const means = Float32Array.from({ length: channels }, (_, c) => {
        const plane = map.subarray(c * height * width, (c + 1) * height * width);
        return plane.reduce((sum, x) => sum + x, 0) / plane.length;
      });
      expect(differenceTo(`fid_${name}_block${block}_avg`, means)).toBeUndefined();
    });
  });

  it('has the values of the first block at their places', async () => {
    const cropped = fidImages.filter((name) => keys.includes(`fid_${name}_block0_crop`));
    for (const name of cropped) {
      const outputs = await run(prepareImage(name, 'full'));
      const { data, dims } = outputs.get(BLOCKS[0] as string) ?? NO_MAP;
      const [, , height = 0, width = 0] = dims;
      const crop = new Float32Array(8 * 8 * 8);
      for (let i = 0; i < crop.length; i++) {
        const [c, y, x] = [i >> 6, 20 + ((i >> 3) & 7), 20 + (i & 7)];
        crop[i] = data[(c * height + y) * width + x] as number;
      }
      expect(differenceTo(`fid_${name}_block0_crop`, crop)).toBeUndefined();
    }
    expect(cropped.length).toBeGreaterThan(0);
  });

  it.each(snpImages)('has the features of image %s as the published SnP code takes them', async (name) => {
    const actual = await run(prepareImage(name, 'via-64'));
    expect(differenceTo(`snp_${name}`, actual.get('features')?.data)).toBeUndefined();
  });
});

describe("torchvision's InceptionV3", () => {
  const run = createRunner('torchvision');
  const settings = keys.flatMap((key) => {
    const match = /^tv_(.+)_(in01|imagenet)_ti([01])$/.exec(key);
    return match === null
      ? []
      : [
          {
            key,
            name: match[1] as string,
            normalisation: match[2] as string,
            transformInput: match[3] === '1',
          },
        ];
  });

  it.each(settings)('has the features $key', async ({ key, name, normalisation, transformInput }) => {
    const actual = await run(torchvisionInput(name, normalisation, transformInput));
    expect(differenceTo(key, actual.get('features')?.data)).toBeUndefined();
  });

  it('finds images and settings to check', () => {
    expect([fidImages, snpImages, settings].map(({ length }) => length > 0)).toEqual([true, true, true]);
  });
});
