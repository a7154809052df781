import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { goldensFolder } from '../../core/goldens.ts';
import { canonicalTensors } from './canonical.ts';
import { recogniseCheckpoint } from './recognise.ts';
import { isSamName, metaNameOf } from './sam-names.ts';
import { createCountingSource, type Shapes } from './testing.ts';

const SAM = JSON.parse(
  readFileSync(join(goldensFolder('sam-checkpoint-adapt'), 'sam_vit_b_1024_state_dict_shapes.json'), 'utf8'),
) as Shapes;

function linear(...names: readonly string[]): string[] {
  return names.flatMap((name) => [`${name}.weight`, `${name}.bias`]);
}

function attention(name: string): string[] {
  return linear(...['q', 'k', 'v', 'out'].map((part) => `${name}.${part}_proj`));
}

function perceptron(name: string): string[] {
  return linear(`${name}.proj_in`, `${name}.layers.0`, `${name}.proj_out`);
}

/** Every tensor of Hugging Face's SamModel with an encoder of `depth` blocks, module by module. */
function huggingFaceNames(depth: number): string[] {
  const blocks = Array.from({ length: depth }, (_, i) => `vision_encoder.layers.${i}`);
  const layers = [0, 1].map((i) => `mask_decoder.transformer.layers.${i}`);
  return [
    'shared_image_embedding.positional_embedding',
    'vision_encoder.pos_embed',
    ...linear('vision_encoder.patch_embed.projection'),
    ...blocks.flatMap((name) => [
      `${name}.attn.rel_pos_h`,
      `${name}.attn.rel_pos_w`,
      ...linear(
        ...['layer_norm1', 'attn.qkv', 'attn.proj', 'layer_norm2', 'mlp.lin1', 'mlp.lin2'].map(
          (part) => `${name}.${part}`,
        ),
      ),
    ]),
    'vision_encoder.neck.conv1.weight',
    'vision_encoder.neck.conv2.weight',
    ...linear('vision_encoder.neck.layer_norm1', 'vision_encoder.neck.layer_norm2'),
    'prompt_encoder.shared_embedding.positional_embedding',
    ...linear(
      ...['conv1', 'conv2', 'conv3', 'layer_norm1', 'layer_norm2'].map(
        (part) => `prompt_encoder.mask_embed.${part}`,
      ),
    ),
    'prompt_encoder.no_mask_embed.weight',
    'prompt_encoder.not_a_point_embed.weight',
    ...[0, 1, 2, 3].map((i) => `prompt_encoder.point_embed.${i}.weight`),
    'mask_decoder.iou_token.weight',
    'mask_decoder.mask_tokens.weight',
    ...layers.flatMap((name) => [
      ...['self_attn', 'cross_attn_token_to_image', 'cross_attn_image_to_token'].flatMap((part) =>
        attention(`${name}.${part}`),
      ),
      ...linear(
        ...['layer_norm1', 'layer_norm2', 'layer_norm3', 'layer_norm4', 'mlp.lin1', 'mlp.lin2'].map(
          (part) => `${name}.${part}`,
        ),
      ),
    ]),
    ...attention('mask_decoder.transformer.final_attn_token_to_image'),
    ...linear('mask_decoder.transformer.layer_norm_final_attn'),
    ...linear('mask_decoder.upscale_conv1', 'mask_decoder.upscale_conv2', 'mask_decoder.upscale_layer_norm'),
    ...[0, 1, 2, 3].flatMap((i) => perceptron(`mask_decoder.output_hypernetworks_mlps.${i}`)),
    ...perceptron('mask_decoder.iou_prediction_head'),
  ];
}

describe('isSamName', () => {
  it('accepts every tensor of the public checkpoint and nothing else', () => {
    expect(Object.keys(SAM).filter((name) => !isSamName(name))).toEqual([]);
    expect(isSamName('prompt_encoder.unknown_extra.weight')).toBe(false);
    expect(isSamName('pixel_mean')).toBe(false);
  });
});

describe('metaNameOf', () => {
  it('reaches every tensor of SAM ViT-B, one of them twice', () => {
    const mapped = huggingFaceNames(12).map(metaNameOf);
    expect(mapped).not.toContain(undefined);
    expect(new Set(mapped)).toEqual(new Set(Object.keys(SAM)));
    expect(mapped.length).toBe(Object.keys(SAM).length + 1);
  });

  it.each([
    ['vision_encoder.layers.11.layer_norm2.bias', 'image_encoder.blocks.11.norm2.bias'],
    ['vision_encoder.neck.conv2.weight', 'image_encoder.neck.2.weight'],
    ['mask_decoder.iou_prediction_head.proj_in.weight', 'mask_decoder.iou_prediction_head.layers.0.weight'],
    ['mask_decoder.iou_prediction_head.layers.0.weight', 'mask_decoder.iou_prediction_head.layers.1.weight'],
    [
      'mask_decoder.output_hypernetworks_mlps.3.proj_out.bias',
      'mask_decoder.output_hypernetworks_mlps.3.layers.2.bias',
    ],
    [
      'mask_decoder.transformer.layer_norm_final_attn.weight',
      'mask_decoder.transformer.norm_final_attn.weight',
    ],
    ['mask_decoder.transformer.layers.0.layer_norm4.bias', 'mask_decoder.transformer.layers.0.norm4.bias'],
    ['mask_decoder.upscale_layer_norm.weight', 'mask_decoder.output_upscaling.1.weight'],
    ['prompt_encoder.mask_embed.conv3.weight', 'prompt_encoder.mask_downscaling.6.weight'],
    ['prompt_encoder.point_embed.2.weight', 'prompt_encoder.point_embeddings.2.weight'],
  ])('maps %s', (huggingFace, meta) => {
    expect(metaNameOf(huggingFace)).toBe(meta);
  });

  it('knows no name for what SAM has not', () => {
    expect(metaNameOf('vision_encoder.layers.0.attn.extra')).toBeUndefined();
  });
});

describe('a SAM under the names of Hugging Face', () => {
  it('is recognised, and has the canonical names and shapes', () => {
    const shapes = Object.fromEntries(
      huggingFaceNames(12).map((name) => [name, SAM[metaNameOf(name) ?? ''] ?? []]),
    );
    const source = createCountingSource(shapes, 374_980_000);
    const recognised = recogniseCheckpoint(source);
    expect(recognised).toMatchObject({
      family: 'sam',
      names: 'hugging-face',
      words: 'SAM (Hugging Face names) ViT-B, 1024, 375 MB',
      configuration: { globalBlocks: [2, 5, 8, 11], heads: 12, maskTokens: 4 },
    });
    const { tensors } = canonicalTensors(source, recognised);
    expect(Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]))).toEqual(SAM);
  });
});
