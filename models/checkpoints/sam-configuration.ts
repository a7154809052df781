/** The sizes of a SAM, read off the shapes of its tensors under Meta's names. */
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import type { SamConfiguration, SamVariant } from './recognised.ts';
import { requireShape, unfitting } from './tensor-views.ts';

const PUBLISHED: readonly {
  readonly variant: SamVariant;
  readonly dim: number;
  readonly depth: number;
  readonly globalBlocks: readonly number[];
}[] = [
  { variant: 'ViT-B', dim: 768, depth: 12, globalBlocks: [2, 5, 8, 11] },
  { variant: 'ViT-L', dim: 1024, depth: 24, globalBlocks: [5, 11, 17, 23] },
  { variant: 'ViT-H', dim: 1280, depth: 32, globalBlocks: [7, 15, 23, 31] },
];

/** The published variant with an encoder of these sizes. */
export function samVariant(dim: number, depth: number): SamVariant {
  return PUBLISHED.find((one) => one.dim === dim && one.depth === depth)?.variant ?? 'custom';
}

/** The tables of relative positions of one block, by their shape. */
interface BlockTable {
  readonly block: number;
  /** Twice the side of the attention's window (or of the whole grid), less one. */
  readonly length: number;
  /** Channels of a head. */
  readonly width: number;
}

const TABLE_NAME = /^image_encoder\.blocks\.(\d+)\.attn\.rel_pos_h$/;

/** The blocks that have tables, ascending. Errors: `checkpoint/missing-tensor`, `checkpoint/shape-mismatch`. */
function blockTables(source: TensorSource): BlockTable[] {
  const tables: BlockTable[] = [];
  for (const name of source.tensors.keys()) {
    const block = TABLE_NAME.exec(name)?.[1];
    if (block === undefined) continue;
    const [length = 0, width = 0] = requireShape(source, name, 2);
    const across = name.replace(/h$/, 'w');
    const other = requireShape(source, across, 2);
    if (other[0] !== length || other[1] !== width) throw unfitting(across, other, `[${length},${width}]`);
    if (length % 2 === 0) throw unfitting(name, [length, width], 'an odd number of rows');
    tables.push({ block: Number(block), length, width });
  }
  return tables.toSorted((a, b) => a.block - b.block);
}

/** The side of the position embedding, in tokens. Errors: as `blockTables`. */
export function gridSide(source: TensorSource): number {
  const name = 'image_encoder.pos_embed';
  const shape = requireShape(source, name, 4);
  const [one, height, width = 0] = shape;
  if (one !== 1 || height !== width) throw unfitting(name, shape, 'a square grid, [1,side,side,channels]');
  return width;
}

/**
 * Which blocks attend to the whole grid: those whose tables have the grid's length. Where all tables are alike, because
 * the windows are as large as the grid, both kinds compute the same, and the published blocks are taken for models of a
 * published size, else every block.
 */
export function attentionLayout(
  source: TensorSource,
  dim: number,
): Pick<SamConfiguration, 'windowSize' | 'globalBlocks'> {
  const tables = blockTables(source);
  const globalLength = 2 * gridSide(source) - 1;
  const windowed = tables.filter(({ length }) => length !== globalLength);
  const [first = tables[0]] = windowed;
  const windowLength = first?.length ?? globalLength;
  const odd = windowed.find(({ length }) => length !== windowLength);
  if (odd !== undefined) {
    const name = `image_encoder.blocks.${odd.block}.attn.rel_pos_h`;
    throw unfitting(
      name,
      [odd.length, odd.width],
      `${windowLength} rows as other blocks, or the grid's ${globalLength}`,
    );
  }
  const isAlike = windowed.length === 0;
  const published = PUBLISHED.find((one) => one.dim === dim && one.depth === tables.length);
  const isGlobal = ({ block, length }: BlockTable): boolean =>
    isAlike && published !== undefined ? published.globalBlocks.includes(block) : length === globalLength;
  return {
    windowSize: (windowLength + 1) / 2,
    globalBlocks: tables.filter(isGlobal).map(({ block }) => block),
  };
}

/** Errors: `checkpoint/missing-tensor`, `checkpoint/shape-mismatch`, naming the tensor. */
export function readSamConfiguration(source: TensorSource): SamConfiguration {
  const patchName = 'image_encoder.patch_embed.proj.weight';
  const [dim = 0, , patchSize = 0] = requireShape(source, patchName, 4);
  const tables = blockTables(source);
  const [, headWidth = 0] = requireShape(source, 'image_encoder.blocks.0.attn.rel_pos_h', 2);
  const uneven = tables.find(({ width, block }, index) => width !== headWidth || block !== index);
  if (uneven !== undefined) {
    const name = `image_encoder.blocks.${uneven.block}.attn.rel_pos_h`;
    throw unfitting(
      name,
      [uneven.length, uneven.width],
      `${headWidth} columns, in blocks that follow one another`,
    );
  }
  if (headWidth === 0 || dim % headWidth !== 0)
    throw unfitting(patchName, [dim], `a multiple of ${headWidth} channels, the width of a head`);
  const [mlpDim = 0] = requireShape(source, 'image_encoder.blocks.0.mlp.lin1.weight', 2);
  const [embeddingDim = 0] = requireShape(source, 'image_encoder.neck.0.weight', 4);
  return {
    side: gridSide(source) * patchSize,
    patchSize,
    dim,
    depth: tables.length,
    heads: dim / headWidth,
    mlpDim,
    ...attentionLayout(source, dim),
    embeddingDim,
    maskTokens: source.tensors.get('mask_decoder.mask_tokens.weight')?.shape[0] ?? 0,
  };
}
