/** From checkpoint files to ONNX files that compute what PyTorch did: the small SAMed in one file, in two, adapted, in half. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web/wasm';
import { afterAll, describe, expect, it } from 'vitest';

import { openMemory } from '../../core/formats/byte-source.ts';
import { readNpz } from '../../core/formats/npz.ts';
import { openSafetensors, writeSafetensors } from '../../core/formats/safetensors.ts';
import { type NamedTensors, openTensorSource } from '../../core/formats/tensor-source.ts';
import { writeTorchCheckpoint } from '../../core/formats/torch-writer.ts';
import { goldensFolder, reportGolden } from '../../core/goldens.ts';
import { createRandom } from '../../core/random.ts';
import { BACKENDS, describeDifference, HALF_MODEL_SHARE, maxAbsDifference } from '../../core/testing.ts';
import { assembleSamed } from '../checkpoints/adapt-sam.ts';
import { recogniseCheckpoint } from '../checkpoints/recognise.ts';
import { isAdapterName } from '../checkpoints/sam-names.ts';
import type { Tensor } from '../graph/graph.ts';
import { bindTensors } from '../graph/params.ts';
import { interpret } from '../reference/interpret.ts';
import { readSamedGolden } from '../testing/samed-golden.ts';
import { createMemoryFolder, type MemoryFolder } from '../testing/memory-folder.ts';
import { synthCheckpoint } from '../testing/synth-checkpoint.ts';
import { createSamed, createSamedEncoder } from '../zoo/samed.ts';
import { decoderAdapters, encoderAdapters } from '../zoo/samed-adapters.ts';
import { gridOf, publishedSamed, type SamedConfiguration } from '../zoo/samed-configuration.ts';
import { withDensePositions } from '../zoo/samed-positions.ts';
import type { CheckpointFile, ConversionSettings, ConvertedModel } from './conversion.ts';
import { planConversion } from './plan.ts';
import { writeConversion } from './write.ts';

ort.env.wasm.numThreads = 1;
const folder = goldensFolder('samed-tiny');
const readFolder = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const { config } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as {
  readonly config: Readonly<Record<string, number>>;
};
const inputs = readNpz(readFolder('inputs.npz'));
const outputs = readNpz(readFolder('outputs.npz'));
const FULL: ConversionSettings = { precision: 'f32', side: config['img_size'] as number };

/** Weights of the golden model, those that `keep` takes. */
function weightsOf(keep: (name: string) => boolean): Map<string, { shape: number[]; data: Float32Array }> {
  const npz = readNpz(readFolder('weights.npz'));
  return new Map(
    npz.keys.filter(keep).map((name) => {
      const { shape, values } = npz.read(name);
      return [name, { shape: [...shape], data: Float32Array.from(values, Number) }];
    }),
  );
}

const isSamed = (name: string) => isAdapterName(name) || !name.startsWith('image_encoder.');
const isEncoder = (name: string) => !isSamed(name);
const heads = { heads: String(config['decoder_num_heads']) };

async function openAs(name: string, bytes: Uint8Array): Promise<CheckpointFile> {
  const source = await openTensorSource(openMemory(bytes), name);
  return { name, source, recognised: recogniseCheckpoint(source) };
}
const samFile = (tensors: NamedTensors = weightsOf((name) => !isAdapterName(name))) =>
  openAs('sam.pth', writeTorchCheckpoint(tensors));
const adapterFile = (tensors: NamedTensors = weightsOf(isSamed)) =>
  openAs('lora.safetensors', writeSafetensors(tensors, heads));

async function convert(files: readonly CheckpointFile[], settings: ConversionSettings) {
  const plan = planConversion(files, settings);
  const written = createMemoryFolder();
  const converted = await writeConversion(plan, written.create, new AbortController().signal, () => {});
  return { plan, written, converted };
}

