import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMemory } from '../../core/formats/byte-source.ts';
import { writeNpz } from '../../core/formats/npz.ts';
import { openTensorSource } from '../../core/formats/tensor-source.ts';
import { goldensFolder } from '../../core/goldens.ts';
import { describeDifference, POINTWISE_F32 } from '../../core/testing.ts';
import { canonicalTensors } from './canonical.ts';
import { resizePositions } from './google-vit.ts';
import { recogniseCheckpoint } from './recognise.ts';
import { createCountingSource, type Shapes } from './testing.ts';

const DIM = 6;
const HEADS = 3;
const MLP = 10;
const BLOCK = 'Transformer/encoderblock_0';
const ATTENTION = `${BLOCK}/MultiHeadDotProductAttention_1`;

/** The tensors of one of Google's transformers with a ResNet of `units`, in the layouts of its `.npz`. */
function googleShapes(
  dim: number,
  heads: number,
  mlp: number,
  depth: number,
  units: readonly number[],
  grid: number,
): Shapes {
  const shapes: Record<string, readonly number[]> = {
    cls: [1, 1, dim],
    'head/kernel': [dim, 5],
    'embedding/kernel': [1, 1, 1024, dim],
    'embedding/bias': [dim],
    'Transformer/posembed_input/pos_embedding': [1, grid * grid + 1, dim],
    'Transformer/encoder_norm/scale': [dim],
    'Transformer/encoder_norm/bias': [dim],
    'conv_root/kernel': [7, 7, 3, 64],
    'gn_root/scale': [64],
    'gn_root/bias': [64],
  };
  for (let block = 0; block < depth; block++) {
    const root = `Transformer/encoderblock_${block}`;
    for (const norm of ['LayerNorm_0', 'LayerNorm_2'])
      for (const part of ['scale', 'bias']) shapes[`${root}/${norm}/${part}`] = [dim];
    shapes[`${root}/MlpBlock_3/Dense_0/kernel`] = [dim, mlp];
    shapes[`${root}/MlpBlock_3/Dense_0/bias`] = [mlp];
    shapes[`${root}/MlpBlock_3/Dense_1/kernel`] = [mlp, dim];
    shapes[`${root}/MlpBlock_3/Dense_1/bias`] = [dim];
    for (const part of ['query', 'key', 'value']) {
      shapes[`${root}/MultiHeadDotProductAttention_1/${part}/kernel`] = [dim, heads, dim / heads];
      shapes[`${root}/MultiHeadDotProductAttention_1/${part}/bias`] = [heads, dim / heads];
    }
    shapes[`${root}/MultiHeadDotProductAttention_1/out/kernel`] = [heads, dim / heads, dim];
    shapes[`${root}/MultiHeadDotProductAttention_1/out/bias`] = [dim];
  }
  units.forEach((count, index) => {
    const middle = 64 * 2 ** index;
    for (let unit = 1; unit <= count; unit++) {
      const root = `block${index + 1}/unit${unit}`;
      const inputs = unit > 1 ? middle * 4 : index === 0 ? 64 : middle * 2;
      const convs: [string, number[]][] = [
        ['1', [1, 1, inputs, middle]],
        ['2', [3, 3, middle, middle]],
        ['3', [1, 1, middle, middle * 4]],
      ];
      if (unit === 1) convs.push(['_proj', [1, 1, inputs, middle * 4]]);
      for (const [suffix, shape] of convs) {
        shapes[`${root}/conv${suffix}/kernel`] = shape;
        for (const part of ['scale', 'bias'])
          shapes[`${root}/gn${suffix}/${part}`] = [1, 1, 1, shape[3] ?? 0];
      }
    }
  });
  return shapes;
}

describe('a Google ViT with a ResNet', () => {
  const source = createCountingSource(googleShapes(768, 12, 3072, 12, [3, 4, 9], 14), 459_000_000);

  it('is recognised', () => {
    expect(recogniseCheckpoint(source)).toMatchObject({
      family: 'google-vit',
      variant: 'R50+ViT-B_16',
      isHybrid: true,
      grid: 14,
      words: 'Google ViT R50+ViT-B_16 .npz, 459 MB, an encoder without a decoder',
    });
  });

  it('has the names and shapes of TransUNet, but for the decoder', () => {
    const path = join(goldensFolder('transunet'), 'R50-ViT-B_16_state_dict_shapes.json');
    const transUnet = JSON.parse(readFileSync(path, 'utf8')) as Record<string, [number[], string]>;
    const encoder = Object.entries(transUnet).filter(([name]) => name.startsWith('transformer.'));
    const { tensors } = canonicalTensors(source, recogniseCheckpoint(source));
    const shapes = Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]));
    expect(shapes).toEqual(Object.fromEntries(encoder.map(([name, [shape]]) => [name, shape])));
  });
});

