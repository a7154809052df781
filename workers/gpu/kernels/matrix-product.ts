/** Matrix products as dispatches: the variant, the constants, and the split of long sums over workgroups. */
import { invariant } from '../../../core/errors.ts';
import type { Dispatch, Kernel, KernelTraits, Operand } from './kernel.ts';
import {
  type Contiguous,
  matrixProductText,
  QUAD_ROWS,
  SHARED_TILE,
  type Tile,
  TILE_DEPTH,
} from './matrix-product-text.ts';
import { partialSumsDispatch } from './partial-sums.ts';

/** A factor: `outer` rows or columns, by the axis that is summed over. */
export interface Factor {
  readonly operand: Operand;
  readonly contiguous: Contiguous;
  /** Elements between neighbours along the axis that is not contiguous. */
  readonly stride: number;
  /** Where it begins, in elements. */
  readonly start?: number;
  /** Elements between matrices of a batch. */
  readonly batchStride?: number;
  /** Whether its elements are f16, two to a word. */
  readonly isHalf?: boolean;
}

/** A skinny product that is added: out[row, offset + s] += sum over r of down[row,r] up(s,r). */
export interface Pair {
  readonly down: Operand;
  readonly up: Operand;
  readonly offset: number;
  readonly span: number;
  readonly rank: number;
  readonly columnStride: number;
  readonly rankStride: number;
}

/** out[b] = left[b] right[b], rows by columns, summed over `inner`. */
export interface Product {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly batches?: number;
  readonly left: Factor;
  readonly right: Factor;
  readonly out: Operand;
  readonly bias?: Operand;
  readonly pairs?: readonly Pair[];
}

type ProductSizes = Pick<Product, 'rows' | 'columns' | 'inner' | 'batches'>;

/** Dispatches and scratch of a kernel that is being put together. */
export interface KernelDraft {
  readonly dispatches: Dispatch[];
  readonly scratch: number[];
}

/** A kernel made of what `fill` adds to an empty draft. */
export function draftKernel(fill: (draft: KernelDraft) => void): Kernel {
  const draft: KernelDraft = { dispatches: [], scratch: [] };
  fill(draft);
  return draft;
}

/** Another scratch tensor. */
export function addScratch(draft: KernelDraft, count: number): Operand {
  return { from: 'scratch', index: draft.scratch.push(count) - 1 };
}

/** Workgroups below which a sum is worth splitting, and the shortest part that is worth a workgroup. */
const BUSY_WORKGROUPS = 256;
const SHORTEST_PART = 256;
/** On a CPU: a few for each core. */
const BUSY_SOFTWARE_WORKGROUPS = 16;

/** Pairs that fit the eight bindings of a stage beside factors, result and bias. */
const LARGEST_PAIR_COUNT = 2;

/** Invocations of a workgroup that loads together, and of one on a CPU, where each of them is a tile by itself. */
const SHARED_INVOCATIONS = 64;
const SOFTWARE_INVOCATIONS = 16;
/** Sizes of a tile on a CPU: loads are most of the time, but the last tile of a small result would be mostly empty. */
const SOFTWARE_ROWS = [4, 8, 16] as const;
const SOFTWARE_QUADS = [1, 2, 4] as const;
/** Multiplications from which on the largest tile pays on a CPU: it takes twice as long to compile as the next. */
const LARGE_PRODUCT = 2 ** 24;

const isMultipleOfFour = (...values: readonly number[]) => values.every((value) => value % 4 === 0);

function factorConstants(name: string, { stride, start = 0, batchStride = 0 }: Factor) {
  return { [`${name}_STRIDE`]: stride, [`${name}_START`]: start, [`${name}_BATCH`]: batchStride };
}

function pairConstants(pairs: readonly Pair[]): Record<string, number> {
  return Object.assign(
    {},
    ...pairs.map(({ offset, span, rank, columnStride, rankStride }, index) => ({
      [`PAIR_${index}_OFFSET`]: offset,
      [`PAIR_${index}_SPAN`]: span,
      [`PAIR_${index}_RANK`]: rank,
      [`PAIR_${index}_COLUMN_STRIDE`]: columnStride,
      [`PAIR_${index}_RANK_STRIDE`]: rankStride,
    })),
  ) as Record<string, number>;
}

/** The first size that holds `count`, else the largest. */
const fitting = (sizes: readonly number[], count: number) =>
  sizes.find((size) => size >= count) ?? Math.max(...sizes);

/** What of a result a workgroup makes: the tile of an invocation, and invocations along columns and rows. */
export interface Tiling {
  readonly tile: Tile;
  readonly width: number;
  readonly height: number;
  /** Along columns and rows. */
  readonly workgroups: readonly [across: number, down: number];
}

