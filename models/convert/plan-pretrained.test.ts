/** A TransUNet to be trained of a Google transformer: its encoder's values, a decoder as PyTorch draws one, any side. */
import { describe, expect, it } from 'vitest';

import type { TensorSource } from '../../core/formats/tensor-source.ts';
import { recogniseCheckpoint } from '../checkpoints/recognise.ts';
import { interpret } from '../reference/interpret.ts';
import { synthImage } from '../reference/synth-weights.ts';
import { synthCheckpoint } from '../testing/synth-checkpoint.ts';
import { planConversion } from './plan.ts';

const DIM = 8;
const SIDE = 32;
const LAYER = 'Transformer/encoderblock_0';
const ATTENTION = `${LAYER}/MultiHeadDotProductAttention_1`;
const SHAPES: Readonly<Record<string, readonly number[]>> = {
  cls: [1, 1, DIM],
  'embedding/kernel': [16, 16, 3, DIM],
  'embedding/bias': [DIM],
  'Transformer/posembed_input/pos_embedding': [1, 10, DIM],
  'Transformer/encoder_norm/scale': [DIM],
  'Transformer/encoder_norm/bias': [DIM],
  ...Object.fromEntries(
    ['LayerNorm_0', 'LayerNorm_2'].flatMap((norm) => [
      [`${LAYER}/${norm}/scale`, [DIM]],
      [`${LAYER}/${norm}/bias`, [DIM]],
    ]),
  ),
  [`${LAYER}/MlpBlock_3/Dense_0/kernel`]: [DIM, 2 * DIM],
  [`${LAYER}/MlpBlock_3/Dense_0/bias`]: [2 * DIM],
  [`${LAYER}/MlpBlock_3/Dense_1/kernel`]: [2 * DIM, DIM],
  [`${LAYER}/MlpBlock_3/Dense_1/bias`]: [DIM],
  ...Object.fromEntries(
    ['query', 'key', 'value'].flatMap((part) => [
      [`${ATTENTION}/${part}/kernel`, [DIM, 2, DIM / 2]],
      [`${ATTENTION}/${part}/bias`, [2, DIM / 2]],
    ]),
  ),
  [`${ATTENTION}/out/kernel`]: [2, DIM / 2, DIM],
  [`${ATTENTION}/out/bias`]: [DIM],
};

/** The file of a transformer, with the number of its heads where shapes do not tell it. */
function fileOf(metadata: TensorSource['metadata']) {
  const source = { ...synthCheckpoint(SHAPES, 'pretrained'), metadata };
  return { name: 'vit.npz', source, recognised: recogniseCheckpoint(source) };
}
const plan = (side: number | null) =>
  planConversion([fileOf(new Map([['heads', '2']]))], { precision: 'f32', side });

describe('a TransUNet of a pretrained transformer', () => {
  it('has its weights, positions for the side, and a decoder drawn as PyTorch draws one', async () => {
    const { transUnet, words, classes } = plan(SIDE);
    expect(words).toBe('TransUNet to be trained, side 32, its decoder drawn at random');
    expect(classes).toBe(3);
    const tensors = transUnet?.tensors;
    if (tensors === undefined) throw new Error('there is nothing to train');
    expect(await tensors.read('transformer.embeddings.patch_embeddings.bias')).toEqual(
      await fileOf(new Map()).source.read('embedding/bias'),
    );
    expect(tensors.tensors.get('transformer.embeddings.position_embeddings')?.shape).toEqual([1, 4, DIM]);
    const head = await tensors.read('segmentation_head.0.weight');
    const bound = 1 / Math.sqrt(16 * 9);
    expect(Math.max(...head.map(Math.abs))).toBeLessThanOrEqual(Math.fround(bound));
    expect(Math.max(...head)).toBeGreaterThan(0.8 * bound);
    expect(Math.min(...head)).toBeLessThan(-0.8 * bound);
    expect(await tensors.read('segmentation_head.0.weight')).toEqual(head);
    const norm = 'decoder.blocks.0.conv1.1';
    const first = async (part: string) => (await tensors.read(`${norm}.${part}`))[0];
    expect(await first('weight')).toBe(1);
    expect(await first('running_var')).toBe(1);
    expect(await first('bias')).toBe(0);
    expect(await first('running_mean')).toBe(0);
  });

  it('computes finite logits of three classes', async () => {
    const [{ model } = { model: undefined }] = plan(SIDE).graphs;
    if (model === undefined) throw new Error('there is no graph');
    const params = new Map();
    for (const { name } of model.graph.parameters) params.set(name, await model.weights.read(name));
    const image = { shape: [1, 3, SIDE, SIDE], data: synthImage('image', 3, SIDE, SIDE, 'pretrained') };
    const { logits } = interpret({ graph: model.graph, params }, { image });
    expect(logits?.shape).toEqual([1, 3, SIDE, SIDE]);
    expect(logits?.data.every(Number.isFinite)).toBe(true);
  });

  it('is refused at a side that tokens do not fill, and where nobody says how many heads it has', () => {
    expect(() => plan(40)).toThrow(/multiple of 16/);
    expect(() => planConversion([fileOf(new Map())], { precision: 'f32', side: null })).toThrow(/heads/);
  });
});