/** Runs encoder and decoder one after the other on images [N,3,side,side]. */
async function run({ graphs, adapter, side }: ConvertedModel, written: MemoryFolder, images: Float32Array) {
  const count = images.length / (3 * side * side);
  let feeds: Record<string, ort.Tensor> = {
    image: new ort.Tensor('float32', images, [count, 3, side, side]),
  };
  if (adapter !== null) {
    const source = await openSafetensors(openMemory(written.read(adapter.file)));
    for (const [name, { shape }] of source.tensors) {
      feeds[name] = new ort.Tensor('float32', await source.read(name), [...shape]);
    }
  }
  for (const { file, dataFile } of graphs) {
    const externalData = dataFile === null ? [] : [{ path: dataFile, data: written.read(dataFile) }];
    const session = await ort.InferenceSession.create(written.read(file), { externalData });
    feeds = { ...(await session.run(feeds)) };
    await session.release();
  }
  return feeds;
}

const image = Float32Array.from(inputs.read('image').values, Number);
const logits = Float32Array.from(outputs.read('low_res_logits').values, Number);
let worstError = 0;
let checked = 0;

function differenceOf(
  actual: ort.Tensor | undefined,
  expected: ArrayLike<number> = logits,
): string | undefined {
  const data = actual?.data as Float32Array;
  checked++;
  worstError = Math.max(worstError, maxAbsDifference(data, expected));
  return describeDifference(data, expected, BACKENDS);
}

/** Length of the difference over that of what was expected. */
function relativeError(actual: Float32Array, expected: Float32Array): number {
  const squares = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
  return Math.sqrt(squares(actual.map((value, i) => value - (expected[i] as number))) / squares(expected));
}

/** Mean and deviation of pixels in [0, 255] that SAM's published code states, here of pixels in [0, 1]. */
const SAM_MEAN = [123.675, 116.28, 103.53].map((value) => value / 255);
const SAM_DEVIATION = [58.395, 57.12, 57.375].map((value) => value / 255);

/** The encoder with its adapters added to the weights of q and v, so that it computes the same without them. */
function mergedEncoder() {
  const encoder = weightsOf(isEncoder);
  const adapters = weightsOf(isAdapterName);
  const [dim, depth] = [config['embed_dim'] as number, config['depth'] as number];
  const pairs = encoderAdapters({ dim, depth } as SamedConfiguration);
  for (const { node, offset, a, b } of pairs) {
    const weight = encoder.get(`${node}.weight`)?.data as Float32Array;
    const [left, right] = [adapters.get(b)?.data as Float32Array, adapters.get(a)?.data as Float32Array];
    const rank = right.length / dim;
    for (let row = 0; row < dim; row++) {
      for (let column = 0; column < dim; column++) {
        let sum = weight[(offset + row) * dim + column] as number;
        for (let r = 0; r < rank; r++) {
          sum += (left[row * rank + r] as number) * (right[r * dim + column] as number);
        }
        weight[(offset + row) * dim + column] = sum;
      }
    }
  }
  return encoder;
}

afterAll(() => reportGolden('samed-tiny', checked, worstError));

