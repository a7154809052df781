/** Kernels of the gradients of what all queries of attention in a grid share: relative positions, and the padding of windows. */
import { elementCount } from '../../../models/graph/shape.ts';
import { attentionLine, onWholeQuads, QUAD } from './attention-heads.ts';
import {
  D_RELATIVE,
  DOUT,
  headInputs,
  paddingScores,
  preparations,
  QKV,
  queryGradients,
  SCRATCH_COUNT,
  scratchOf,
  WEIGHTS,
} from './grid-attention-gradient.ts';
import { type Grid, gridOf, type Table } from './grid-attention-layout.ts';
import tableCode from './grid-attention-table.wgsl?raw';
import tableGradientCode from './grid-attention-table-gradient.wgsl?raw';
import {
  type Dispatch,
  type KernelRule,
  type KernelTraits,
  type Operand,
  result,
  scratch,
} from './kernel.ts';
import { partCount, partialSumsDispatch } from './partial-sums.ts';

/** The gradient of one table: of x for q, of `weights` for D_RELATIVE. */
interface TableGradient {
  readonly table: Table;
  readonly weights: Operand;
  readonly x: Operand;
  /** Quads of a token of x. */
  readonly stride: number;
  /** Constants that differ from the table's own. */
  readonly constants?: Readonly<Record<string, number>>;
  readonly to: Operand;
  readonly start?: number;
}

/** Kernel of some tables' gradients; `before` makes what they read, with scratch of the sizes given. */
function tableGradients(
  grid: Grid,
  before: { readonly dispatches: readonly Dispatch[]; readonly scratch: readonly number[] },
  gradients: readonly TableGradient[],
  traits: KernelTraits,
) {
  const sizes = [...before.scratch];
  const dispatches = gradients.flatMap(({ table, weights, x, stride, constants, to, start = 0 }) => {
    const count = table.rows * grid.heads.quads * QUAD;
    const parts = partCount(count / QUAD, grid.queryCount);
    const sums = scratch(sizes.push(parts * count) - 1);
    return [
      attentionLine(
        [tableCode, tableGradientCode].join('\n'),
        (parts * count) / QUAD,
        {
          ...grid.tableConstants,
          ...table.constants,
          X_STRIDE: stride,
          PARTS: parts,
          TABLE_ROWS: table.rows,
          ...constants,
        },
        [weights, x, sums],
        traits,
      ),
      partialSumsDispatch('attention', { parts, count, start }, [sums, to], traits),
    ];
  });
  return { dispatches: [...before.dispatches, ...dispatches], scratch: sizes };
}

/** dRows and dColumns: the derivatives of the relative terms, times q. Makes dq on the way, which it leaves. */
export const gridAttentionTableGradient: KernelRule<'gridAttentionTableGradient'> = (
  { attributes, inputs, results },
  traits,
) => {
  const grid = gridOf(inputs[1] as number[], attributes);
  const dQuery = scratch(SCRATCH_COUNT);
  const before = {
    dispatches: [
      ...preparations(grid, traits),
      ...queryGradients(grid, dQuery, grid.channels / QUAD, traits),
    ],
    scratch: [...scratchOf(grid), grid.images * grid.tokens * grid.channels],
  };
  const gradients = grid.tables.map((table, index) => ({
    table,
    weights: D_RELATIVE,
    x: QKV,
    stride: (3 * grid.channels) / QUAD,
    to: result(index),
  }));
  const kernel = tableGradients(grid, before, gradients, traits);
  const tensors = { inputs: headInputs(inputs), results: results.map(elementCount) };
  return onWholeQuads(kernel, grid.heads, tensors, traits);
};

/** The gradient of padding, whose every position shares one k and one v; 0 for its q. */
export const gridAttentionPaddingGradient: KernelRule<'gridAttentionPaddingGradient'> = (
  { attributes, inputs, results },
  traits,
) => {
  const grid = gridOf(inputs[1] as number[], attributes);
  const { channels, padding } = grid;
  const noQueries = { parts: 0, count: channels };
  const before = {
    dispatches: [
      ...preparations(grid, traits),
      paddingScores(grid, traits),
      partialSumsDispatch('attention', noQueries, [WEIGHTS, result(0)], traits),
    ],
    scratch: scratchOf(grid),
  };
  const ofKeys = {
    table: padding,
    weights: D_RELATIVE,
    x: QKV,
    stride: (3 * channels) / QUAD,
    to: result(0),
    start: channels,
  };
  const ofValues = {
    table: padding,
    weights: WEIGHTS,
    x: DOUT,
    stride: channels / QUAD,
    constants: { ROW_LENGTH: 1, START: 0, FACTOR: 1 },
    to: result(0),
    start: 2 * channels,
  };
  const kernel = tableGradients(grid, before, [ofKeys, ofValues], traits);
  const tensors = { inputs: headInputs(inputs), results: results.map(elementCount) };
  return onWholeQuads(kernel, grid.heads, tensors, traits);
};
