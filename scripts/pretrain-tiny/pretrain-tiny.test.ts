/** What SAMed-Tiny's pretraining starts from and looks at: first weights and eyes. The training itself is the loop's, with tests of its own. */
import { describe, expect, it } from 'vitest';
import { SAMED_TINY, SAMED_TINY_CROP } from '../../models/zoo/samed-tiny.ts';
import { createEyes } from './eye-source.ts';
import { drawWeights } from './initial-weights.ts';
import { PRETRAINING } from './options.ts';

describe('the first weights', () => {
  const weights = drawWeights(SAMED_TINY, 1);
  const valuesOf = (name: string) => Array.from(weights.get(name)?.data ?? []);

  it('are norms that change nothing, tables of zeros, and draws within +-1/sqrt(inputs)', () => {
    expect(new Set(valuesOf('image_encoder.blocks.0.norm1.weight'))).toEqual(new Set([1]));
    expect(new Set(valuesOf('image_encoder.neck.3.weight'))).toEqual(new Set([1]));
    expect(new Set(valuesOf('mask_decoder.output_upscaling.1.bias'))).toEqual(new Set([0]));
    expect(new Set(valuesOf('mask_decoder.transformer.norm_final_attn.weight'))).toEqual(new Set([1]));
    expect(new Set(valuesOf('image_encoder.pos_embed'))).toEqual(new Set([0]));
    for (const part of ['weight', 'bias']) {
      const drawn = valuesOf(`image_encoder.blocks.0.mlp.lin1.${part}`);
      const bound = 1 / Math.sqrt(SAMED_TINY.dim);
      expect(Math.max(...drawn.map(Math.abs))).toBeLessThanOrEqual(bound);
      expect(Math.max(...drawn.map(Math.abs))).toBeGreaterThan(0.9 * bound);
    }
  });

  it('follow from the seed', () => {
    expect(drawWeights(SAMED_TINY, 1)).toEqual(weights);
    const name = 'mask_decoder.mask_tokens.weight';
    expect(drawWeights(SAMED_TINY, 2).get(name)).not.toEqual(weights.get(name));
  });
});

describe('the eyes', () => {
  const eyes = createEyes(PRETRAINING, SAMED_TINY_CROP);
  const idsOf = (samples: readonly { readonly id: string }[]) => samples.map(({ id }) => id);

  it('are never in two sets', () => {
    const all = [eyes.training, eyes.validation, eyes.fineTuning, eyes.heldOut].flatMap(idsOf);
    expect(new Set(all).size).toBe(all.length);
    expect(eyes.fineTuning).toHaveLength(PRETRAINING.fineTuningCount);
    expect(eyes.heldOut).toHaveLength(PRETRAINING.demoCount / 5);
  });

  it('are drawn as prepared samples, the same each time', async () => {
    const preprocess = {
      kind: 'segmentation',
      crop: SAMED_TINY_CROP,
      side: 32,
      preset: 'corrected',
    } as const;
    const ids = idsOf([...eyes.training.slice(0, 1), ...eyes.heldOut.slice(0, 1)]);
    const batch = await eyes.source.prepare(ids, preprocess);
    expect(batch.ids).toEqual(ids);
    const [first, second] = [batch.masks.subarray(0, 32 * 32), batch.masks.subarray(32 * 32)];
    for (const mask of [first, second]) expect(new Set(mask)).toEqual(new Set([0, 1, 2]));
    const again = await createEyes(PRETRAINING, SAMED_TINY_CROP).source.prepare(ids, preprocess);
    expect(again).toEqual(batch);
    await expect(eyes.source.prepare(ids, { ...preprocess, crop: 512 })).rejects.toThrow(
      `crop of ${SAMED_TINY_CROP}`,
    );
  });
});
