import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../core/errors.ts';
import { adaptSam, assembleSamed } from './adapt-sam.ts';
import { createCountingSource, type Shapes } from './testing.ts';

const DIM = 4;

/** A SAM of two blocks, the second with global attention, at side 128 with windows of 3. */
const SAM: Shapes = {
  'image_encoder.pos_embed': [1, 8, 8, DIM],
  'image_encoder.patch_embed.proj.weight': [DIM, 3, 16, 16],
  'image_encoder.blocks.0.attn.qkv.weight': [3 * DIM, DIM],
  'image_encoder.blocks.0.attn.rel_pos_h': [5, 2],
  'image_encoder.blocks.0.attn.rel_pos_w': [5, 2],
  'image_encoder.blocks.1.attn.qkv.weight': [3 * DIM, DIM],
  'image_encoder.blocks.1.attn.rel_pos_h': [15, 2],
  'image_encoder.blocks.1.attn.rel_pos_w': [15, 2],
  'mask_decoder.mask_tokens.weight': [4, 8],
  'mask_decoder.iou_token.weight': [1, 8],
};

function adapters(dim: number, blocks: number): Shapes {
  return Object.fromEntries(
    Array.from({ length: 2 * blocks }, (_, i) => [
      [`w_a_00${i}`, [1, dim]],
      [`w_b_00${i}`, [dim, 1]],
    ]).flat(),
  );
}

function withCode(code: ErrorCode, message: string): Error {
  return expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error;
}

describe('adaptSam', () => {
  const source = createCountingSource(SAM);

  it("changes no value at the checkpoint's own side", async () => {
    const adapted = adaptSam(source, { side: 128 });
    for (const name of adapted.tensors.keys()) {
      expect(adapted.tensors.get(name)).toEqual(source.tensors.get(name));
      expect(await adapted.read(name)).toEqual(await source.read(name));
    }
  });

  it('resizes the position embedding and the tables of global blocks, and leaves those of windows', async () => {
    const adapted = adaptSam(source, { side: 64 });
    const { tensors } = adapted;
    expect(tensors.get('image_encoder.pos_embed')?.shape).toEqual([1, 4, 4, DIM]);
    expect(tensors.get('image_encoder.blocks.0.attn.rel_pos_h')?.shape).toEqual([5, 2]);
    expect(tensors.get('image_encoder.blocks.1.attn.rel_pos_w')?.shape).toEqual([7, 2]);
    // Half of the grid: each token is the mean of four. Counting values are linear, so it is the value in their middle.
    expect((await adapted.read('image_encoder.pos_embed'))[0]).toBe(((0 + 1 + 8 + 9) / 4) * DIM);
  });

  it('never takes what depends on the number of masks', () => {
    const names = [...adaptSam(source, { side: 128 }).tensors.keys()];
    expect(names).not.toContain('mask_decoder.mask_tokens.weight');
    expect(names).toContain('mask_decoder.iou_token.weight');
  });

  it('refuses a side that patches do not fill', () => {
    for (const side of [120, 0, -16]) {
      expect(() => adaptSam(source, { side })).toThrow(withCode('checkpoint/shape-mismatch', String(side)));
    }
  });
});

describe('assembleSamed', () => {
  const sam = createCountingSource(SAM, 100);

  it('lays what SAMed saved over the SAM', async () => {
    const lora = createCountingSource({ ...adapters(DIM, 2), 'mask_decoder.iou_token.weight': [1, 6] }, 10);
    const samed = assembleSamed(sam, lora, { side: 64 });
    expect(samed.tensors.get('mask_decoder.iou_token.weight')?.shape).toEqual([1, 6]);
    expect((await samed.read('mask_decoder.iou_token.weight')).length).toBe(6);
    expect(samed.tensors.has('w_b_003')).toBe(true);
    expect(samed.tensors.get('image_encoder.pos_embed')?.shape).toEqual([1, 4, 4, DIM]);
    expect(samed.sizeBytes).toBe(110);
  });

  it('refuses the adapters of another encoder', () => {
    expect(() => assembleSamed(sam, createCountingSource(adapters(8, 2)), { side: 64 })).toThrow(
      withCode('checkpoint/shape-mismatch', 'w_a_000'),
    );
    expect(() => assembleSamed(sam, createCountingSource(adapters(DIM, 3)), { side: 64 })).toThrow(
      withCode('checkpoint/shape-mismatch', '3 blocks'),
    );
  });
});