describe('converting a SAMed', () => {
  it('of a SAM in a .pth and adapters in a .safetensors, in either order', async () => {
    const files = [await samFile(), await adapterFile()];
    const { plan, written, converted } = await convert(files, FULL);
    expect(plan).toMatchObject({
      kind: 'samed',
      variant: 'custom',
      role: 'segmenter',
      classes: Number(config['num_classes']) + 1,
      unused: [],
    });
    expect(plan.words).toContain(`side ${config['img_size']}, rank ${config['rank']}`);
    expect(written.names()).toEqual(['encoder.onnx', 'decoder.onnx', 'adapter.safetensors']);
    const result = await run(converted, written, image);
    expect(differenceOf(result['low_res_logits'])).toBeUndefined();
    expect(planConversion(files.toReversed(), FULL).words).toBe(plan.words);
  });

  it('of one file that holds everything', async () => {
    const whole = await openAs(
      'whole.safetensors',
      writeSafetensors(
        weightsOf(() => true),
        heads,
      ),
    );
    const { written, converted } = await convert([whole], FULL);
    const result = await run(converted, written, image);
    expect(differenceOf(result['low_res_logits'])).toBeUndefined();
  });

  it('whose adapters change the decoder too, on the transformer of its SAM', async () => {
    const sam = weightsOf((name) => !isAdapterName(name));
    const saved = weightsOf((name) => isSamed(name) && !name.startsWith('mask_decoder.transformer.'));
    const crossDim = sam.get('mask_decoder.transformer.layers.0.cross_attn_token_to_image.q_proj.weight')
      ?.shape[0] as number;
    const pairs = decoderAdapters({
      embeddingDim: config['out_chans'],
      decoder: { depth: config['decoder_depth'], crossDim },
    } as SamedConfiguration);
    const random = createRandom(7, 'adapters');
    const rank = config['rank'] as number;
    for (const { node, a, b } of pairs) {
      const weight = sam.get(`${node}.weight`) as { shape: [number, number]; data: Float32Array };
      const [rows, columns] = weight.shape;
      const draw = (length: number) => Float32Array.from({ length }, () => random.uniform() - 0.5);
      const [left, right] = [draw(rows * rank), draw(rank * columns)];
      saved.set(b, { shape: [rows, rank], data: left });
      saved.set(a, { shape: [rank, columns], data: right });
      // What the adapters add is taken from the SAM, so that both together are the golden model.
      weight.data.forEach((value, at) => {
        const [row, column] = [Math.floor(at / columns), at % columns];
        let product = 0;
        for (let r = 0; r < rank; r++) {
          product += (left[row * rank + r] as number) * (right[r * columns + column] as number);
        }
        weight.data[at] = value - product;
      });
    }
    const { written, converted } = await convert([await samFile(sam), await adapterFile(saved)], FULL);
    const result = await run(converted, written, image);
    expect(differenceOf(result['low_res_logits'])).toBeUndefined();
  });

  it.each(['mask_decoder.output_upscaling.0.weight', 'mask_decoder.transformer.layers.0.norm1.weight'])(
    'is refused when its file lacks %s, which its SAM has too',
    async (absent) => {
      const saved = weightsOf((name) => isSamed(name) && name !== absent);
      const files = [await samFile(), await adapterFile(saved)];
      expect(() => planConversion(files, FULL)).toThrow(
        expect.objectContaining({
          code: 'checkpoint/missing-tensor',
          message: expect.stringContaining(absent),
        }),
      );
    },
  );

  it('takes half the bytes in half precision, and segments nearly alike', async () => {
    const files = [await samFile(), await adapterFile()];
    const full = await convert(files, FULL);
    const half = await convert(files, { ...FULL, precision: 'f16' });
    expect(half.plan.sizeBytes).toBeLessThan(0.6 * full.plan.sizeBytes);
    expect(half.plan.words).toContain('half precision');
    const actual = (await run(half.converted, half.written, image))['low_res_logits']?.data as Float32Array;
    expect(relativeError(actual, logits)).toBeLessThan(HALF_MODEL_SHARE);
  });

  it('at another side, as the encoder fitted to it', async () => {
    const side = Number(config['img_size']) + Number(config['patch_size']);
    const { written, converted } = await convert([await samFile(), await adapterFile()], { ...FULL, side });
    expect(converted.side).toBe(side);
    const larger = Float32Array.from({ length: 3 * side * side }, (_, i) => (i % 97) / 97);
    const result = (await run(converted, written, larger))['low_res_logits'];
    expect(result?.dims.slice(2)).toEqual([side / 4, side / 4]);
    // The oracle's answer of the whole graph, with weights that are fitted as goldens of their own say.
    const { configuration: own } = await readSamedGolden((name) => Promise.resolve(readFolder(name)));
    const configuration = { ...own, side };
    const [sam, adapter] = [await samFile(), await adapterFile()];
    const fitted = withDensePositions(
      assembleSamed(sam.source, adapter.source, { side }),
      gridOf(configuration),
    );
    const graph = createSamed(configuration);
    const weights = bindTensors(graph, fitted);
    const params = new Map<string, Tensor>();
    for (const { name } of graph.parameters) params.set(name, await weights.read(name));
    const expected = interpret({ graph, params }, { image: { shape: [1, 3, side, side], data: larger } });
    expect(differenceOf(result, expected['low_res_logits']?.data ?? [])).toBeUndefined();
  });

  it('makes the encoder alone of a SAM without adapters, which normalises pixels as SAM was trained', async () => {
    const { plan, written, converted } = await convert([await samFile(mergedEncoder())], FULL);
    expect(plan).toMatchObject({ kind: 'sam-encoder', role: 'extractor', classes: null, adapter: null });
    expect(written.names()).toEqual(['encoder.onnx']);
    // The golden embedding is that of pixels as they are: these become those when they are normalised.
    const side = config['img_size'] as number;
    const pixels = image.map((value, at) => {
      const channel = Math.floor(at / side ** 2) % 3;
      return value * (SAM_DEVIATION[channel] as number) + (SAM_MEAN[channel] as number);
    });
    const result = (await run(converted, written, pixels))['image_embeddings'];
    expect(result?.dims).toEqual(outputs.read('image_embeddings').shape);
    const embeddings = Float32Array.from(outputs.read('image_embeddings').values, Number);
    expect(differenceOf(result, embeddings)).toBeUndefined();
    const half = await convert([await samFile(mergedEncoder())], { ...FULL, precision: 'f16' });
    const rounded = (await run(half.converted, half.written, pixels))['image_embeddings']?.data;
    expect(relativeError(rounded as Float32Array, embeddings)).toBeLessThan(HALF_MODEL_SHARE);
  });

  it('fits a SAM to the side of the paper unless another is chosen, and never to a larger one than its own', () => {
    const published = (ownSide: number, side: number | null) => {
      const graph = createSamedEncoder(publishedSamed('ViT-B', { side: ownSide, classes: 3, rank: 0 }));
      const source = synthCheckpoint(
        Object.fromEntries(graph.parameters.map(({ name, shape }) => [name, shape as number[]])),
        'sides',
      );
      const file = { name: 'sam.pth', source, recognised: recogniseCheckpoint(source) };
      return planConversion([file], { ...FULL, side }).side;
    };
    expect(published(1024, null)).toBe(512);
    expect(published(1024, 1024)).toBe(1024);
    expect(published(224, null)).toBe(224);
  });
});

