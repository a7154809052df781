import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMemory } from '../../core/formats/byte-source.ts';
import { openTensorSource } from '../../core/formats/tensor-source.ts';
import type { ErrorCode } from '../../core/errors.ts';
import { goldensFolder } from '../../core/goldens.ts';
import { canonicalTensors } from './canonical.ts';
import { recogniseCheckpoint } from './recognise.ts';
import { createCountingSource, type Shapes } from './testing.ts';

function readShapes(folder: string, file: string): Shapes {
  return JSON.parse(readFileSync(join(goldensFolder(folder), file), 'utf8')) as Shapes;
}

/** TransUNet's list has `[shape, dtype]` for each name. */
function readTypedShapes(file: string): Shapes {
  const entries = Object.entries(
    readShapes('transunet', file) as unknown as Record<string, [number[], string]>,
  );
  return Object.fromEntries(entries.map(([name, [shape]]) => [name, shape]));
}

function prefixed(shapes: Shapes, prefix: string): Shapes {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [prefix + name, shape]));
}

function without(shapes: Shapes, ...names: readonly string[]): Shapes {
  return Object.fromEntries(Object.entries(shapes).filter(([name]) => !names.includes(name)));
}

function withCode(code: ErrorCode, message: string): Error {
  return expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error;
}

const SAM = readShapes('sam-checkpoint-adapt', 'sam_vit_b_1024_state_dict_shapes.json');
const FID = readShapes('inception', 'state_dict_shapes_pytorch_fid.json');
const TORCHVISION = readShapes('inception', 'state_dict_shapes_torchvision.json');
const R50 = readTypedShapes('R50-ViT-B_16_state_dict_shapes.json');
const VIT = readTypedShapes('ViT-B_16_noskip_state_dict_shapes.json');

/** The adapters that SAMed saves for an encoder. */
function adapters(dim: number, depth: number, rank: number): Shapes {
  const pairs = Array.from({ length: 2 * depth }, (_, i) => String(i).padStart(3, '0'));
  return Object.fromEntries(
    pairs.flatMap((index) => [
      [`w_a_${index}`, [rank, dim]],
      [`w_b_${index}`, [dim, rank]],
    ]),
  );
}

/** A SAM's shapes with other blocks: tables, channels and a grid of its own. */
function samOf(
  dim: number,
  depth: number,
  grid: number,
  window: number,
  globalBlocks: readonly number[],
): Shapes {
  const shapes: Record<string, readonly number[]> = {
    'image_encoder.pos_embed': [1, grid, grid, dim],
    'image_encoder.patch_embed.proj.weight': [dim, 3, 16, 16],
    'image_encoder.neck.0.weight': [256, dim, 1, 1],
    'mask_decoder.mask_tokens.weight': [4, 256],
  };
  for (let block = 0; block < depth; block++) {
    const length = 2 * (globalBlocks.includes(block) ? grid : window) - 1;
    shapes[`image_encoder.blocks.${block}.attn.rel_pos_h`] = [length, 80];
    shapes[`image_encoder.blocks.${block}.attn.rel_pos_w`] = [length, 80];
    shapes[`image_encoder.blocks.${block}.mlp.lin1.weight`] = [4 * dim, dim];
  }
  return shapes;
}