/**
 * Whether a product is worth the largest tile of a CPU. Only results that are written four at a time are: for 256 conditional
 * stores the compiler takes minutes and gigabytes.
 */
function isLarge({ rows, columns, inner, batches = 1 }: ProductSizes): boolean {
  return isMultipleOfFour(columns) && rows * columns * inner * batches >= LARGE_PRODUCT;
}

/** How a result is cut for the adapter: near squares, but in a line where squares would have most invocations idle. */
export function tilingOf(
  { rows, columns }: Pick<Product, 'rows' | 'columns'>,
  { isSoftware }: KernelTraits,
  hasLargestTile: boolean,
): Tiling {
  const sizesOf = (sizes: readonly number[]) => (hasLargestTile ? sizes : sizes.slice(0, -1));
  const tile: Tile = isSoftware
    ? {
        rows: fitting(sizesOf(SOFTWARE_ROWS), rows),
        quads: fitting(sizesOf(SOFTWARE_QUADS), Math.ceil(columns / 4)),
        isShared: false,
      }
    : SHARED_TILE;
  const invocations = isSoftware ? SOFTWARE_INVOCATIONS : SHARED_INVOCATIONS;
  const side = Math.sqrt(invocations);
  const [tileRows, tileColumns] = [Math.ceil(rows / tile.rows), Math.ceil(columns / (4 * tile.quads))];
  const isColumn = isSoftware && tileColumns === 1;
  const isRow = isSoftware && tileRows === 1;
  const width = isColumn ? 1 : isRow ? invocations : side;
  const height = invocations / width;
  const workgroups = [Math.ceil(tileColumns / width), Math.ceil(tileRows / height)] as const;
  return { tile, width, height, workgroups };
}

/** The length of the parts that a sum is split into, a multiple of a tile's depth. */
export function partLength(
  product: ProductSizes & Pick<Product, 'bias' | 'pairs'>,
  traits: KernelTraits,
): number {
  const { inner, batches = 1, bias, pairs = [] } = product;
  // What is added would be added once for each part.
  if (bias !== undefined || pairs.length > 0) return inner;
  const [across, down] = tilingOf(product, traits, isLarge(product)).workgroups;
  const tiles = across * down * batches;
  const busy = traits.isSoftware ? BUSY_SOFTWARE_WORKGROUPS : BUSY_WORKGROUPS;
  const parts = Math.max(1, Math.min(Math.floor(busy / tiles), Math.floor(inner / SHORTEST_PART)));
  return parts === 1 ? inner : Math.ceil(inner / parts / TILE_DEPTH) * TILE_DEPTH;
}

/** Adds a product to a draft: one dispatch, and a second that sums the parts where it is split. */
export function addProduct(draft: KernelDraft, product: Product, traits: KernelTraits): void {
  const { rows, columns, inner, batches = 1, left, right, bias, pairs = [] } = product;
  invariant(pairs.length <= LARGEST_PAIR_COUNT, `a product with ${pairs.length} pairs of adapters`);
  const { tile, width, height, workgroups } = tilingOf(product, traits, isLarge(product));
  const part = partLength(product, traits);
  const parts = Math.ceil(inner / part);
  const count = batches * rows * columns;
  const out = parts === 1 ? product.out : addScratch(draft, parts * count);
  const textOf = (
    { contiguous, stride, start = 0, batchStride = 0, isHalf = false }: Factor,
    outer: number,
  ) => ({
    contiguous,
    isHalf,
    isVectorised: isMultipleOfFour(stride, start, batchStride, contiguous === 'inner' ? inner : outer),
  });
  draft.dispatches.push({
    class: 'matrix product',
    code: matrixProductText({
      tile,
      left: textOf(left, rows),
      right: textOf(right, columns),
      isOutVectorised: isMultipleOfFour(columns),
      // Software adapters number the invocations of a workgroup along x: four in a row are a quad.
      hasQuads: traits.isSoftware && traits.hasSubgroups && tile.rows === QUAD_ROWS && width === 4,
      hasBias: bias !== undefined,
      pairCount: pairs.length,
    }),
    constants: {
      ROWS: rows,
      COLUMNS: columns,
      INNER: inner,
      BATCHES: batches,
      PART: part,
      WIDTH: width,
      HEIGHT: height,
      ...factorConstants('LEFT', left),
      ...factorConstants('RIGHT', right),
      ...pairConstants(pairs),
    },
    bindings: [
      left.operand,
      right.operand,
      out,
      ...(bias === undefined ? [] : [bias]),
      ...pairs.flatMap(({ down, up }) => [down, up]),
    ],
    workgroups: [...workgroups, batches * parts],
  });
  if (parts > 1)
    draft.dispatches.push(partialSumsDispatch('reduction', { parts, count }, [out, product.out], traits));
}