describe('refusing', () => {
  it('adapters alone, and files that do not belong together', async () => {
    const [sam, adapter] = [await samFile(), await adapterFile()];
    const expectCode = (files: readonly CheckpointFile[], code: string) =>
      expect(() => planConversion(files, FULL)).toThrow(expect.objectContaining({ code }));
    expectCode([adapter], 'model/needs-checkpoint');
    expectCode([sam, sam], 'model/not-convertible');
    expectCode([adapter, adapter], 'model/not-convertible');
    expectCode([], 'model/not-convertible');
  });

  it('sizes of which nobody said how many heads they have', async () => {
    const silent = await openAs('lora.pth', writeTorchCheckpoint(weightsOf(isSamed)));
    const sam = await samFile();
    expect(() => planConversion([sam, silent], FULL)).toThrow('how many attention heads');
  });

  it('a side that is no whole number of patches', async () => {
    const files = [await samFile(), await adapterFile()];
    expect(() => planConversion(files, { ...FULL, side: 100 })).toThrow(
      expect.objectContaining({ code: 'checkpoint/shape-mismatch' }),
    );
  });

  it('missing and misshaped tensors by name, before anything is written', async () => {
    const missing = weightsOf((name) => !isAdapterName(name));
    missing.delete('image_encoder.blocks.1.mlp.lin2.bias');
    missing.delete('image_encoder.neck.3.weight');
    const adapter = await adapterFile();
    const first = await samFile(missing);
    expect(() => planConversion([first, adapter], FULL)).toThrow(
      /lacks 2 of .*image_encoder\.blocks\.1\.mlp\.lin2\.bias, image_encoder\.neck\.3\.weight/,
    );
    const name = 'image_encoder.blocks.0.norm1.bias';
    const misshaped = weightsOf((other) => !isAdapterName(other)).set(name, {
      shape: [3],
      data: new Float32Array(3),
    });
    const second = await samFile(misshaped);
    expect(() => planConversion([second, adapter], FULL)).toThrow(`${name} is [3]`);
  });

  it('names tensors that nobody knows, and goes on without them', async () => {
    const extended = weightsOf((name) => !isAdapterName(name)).set('image_encoder.extra.weight', {
      shape: [1],
      data: new Float32Array(1),
    });
    const plan = planConversion([await samFile(extended), await adapterFile()], FULL);
    expect(plan.unused).toEqual(['image_encoder.extra.weight']);
  });
});