describe('recogniseCheckpoint', () => {
  it('knows SAM ViT-B and reads its sizes off the shapes', () => {
    const recognised = recogniseCheckpoint(createCountingSource(SAM, 375_042_383));
    expect(recognised).toEqual({
      family: 'sam',
      variant: 'ViT-B',
      names: 'meta',
      words: 'SAM ViT-B, 1024, 375 MB',
      sizeBytes: 375_042_383,
      prefix: '',
      rank: null,
      configuration: {
        side: 1024,
        patchSize: 16,
        dim: 768,
        depth: 12,
        heads: 12,
        mlpDim: 3072,
        windowSize: 14,
        globalBlocks: [2, 5, 8, 11],
        embeddingDim: 256,
        maskTokens: 4,
      },
    });
  });

  it('knows SAM ViT-H and its global blocks, which the published code picks wrongly', () => {
    const globalBlocks = [7, 15, 23, 31];
    const recognised = recogniseCheckpoint(createCountingSource(samOf(1280, 32, 64, 14, globalBlocks)));
    expect(recognised).toMatchObject({
      variant: 'ViT-H',
      configuration: { dim: 1280, depth: 32, heads: 16, windowSize: 14, globalBlocks },
    });
  });

  it('takes the published global blocks where the windows are as large as the grid', () => {
    const shapes = samOf(1280, 32, 14, 14, []);
    const recognised = recogniseCheckpoint(createCountingSource(shapes));
    expect(recognised).toMatchObject({
      configuration: { side: 224, windowSize: 14, globalBlocks: [7, 15, 23, 31] },
    });
  });

  it('knows a SAM of its own sizes, with adapters in the same file', () => {
    const shapes = { ...samOf(160, 2, 8, 3, [1]), ...adapters(160, 2, 4) };
    expect(recogniseCheckpoint(createCountingSource(shapes))).toMatchObject({
      family: 'sam',
      variant: 'custom',
      rank: 4,
      words: 'SAMed 2 blocks of 160 channels, 128, rank 4, 3 classes',
      configuration: { side: 128, windowSize: 3, globalBlocks: [1] },
    });
  });

  it('knows what SAMed saves', () => {
    const shapes = { ...adapters(768, 12, 4), 'mask_decoder.mask_tokens.weight': [3, 256] };
    expect(recogniseCheckpoint(createCountingSource(shapes))).toMatchObject({
      family: 'samed-lora',
      variant: 'ViT-B',
      rank: 4,
      depth: 12,
      classes: 2,
      adaptsDecoder: false,
      words: 'SAMed LoRA, rank 4, ViT-B, 2 classes',
    });
    expect(recogniseCheckpoint(createCountingSource({ ...shapes, fati_qa: [4, 256] }))).toMatchObject({
      adaptsDecoder: true,
      words: 'SAMed LoRA of encoder and decoder, rank 4, ViT-B, 2 classes',
    });
  });

  it('knows the SAMed file among the goldens', async () => {
    const file = readFileSync(join(goldensFolder('pth-variants'), 'lora_style.pth'));
    const recognised = recogniseCheckpoint(await openTensorSource(openMemory(file), 'lora_style.pth'));
    expect(recognised).toMatchObject({
      family: 'samed-lora',
      variant: 'custom',
      rank: 4,
      dim: 8,
      depth: 2,
      classes: 2,
    });
  });

  it('tells the two InceptionV3 apart, and leaves out what only training uses', () => {
    expect(recogniseCheckpoint(createCountingSource(FID))).toMatchObject({
      family: 'inception-v3',
      variant: 'fid',
    });
    const source = createCountingSource(TORCHVISION, 108_949_747);
    const recognised = recogniseCheckpoint(source);
    expect(recognised).toMatchObject({ variant: 'torchvision', words: 'torchvision InceptionV3, 109 MB' });
    const names = [...canonicalTensors(source, recognised).tensors.keys()];
    expect(names.filter((name) => /AuxLogits|num_batches_tracked/.test(name))).toEqual([]);
    expect(names).toContain('Mixed_7c.branch_pool.bn.running_var');
    expect(() =>
      recogniseCheckpoint(createCountingSource({ ...TORCHVISION, 'fc.weight': [5, 2048] })),
    ).toThrow(withCode('checkpoint/unknown-model', '5 classes'));
  });

  it('knows TransUNet with and without the ResNet', () => {
    expect(recogniseCheckpoint(createCountingSource(R50))).toMatchObject({
      family: 'transunet',
      variant: 'R50-ViT-B_16',
      configuration: {
        side: 224,
        isHybrid: true,
        resnetUnits: [3, 4, 9],
        resnetWidth: 64,
        dim: 768,
        depth: 12,
        mlpDim: 3072,
        decoderChannels: [256, 128, 64, 16],
        skipChannels: [512, 256, 64, 0],
        classes: 3,
      },
    });
    expect(recogniseCheckpoint(createCountingSource(VIT, 2 ** 28))).toMatchObject({
      variant: 'ViT-B_16',
      words: 'TransUNet ViT-B_16, 224, 3 classes, 268 MB',
      configuration: { side: 224, isHybrid: false, resnetUnits: [], skipChannels: [0, 0, 0, 0] },
    });
  });

  for (const prefix of ['module.', 'state_dict.', 'model.module.']) {
    it(`looks behind the prefix ${prefix}`, () => {
      const optimiser = { 'optimizer.state.0.exp_avg': [3] };
      const source = createCountingSource({ ...prefixed(VIT, prefix), ...optimiser });
      const recognised = recogniseCheckpoint(source);
      expect(recognised).toMatchObject({ family: 'transunet', prefix });
      const tensors = [...canonicalTensors(source, recognised).tensors.keys()];
      expect(tensors).toEqual(Object.keys(VIT).filter((name) => !name.endsWith('num_batches_tracked')));
    });
  }

  it('names a missing and a misshaped tensor', () => {
    const missing = without(SAM, 'image_encoder.pos_embed');
    expect(() => recogniseCheckpoint(createCountingSource(missing))).toThrow(
      withCode('checkpoint/missing-tensor', 'image_encoder.pos_embed'),
    );
    const misshaped = { ...SAM, 'image_encoder.blocks.4.attn.rel_pos_h': [29, 64] };
    expect(() => recogniseCheckpoint(createCountingSource(misshaped))).toThrow(
      withCode('checkpoint/shape-mismatch', 'image_encoder.blocks.4.attn.rel_pos_w'),
    );
    const unlike = { ...adapters(768, 12, 4), w_b_005: [768, 8] };
    expect(() => recogniseCheckpoint(createCountingSource(unlike))).toThrow(
      withCode('checkpoint/shape-mismatch', 'w_b_005'),
    );
    expect(() => recogniseCheckpoint(createCountingSource(without(adapters(768, 12, 4), 'w_b_023')))).toThrow(
      withCode('checkpoint/missing-tensor', 'w_b_023'),
    );
  });

  it('says what it does not know', () => {
    expect(() => recogniseCheckpoint(createCountingSource({ 'layer.weight': [3, 4] }))).toThrow(
      withCode('checkpoint/unknown-model', 'layer.weight'),
    );
    expect(() => recogniseCheckpoint(createCountingSource(prefixed(VIT, 'teacher.')))).toThrow(
      withCode('checkpoint/unknown-model', 'teacher.'),
    );
  });
});
