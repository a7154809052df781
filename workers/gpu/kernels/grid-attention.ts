/**
 * Kernels of attention in a grid, forward and backward: no scores are stored, windows are index arithmetic, and positions of
 * windows beyond the grid are no tokens but a few numbers of each query. Scratch holds the relative terms of each query
 * (one for each row and column of its window, one for padding) and, backward, their derivatives.
 */
import type { TokenGradients } from '../../../models/graph/gradient-ops/tokens.ts';
import type { TokenOperations } from '../../../models/graph/ops.ts';
import { elementCount } from '../../../models/graph/shape.ts';
import { FORWARD, KEY_GRADIENT, QUERY_GRADIENT, statisticsDispatch } from './attention.ts';
import {
  attentionLine,
  headsOf,
  input,
  onWholeQuads,
  QUAD,
  result,
  scaleOf,
  scratch,
  TILE,
} from './attention-heads.ts';
import keyStoresCode from './grid-attention-key-stores.wgsl?raw';
import paddingCode from './grid-attention-padding.wgsl?raw';
import paddingGradientCode from './grid-attention-padding-gradient.wgsl?raw';
import paddingTermsCode from './grid-attention-padding-terms.wgsl?raw';
import relativeCode from './grid-attention-relative.wgsl?raw';
import relativeGradientCode from './grid-attention-relative-gradient.wgsl?raw';
import relativeSumsCode from './grid-attention-relative-sums.wgsl?raw';
import tableCode from './grid-attention-table.wgsl?raw';
import tableGradientCode from './grid-attention-table-gradient.wgsl?raw';
import tokensCode from './grid-attention-tokens.wgsl?raw';
import type { Dispatch, KernelRule, KernelTraits, Operand } from './kernel.ts';
import { partCount, partialSumsDispatch } from './partial-sums.ts';

type GridAttentionKind =
  'gridAttention' | 'gridAttentionGradient' | 'gridAttentionTableGradient' | 'gridAttentionPaddingGradient';

type GridAttentionRules = {
  readonly [K in GridAttentionKind]: KernelRule<K & keyof (TokenOperations & TokenGradients)>;
};

/** A table that makes relative terms: rows, columns or, with windows, the k of padding. */
interface Table {
  /** Constants of grid-attention-table.wgsl that are the table's. */
  readonly constants: Readonly<Record<'START' | 'LENGTH' | 'AXIS' | 'FACTOR', number>>;
  /** Index among qkv, rows, columns, padding; and the quad of it where the table begins. */
  readonly operand: number;
  readonly firstQuad: number;
  readonly rows: number;
}

type Grid = ReturnType<typeof gridOf>;

/** Sizes of an attention in the grid of qkv [N,h,w,3C]. */
function gridOf(qkv: readonly number[], { heads: headCount, window }: TokenOperations['gridAttention']) {
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
function relativeDispatches(grid: Grid, first: number, relative: Operand, traits: KernelTraits): Dispatch[] {
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

/** Operands of the gradients: dOut, qkv, rows, columns, padding where there are windows, out, logSumExp. */
const DOUT = input(0);
const QKV = input(1);
const PADDING = input(4);
const outOf = ({ window }: Grid) => input(window === null ? 4 : 5);
const logSumExpOf = ({ window }: Grid) => input(window === null ? 5 : 6);

/** Scratch of every gradient, in this order; each adds its own behind. */
const RELATIVE = scratch(0);
const STATISTICS = scratch(1);
const D_RELATIVE = scratch(2);
const WEIGHTS = scratch(3);
const SCRATCH_COUNT = 4;

const scratchOf = ({ termCount, queryCount, window }: Grid) => [
  termCount,
  2 * queryCount,
  termCount,
  // A size of 0 would be no tensor.
  window === null ? 1 : queryCount,
];

/** What every gradient begins with: relative terms, logSumExp and delta of each query. */
function preparations(grid: Grid, traits: KernelTraits): Dispatch[] {
  const operands = [DOUT, outOf(grid), logSumExpOf(grid), STATISTICS] as const;
  const sizes = { images: grid.images, queries: grid.tokens };
  return [
    ...relativeDispatches(grid, 1, RELATIVE, traits),
    statisticsDispatch(grid.heads, sizes, operands, traits),
  ];
}

/** The derivatives of the positions beyond the grid: their part of D_RELATIVE, and WEIGHTS. */
function paddingScores(grid: Grid, traits: KernelTraits): Dispatch {
  return attentionLine(
    [paddingTermsCode, paddingGradientCode].join('\n'),
    grid.queryCount,
    grid.paddingConstants,
    [PADDING, DOUT, STATISTICS, RELATIVE, D_RELATIVE, WEIGHTS],
    traits,
  );
}

/** dq without the relative terms' part, at `stride` quads a token, and D_RELATIVE. */
function queryGradients(grid: Grid, dQuery: Operand, stride: number, traits: KernelTraits): Dispatch[] {
  const tiles: Dispatch = {
    class: 'attention',
    code: [tokensCode, relativeSumsCode, QUERY_GRADIENT].join('\n'),
    constants: { ...grid.tileConstants, GRADIENT_STRIDE: stride },
    bindings: [QKV, QKV, RELATIVE, DOUT, STATISTICS, dQuery, D_RELATIVE],
    workgroups: grid.tiles,
  };
  return grid.window === null ? [tiles] : [tiles, paddingScores(grid, traits)];
}

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

/** Elements of each input of a gradient that is made of heads. */
const headInputs = (inputs: readonly (readonly number[])[]) => inputs.slice(0, -1).map(elementCount);

export const gridAttentionKernelRules: GridAttentionRules = {
  gridAttention({ attributes, inputs, results }, traits) {
    const [qkv, out] = [inputs[0] as number[], results[0] as number[]];
    const grid = gridOf(qkv, attributes);
    const logSumExp = results.length > 1 ? result(1) : scratch(1);
    const tiles: Dispatch = {
      class: 'attention',
      code: [tokensCode, FORWARD].join('\n'),
      constants: grid.tileConstants,
      bindings: [input(0), input(0), scratch(0), result(0), logSumExp],
      workgroups: grid.tiles,
    };
    const padding = attentionLine(
      [paddingTermsCode, paddingCode].join('\n'),
      grid.queryCount,
      grid.paddingConstants,
      [input(3), scratch(0), result(0), logSumExp],
      traits,
    );
    const kernel = {
      dispatches: [
        ...relativeDispatches(grid, 0, scratch(0), traits),
        tiles,
        ...(grid.window === null ? [] : [padding]),
      ],
      scratch: results.length > 1 ? [grid.termCount] : [grid.termCount, grid.queryCount],
    };
    const tensors = { inputs: inputs.map(elementCount), results: [elementCount(out)] };
    return onWholeQuads(kernel, grid.heads, tensors, traits);
  },
  gridAttentionGradient({ attributes, inputs }, traits) {
    const qkv = inputs[1] as number[];
    const grid = gridOf(qkv, attributes);
    const stride = (3 * grid.channels) / QUAD;
    const keys: Dispatch = {
      class: 'attention',
      code: [tokensCode, keyStoresCode, KEY_GRADIENT].join('\n'),
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
  },
  gridAttentionTableGradient({ attributes, inputs, results }, traits) {
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
  },
  gridAttentionPaddingGradient({ attributes, inputs, results }, traits) {
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
  },
};
