/** Attention in a grid as its kernels see it: sizes, windows, and the relative terms of each query. */
import type { TokenOperations } from '../../../models/graph/ops.ts';
import { attentionLine, headsOf, QUAD, scaleOf, TILE } from './attention-heads.ts';
import relativeCode from './grid-attention-relative.wgsl?raw';
import tableCode from './grid-attention-table.wgsl?raw';
import { type Dispatch, input, type KernelTraits, type Operand } from './kernel.ts';

/** A table that makes relative terms: rows, columns or, with windows, the k of padding. */
export interface Table {
  /** Constants of grid-attention-table.wgsl that are the table's. */
  readonly constants: Readonly<Record<'START' | 'LENGTH' | 'AXIS' | 'FACTOR', number>>;
  /** Index among qkv, rows, columns, padding; and the quad of it where the table begins. */
  readonly operand: number;
  readonly firstQuad: number;
  readonly rows: number;
}

export type Grid = ReturnType<typeof gridOf>;

/** Sizes of an attention in the grid of qkv [N,h,w,3C], and the constants of its kernels. */
export function gridOf(
  qkv: readonly number[],
  { heads: headCount, window }: TokenOperations['gridAttention'],
) {
  const [images, height, width, tripled] = qkv as [number, number, number, number];
  const heads = headsOf(tripled / 3, headCount);
  const [windowHeight, windowWidth] = [window ?? height, window ?? width];
  const rowLength = windowHeight + windowWidth + (window === null ? 0 : 1);
  const scale = scaleOf(heads);
  const shared = { HEADS: heads.heads, QUADS: heads.quads, GRID_HEIGHT: height, GRID_WIDTH: width };
  const windowed = {
    ...shared,
    WINDOW_HEIGHT: windowHeight,
    WINDOW_WIDTH: windowWidth,
    ROW_LENGTH: rowLength,
  };
  const queryCount = images * heads.heads * height * width;
  const tables: Table[] = [
    {
      constants: { START: 0, LENGTH: windowHeight, AXIS: 0, FACTOR: 1 },
      operand: 1,
      firstQuad: 0,
      rows: 2 * windowHeight - 1,
    },
    {
      constants: { START: windowHeight, LENGTH: windowWidth, AXIS: 1, FACTOR: 1 },
      operand: 2,
      firstQuad: 0,
      rows: 2 * windowWidth - 1,
    },
  ];
  const padding: Table = {
    constants: { START: windowHeight + windowWidth, LENGTH: 1, AXIS: 2, FACTOR: scale },
    operand: 3,
    firstQuad: heads.heads * heads.quads,
    rows: heads.heads,
  };
  return {
    images,
    tokens: height * width,
    heads,
    window,
    channels: heads.heads * heads.quads * QUAD,
    queryCount,
    termCount: queryCount * rowLength,
    tables,
    padding,
    allTables: window === null ? tables : [...tables, padding],
    tableConstants: { ...windowed, COUNT: queryCount },
    tileConstants: { ...windowed, SCALE: scale },
    paddingConstants: { ...shared, WINDOW: window ?? 0, COUNT: queryCount },
    tiles: [
      Math.ceil((windowHeight * windowWidth) / TILE),
      Math.ceil(height / windowHeight) * Math.ceil(width / windowWidth),
      images * heads.heads,
    ] as const,
  };
}

/** Makes the relative terms of every query. `first` is the input that qkv is; rows, columns and padding follow it. */
export function relativeDispatches(
  grid: Grid,
  first: number,
  relative: Operand,
  traits: KernelTraits,
): Dispatch[] {
  return grid.allTables.map(({ constants, operand, firstQuad }) =>
    attentionLine(
      [tableCode, relativeCode].join('\n'),
      grid.queryCount * Math.ceil(constants.LENGTH / QUAD),
      { ...grid.tableConstants, ...constants, TABLE_START: firstQuad },
      [input(first), input(first + operand), relative],
      traits,
    ),
  );
}
