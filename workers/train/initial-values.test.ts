/** What a run starts from: the model's own values, and draws of the published rules for what it lacks. */
import { describe, expect, it } from 'vitest';

import { withGroupClassifier } from '../../models/rewrite/group-classifier.ts';
import { createSamed } from '../../models/zoo/samed.ts';
import { initialValues } from './initial-values.ts';
import { createTestModel, MINIMAL_SAMED } from './testing.ts';
import type { TrainableModel } from './trainable-model.ts';

const graph = withGroupClassifier(createSamed({ ...MINIMAL_SAMED, rank: 4, adaptsDecoder: true }), {
  from: 'image_embeddings',
  groupCount: 3,
  reversalScale: 1,
});

/** The model without its tensors of these names. */
function without(model: TrainableModel, pattern: RegExp): TrainableModel {
  return { ...model, shapes: new Map([...model.shapes].filter(([name]) => !pattern.test(name))) };
}

describe('first values', () => {
  const values = initialValues(createTestModel(), graph, 3, 5);

  it('are the model where it has them', async () => {
    const name = 'mask_decoder.mask_tokens.weight';
    expect(await values(name)).toEqual(await createTestModel().read(name));
  });

  it('of adapters are uniform in +-1/sqrt(inputs) for A and 0 for B, by the seed', async () => {
    const a = await values('w_a_000');
    const bound = 1 / Math.sqrt(MINIMAL_SAMED.dim);
    expect(a).toHaveLength(4 * MINIMAL_SAMED.dim);
    expect(Math.max(...a.map(Math.abs))).toBeLessThanOrEqual(bound);
    expect(Math.max(...a.map(Math.abs))).toBeGreaterThan(0.8 * bound);
    expect(new Set(a).size).toBe(a.length);
    for (const name of ['w_b_003', 'sa_b_000', 'cti_b_001', 'fati_qb', 'fati_vb']) {
      expect((await values(name)).every((value) => value === 0)).toBe(true);
    }
    for (const name of ['w_a_003', 'sa_a_000', 'cit_a_001', 'fati_qa', 'fati_va']) {
      expect((await values(name)).every((value) => value !== 0)).toBe(true);
    }
    expect(await values('w_a_001')).not.toEqual(a);
    expect(await initialValues(createTestModel(), graph, 3, 5)('w_a_000')).toEqual(a);
    expect(await initialValues(createTestModel(), graph, 3, 6)('w_a_000')).not.toEqual(a);
  });

  it('of heads that a SAM of other classes lacks are drawn, as those of a classifier of groups', async () => {
    const sam = without(createTestModel(), /mask_tokens|output_hypernetworks_mlps|iou_prediction_head/);
    const drawn = initialValues(sam, graph, 3, 5);
    expect(await drawn('mask_decoder.mask_tokens.weight')).toHaveLength(3 * MINIMAL_SAMED.embeddingDim);
    const bias = await drawn('mask_decoder.output_hypernetworks_mlps.0.layers.0.bias');
    expect(Math.max(...bias.map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(MINIMAL_SAMED.embeddingDim));
    expect(bias.some((value) => value !== 0)).toBe(true);
    expect(await drawn('group_classifier.weight')).toHaveLength(3 * MINIMAL_SAMED.embeddingDim);
  });

  it('of the weights of groups are equal', async () => {
    expect(await values('groupWeight')).toEqual(Float32Array.of(1 / 3, 1 / 3, 1 / 3));
  });

  it('are an error for a tensor that the model must have', async () => {
    const broken = initialValues(without(createTestModel(), /pos_embed/), graph, 3, 5);
    await expect(broken('image_encoder.pos_embed')).rejects.toMatchObject({
      code: 'train/not-trainable',
      context: { tensor: 'image_encoder.pos_embed' },
    });
  });
});
