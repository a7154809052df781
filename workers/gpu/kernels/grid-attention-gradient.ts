/**
 * The kernel of the gradient of attention in a grid, and what the gradients of its tables and padding share with it. Scores
 * are made again tile by tile; the derivatives of the relative terms are summed for each query, then meet the tables.
 */
import { elementCount } from '../../../models/graph/shape.ts';
import { attentionTexts, statisticsDispatch } from './attention.ts';
import { attentionLine, onWholeQuads, QUAD } from './attention-heads.ts';
import keyStoresCode from './grid-attention-key-stores.wgsl?raw';
import { type Grid, gridOf, relativeDispatches } from './grid-attention-layout.ts';
import ownRelativeSumsCode from './grid-attention-own-relative-sums.wgsl?raw';
import paddingGradientCode from './grid-attention-padding-gradient.wgsl?raw';
import paddingTermsCode from './grid-attention-padding-terms.wgsl?raw';
import relativeGradientCode from './grid-attention-relative-gradient.wgsl?raw';
import relativeSumsCode from './grid-attention-relative-sums.wgsl?raw';
import tableCode from './grid-attention-table.wgsl?raw';
import tokensCode from './grid-attention-tokens.wgsl?raw';
import {
  type Dispatch,
  input,
  type KernelRule,
  type KernelTraits,
  type Operand,
  result,
  scratch,
} from './kernel.ts';

/** Operands of the gradients: dOut, qkv, rows, columns, padding where there are windows, out, logSumExp. */
export const DOUT = input(0);
export const QKV = input(1);
const PADDING = input(4);
const outOf = ({ window }: Grid) => input(window === null ? 4 : 5);
const logSumExpOf = ({ window }: Grid) => input(window === null ? 5 : 6);

/** Scratch of every gradient, in this order; each adds its own behind. */
const RELATIVE = scratch(0);
const STATISTICS = scratch(1);
export const D_RELATIVE = scratch(2);
export const WEIGHTS = scratch(3);
/** How many those are. */
export const SCRATCH_COUNT = 4;

/** Their sizes. */
export const scratchOf = ({ termCount, queryCount, window }: Grid) => [
  termCount,
  2 * queryCount,
  termCount,
  // A size of 0 would be no tensor.
  window === null ? 1 : queryCount,
];

/** What every gradient begins with: relative terms, logSumExp and delta of each query. */
export function preparations(grid: Grid, traits: KernelTraits): Dispatch[] {
  const operands = [DOUT, outOf(grid), logSumExpOf(grid), STATISTICS] as const;
  const sizes = { images: grid.images, queries: grid.tokens };
  return [
    ...relativeDispatches(grid, 1, RELATIVE, traits),
    statisticsDispatch(grid.heads, sizes, operands, traits),
  ];
}

/** The derivatives of the positions beyond the grid: their part of D_RELATIVE, and WEIGHTS. */
export function paddingScores(grid: Grid, traits: KernelTraits): Dispatch {
  return attentionLine(
    [paddingTermsCode, paddingGradientCode].join('\n'),
    grid.queryCount,
    grid.paddingConstants,
    [PADDING, DOUT, STATISTICS, RELATIVE, D_RELATIVE, WEIGHTS],
    traits,
  );
}

/** dq without the relative terms' part, at `stride` quads a token, and D_RELATIVE. */
export function queryGradients(
  grid: Grid,
  dQuery: Operand,
  stride: number,
  traits: KernelTraits,
): Dispatch[] {
  const sumsCode = traits.isSoftware ? ownRelativeSumsCode : relativeSumsCode;
  const tiles: Dispatch = {
    class: 'attention',
    code: [tokensCode, sumsCode, attentionTexts(grid.heads, traits).queryGradient].join('\n'),
    constants: { ...grid.tileConstants, GRADIENT_STRIDE: stride },
    bindings: [QKV, QKV, RELATIVE, DOUT, STATISTICS, dQuery, D_RELATIVE],
    workgroups: grid.tiles,
  };
  return grid.window === null ? [tiles] : [tiles, paddingScores(grid, traits)];
}

/** Elements of each input of a gradient that is made of heads. */
export const headInputs = (inputs: readonly (readonly number[])[]) => inputs.slice(0, -1).map(elementCount);

/** dq by tiles of queries, then what the relative terms add to it; dk and dv by tiles of keys. No element has two writers. */
export const gridAttentionGradient: KernelRule<'gridAttentionGradient'> = (
  { attributes, inputs },
  traits,
) => {
  const qkv = inputs[1] as number[];
  const grid = gridOf(qkv, attributes);
  const stride = (3 * grid.channels) / QUAD;
  const keys: Dispatch = {
    class: 'attention',
    code: [tokensCode, keyStoresCode, attentionTexts(grid.heads, traits).keyGradient].join('\n'),
    constants: grid.tileConstants,
    bindings: [QKV, QKV, RELATIVE, DOUT, STATISTICS, result(0)],
    workgroups: grid.tiles,
  };
  const relative = grid.allTables.map(({ constants, operand, firstQuad }) =>
    attentionLine(
      [tableCode, relativeGradientCode].join('\n'),
      grid.queryCount * grid.heads.quads,
      { ...grid.tableConstants, ...constants, TABLE_START: firstQuad, GRADIENT_STRIDE: stride },
      [D_RELATIVE, input(1 + operand), result(0)],
      traits,
    ),
  );
  const kernel = {
    dispatches: [
      ...preparations(grid, traits),
      ...queryGradients(grid, result(0), stride, traits),
      ...relative,
      keys,
    ],
    scratch: scratchOf(grid),
  };
  const tensors = { inputs: headInputs(inputs), results: [elementCount(qkv)] };
  return onWholeQuads(kernel, grid.heads, tensors, traits);
};
