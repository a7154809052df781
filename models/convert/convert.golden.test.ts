/** From checkpoint files to ONNX files that compute what PyTorch did: the small SAMed in one file, in two, adapted, in half. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web/wasm';
import { afterAll, describe, expect, it, vi } from 'vitest';

import { openMemory } from '../../core/formats/byte-source.ts';
import { readNpz } from '../../core/formats/npz.ts';
import { openSafetensors, writeSafetensors } from '../../core/formats/safetensors.ts';
import { type NamedTensors, openTensorSource } from '../../core/formats/tensor-source.ts';
import { writeTorchCheckpoint } from '../../core/formats/torch-writer.ts';
import { goldensFolder, reportGolden } from '../../core/goldens.ts';
import { createRandom } from '../../core/random.ts';
import { BACKENDS, describeDifference, HALF_MODEL_SHARE, maxAbsDifference } from '../../core/testing.ts';
import { recogniseCheckpoint } from '../checkpoints/recognise.ts';
import { isAdapterName } from '../checkpoints/sam-names.ts';
import { createMemoryFolder, type MemoryFolder } from '../testing/memory-folder.ts';
import { decoderAdapters } from '../zoo/samed-adapters.ts';
import type { SamedConfiguration } from '../zoo/samed-configuration.ts';
import type { CheckpointFile, ConversionSettings, ConvertedModel } from './conversion.ts';
import { planConversion } from './plan.ts';
import { writeConversion } from './write.ts';

ort.env.wasm.numThreads = 1;
// A machine that does much else takes long over sessions and processes.
vi.setConfig({ testTimeout: 60_000 });

const folder = goldensFolder('samed-tiny');
const readFolder = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const { config } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as {
  readonly config: Readonly<Record<string, number>>;
};
const inputs = readNpz(readFolder('inputs.npz'));
const outputs = readNpz(readFolder('outputs.npz'));
const FULL: ConversionSettings = { precision: 'f32', side: null };

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

function differenceOf(actual: ort.Tensor | undefined): string | undefined {
  const data = actual?.data as Float32Array;
  checked++;
  worstError = Math.max(worstError, maxAbsDifference(data, logits));
  return describeDifference(data, logits, BACKENDS);
}

afterAll(() => reportGolden('samed-tiny', checked, worstError));

describe('converting a SAMed', () => {
  it('of a SAM in a .pth and adapters in a .safetensors, in either order', async () => {
    const files = [await samFile(), await adapterFile()];
    const { plan, written, converted } = await convert(files, FULL);
    expect(plan).toMatchObject({ kind: 'samed', variant: 'custom', role: 'segmenter', unused: [] });
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

  it('takes half the bytes in half precision, and segments nearly alike', async () => {
    const files = [await samFile(), await adapterFile()];
    const full = await convert(files, FULL);
    const half = await convert(files, { ...FULL, precision: 'f16' });
    expect(half.plan.sizeBytes).toBeLessThan(0.6 * full.plan.sizeBytes);
    expect(half.plan.words).toContain('half precision');
    const actual = (await run(half.converted, half.written, image))['low_res_logits']?.data as Float32Array;
    const squares = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
    const errors = actual.map((value, i) => value - (logits[i] as number));
    expect(Math.sqrt(squares(errors) / squares(logits))).toBeLessThan(HALF_MODEL_SHARE);
  });

  it('at another side, as the encoder fitted to it', async () => {
    const side = Number(config['img_size']) + Number(config['patch_size']);
    const { written, converted } = await convert([await samFile(), await adapterFile()], { ...FULL, side });
    expect(converted.side).toBe(side);
    const small = Float32Array.from({ length: 3 * side * side }, (_, i) => (i % 97) / 97);
    const result = (await run(converted, written, small))['low_res_logits'];
    expect(result?.dims.slice(2)).toEqual([side / 4, side / 4]);
    const values = result?.data as Float32Array;
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it('makes the encoder alone of a SAM without adapters', async () => {
    const { plan, written, converted } = await convert([await samFile(weightsOf(isEncoder))], FULL);
    expect(plan).toMatchObject({ kind: 'sam-encoder', role: 'extractor', adapter: null });
    expect(written.names()).toEqual(['encoder.onnx']);
    const result = (await run(converted, written, image))['image_embeddings'];
    expect(result?.dims.slice(1)).toEqual(outputs.read('image_embeddings').shape.slice(1));
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