describe('the layouts of a Google ViT', () => {
  const source = createCountingSource({
    'Transformer/posembed_input/pos_embedding': [1, 5, DIM],
    'embedding/kernel': [2, 3, 4, DIM],
    [`${ATTENTION}/query/kernel`]: [DIM, HEADS, DIM / HEADS],
    [`${ATTENTION}/query/bias`]: [HEADS, DIM / HEADS],
    [`${ATTENTION}/out/kernel`]: [HEADS, DIM / HEADS, DIM],
    [`${BLOCK}/MlpBlock_3/Dense_0/kernel`]: [DIM, MLP],
  });
  const canonical = canonicalTensors(source, recogniseCheckpoint(source));

  /** Values of a matrix [rows, columns] by a rule. */
  function matrix(rows: number, columns: number, at: (row: number, column: number) => number): Float32Array {
    return Float32Array.from({ length: rows * columns }, (_, i) => at(Math.floor(i / columns), i % columns));
  }

  it('turns dense kernels [in, out] into [out, in]', async () => {
    expect(await canonical.read('transformer.encoder.layer.0.ffn.fc1.weight')).toEqual(
      matrix(MLP, DIM, (out, input) => input * MLP + out),
    );
  });

  it('turns query kernels [in, heads, width] into [heads width, in]', async () => {
    expect(await canonical.read('transformer.encoder.layer.0.attn.query.weight')).toEqual(
      matrix(DIM, DIM, (out, input) => input * DIM + out),
    );
    expect(canonical.tensors.get('transformer.encoder.layer.0.attn.query.bias')?.shape).toEqual([DIM]);
  });

  it('turns out kernels [heads, width, out] into [out, heads width]', async () => {
    expect(await canonical.read('transformer.encoder.layer.0.attn.out.weight')).toEqual(
      matrix(DIM, DIM, (out, input) => input * DIM + out),
    );
  });

  it('turns convolution kernels [height, width, in, out] into [out, in, height, width]', async () => {
    const name = 'transformer.embeddings.patch_embeddings.weight';
    expect(canonical.tensors.get(name)?.shape).toEqual([DIM, 4, 2, 3]);
    const values = await canonical.read(name);
    // out 5, in 1, row 1, column 2.
    expect(values[((5 * 4 + 1) * 2 + 1) * 3 + 2]).toBe(((1 * 3 + 2) * 4 + 1) * DIM + 5);
    expect(values.toSorted()).toEqual(Float32Array.from({ length: values.length }, (_, i) => i));
  });

  it('leaves out the class token', async () => {
    const name = 'transformer.embeddings.position_embeddings';
    expect(canonical.tensors.get(name)?.shape).toEqual([1, 4, DIM]);
    expect((await canonical.read(name))[0]).toBe(DIM);
  });
});

/** `scipy.ndimage.zoom(grid, (4 / 3, 4 / 3, 1), order=1)` in SciPy 1.10 of the grid that the test has. */
const SCIPY_ZOOM_3_TO_4 = [
  0.5,
  -0.5,
  0,
  2,
  1 / 3,
  11 / 9,
  8 / 9,
  -2 / 3,
  0.5,
  1.5,
  5 / 6,
  -1.5,
  1,
  1 / 3,
  -1 / 6,
  -0.5,
];

describe('resizePositions', () => {
  it('interpolates linearly from corner to corner', async () => {
    const name = 'transformer.embeddings.position_embeddings';
    const resized = resizePositions(createCountingSource({ [name]: [1, 9, 1], other: [2] }), 5);
    expect(resized.tensors.get(name)?.shape).toEqual([1, 25, 1]);
    const expected = Float32Array.from({ length: 25 }, (_, i) => (Math.floor(i / 5) / 2) * 3 + (i % 5) / 2);
    expect(await resized.read(name)).toEqual(expected);
    expect(await resized.read('other')).toEqual(Float32Array.of(0, 1));
  });

  it('agrees with scipy.ndimage.zoom of order 1', async () => {
    const name = 'transformer.embeddings.position_embeddings';
    const positions = Float32Array.of(0.5, -1, 2, 0.25, 3, -2, 1, 0, -0.5);
    const bytes = writeNpz({ [name]: { shape: [1, 9, 1], values: positions } });
    const source = await openTensorSource(openMemory(bytes), 'positions.npz');
    const resized = await resizePositions(source, 4).read(name);
    expect(describeDifference(resized, SCIPY_ZOOM_3_TO_4, POINTWISE_F32)).toBeUndefined();
  });
});
