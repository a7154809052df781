/** The small TransUNets from checkpoint files to ONNX files that compute what PyTorch did; what InceptionV3 refuses. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web/wasm';
import { afterAll, describe, expect, it } from 'vitest';

import { openMemory } from '../../core/formats/byte-source.ts';
import { readNpz } from '../../core/formats/npz.ts';
import { writeSafetensors } from '../../core/formats/safetensors.ts';
import { openTensorSource } from '../../core/formats/tensor-source.ts';
import { goldensFolder, reportGolden } from '../../core/goldens.ts';
import { describeDifference, maxAbsDifference, TRANSUNET_LOGITS } from '../../core/testing.ts';
import { recogniseCheckpoint } from '../checkpoints/recognise.ts';
import { createMemoryFolder } from '../testing/memory-folder.ts';
import { readTransUnetCases } from '../testing/transunet-golden.ts';
import { createInceptionV3 } from '../zoo/inception-v3.ts';
import type { CheckpointFile, ConversionSettings } from './conversion.ts';
import { planConversion } from './plan.ts';
import { writeConversion } from './write.ts';

ort.env.wasm.numThreads = 1;
const FULL: ConversionSettings = { precision: 'f32', side: null };
const folder = goldensFolder('transunet-tiny');
const readBytes = async (file: string) => new Uint8Array(await readFile(join(folder, file)));
const cases = await readTransUnetCases(readBytes);
const configs = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as Readonly<
  Record<string, { readonly config: { readonly num_heads: number } }>
>;
let worstError = 0;
afterAll(() => reportGolden('transunet-tiny', cases.length, worstError));

async function openCase(name: string, metadata: Readonly<Record<string, string>>): Promise<CheckpointFile> {
  const npz = readNpz(await readBytes(`${name}_weights.npz`));
  const tensors = new Map(
    npz.keys.map((key) => {
      const { shape, values } = npz.read(key);
      return [key, { shape, data: Float32Array.from(values, Number) }];
    }),
  );
  const source = await openTensorSource(openMemory(writeSafetensors(tensors, metadata)), name);
  return { name, source, recognised: recogniseCheckpoint(source) };
}

describe('converting a TransUNet', () => {
  it.each(cases)('of the case $name', async ({ name, image, logits }) => {
    const file = await openCase(name, { heads: String(configs[name]?.config.num_heads) });
    const plan = planConversion([file], FULL);
    expect(plan).toMatchObject({ kind: 'transunet', role: 'segmenter', adapter: null, unused: [] });
    const written = createMemoryFolder();
    const { graphs } = await writeConversion(plan, written.create, new AbortController().signal, () => {});
    expect(written.names()).toEqual(['transunet.onnx']);
    const session = await ort.InferenceSession.create(written.read(graphs[0]?.file ?? ''));
    const outputs = await session.run({ image: new ort.Tensor('float32', image.data, image.shape) });
    const actual = outputs['logits']?.data as Float32Array;
    worstError = Math.max(worstError, maxAbsDifference(actual, logits.data));
    expect(describeDifference(actual, logits.data, TRANSUNET_LOGITS)).toBeUndefined();
    await session.release();
  });

  it('refuses another side, and sizes of which nobody said how many heads they have', async () => {
    for (const { name } of cases) {
      const file = await openCase(name, { heads: '4' });
      expect(() => planConversion([file], { ...FULL, side: 16 })).toThrow('only a SAM can be fitted');
      const silent = await openCase(name, {});
      expect(() => planConversion([silent], FULL)).toThrow('how many attention heads');
    }
  });
});

describe('planning an InceptionV3', () => {
  /** Shapes alone: a plan reads no weights. */
  function fileOf(variant: 'fid' | 'torchvision', without = ''): CheckpointFile {
    const shapes = createInceptionV3(variant).parameters.filter(({ name }) => name !== without);
    const classifier = { name: 'fc.weight', shape: [variant === 'fid' ? 1008 : 1000, 2048] };
    const tensors = new Map(
      [...shapes, classifier].map(({ name, shape }) => [
        name,
        { name, dtype: 'float32', shape: shape.map(Number) } as const,
      ]),
    );
    const read = () => Promise.reject(new Error('a plan read a weight'));
    const source = { tensors, metadata: new Map(), sizeBytes: 1, read };
    return { name: `${variant}.pth`, source, recognised: recogniseCheckpoint(source) };
  }

  it.each(['fid', 'torchvision'] as const)(
    'plans the extractor of %s with its weights beside it',
    (variant) => {
      const plan = planConversion([fileOf(variant)], FULL);
      expect(plan).toMatchObject({ kind: 'inception-v3', variant, role: 'extractor', side: 299, unused: [] });
      expect(plan.graphs).toMatchObject([{ file: 'inception-v3.onnx', dataFile: 'inception-v3.onnx.data' }]);
      const half = planConversion([fileOf(variant)], { ...FULL, precision: 'f16' });
      // Biases stay as they are.
      expect(half.sizeBytes).toBeLessThan(0.51 * plan.sizeBytes);
    },
  );

  it('names what is missing, and refuses another side', () => {
    const name = 'Mixed_7c.branch1x1.bn.running_var';
    expect(() => planConversion([fileOf('fid', name)], FULL)).toThrow(name);
    expect(() => planConversion([fileOf('fid')], { ...FULL, side: 512 })).toThrow('side 299 alone');
  });
});
