/** Matrix products as dispatches: the variant, the constants, and the split of long sums over workgroups. */
import { invariant } from '../../../core/errors.ts';
import type { Dispatch, Kernel, KernelTraits, Operand } from './kernel.ts';
import { type Contiguous, matrixProductText, TILE_DEPTH, TILE_SIDE } from './matrix-product-text.ts';
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

/** Rows and columns that an invocation owns, and invocations of a workgroup. */
const INVOCATION_SIDE = 8;
const INVOCATIONS = (TILE_SIDE / INVOCATION_SIDE) ** 2;

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

/** Invocations of a workgroup along columns and rows: in a line where a square would have most of them idle. */
function workgroupShape(
  { rows, columns }: Pick<Product, 'rows' | 'columns'>,
  { isSoftware }: KernelTraits,
): readonly [width: number, height: number] {
  if (isSoftware && columns <= INVOCATION_SIDE) return [1, INVOCATIONS];
  if (isSoftware && rows <= INVOCATION_SIDE) return [INVOCATIONS, 1];
  return [TILE_SIDE / INVOCATION_SIDE, TILE_SIDE / INVOCATION_SIDE];
}

/** The length of the parts that a sum is split into, a multiple of a tile's depth. */
export function partLength(
  {
    rows,
    columns,
    inner,
    batches = 1,
    bias,
    pairs = [],
  }: Pick<Product, 'rows' | 'columns' | 'inner' | 'batches' | 'bias' | 'pairs'>,
  traits: KernelTraits,
): number {
  // What is added would be added once for each part.
  if (bias !== undefined || pairs.length > 0) return inner;
  const [width, height] = workgroupShape({ rows, columns }, traits);
  const tiles =
    Math.ceil(rows / (INVOCATION_SIDE * height)) * Math.ceil(columns / (INVOCATION_SIDE * width)) * batches;
  const busy = traits.isSoftware ? BUSY_SOFTWARE_WORKGROUPS : BUSY_WORKGROUPS;
  const parts = Math.max(1, Math.min(Math.floor(busy / tiles), Math.floor(inner / SHORTEST_PART)));
  return parts === 1 ? inner : Math.ceil(inner / parts / TILE_DEPTH) * TILE_DEPTH;
}

/** Adds a product to a draft: one dispatch, and a second that sums the parts where it is split. */
export function addProduct(draft: KernelDraft, product: Product, traits: KernelTraits): void {
  const { rows, columns, inner, batches = 1, left, right, bias, pairs = [] } = product;
  invariant(pairs.length <= LARGEST_PAIR_COUNT, `a product with ${pairs.length} pairs of adapters`);
  const [width, height] = workgroupShape(product, traits);
  const part = partLength(product, traits);
  const parts = Math.ceil(inner / part);
  const count = batches * rows * columns;
  const out = parts === 1 ? product.out : addScratch(draft, parts * count);
  const textOf = ({ contiguous, stride, start = 0, batchStride = 0 }: Factor, outer: number) => ({
    contiguous,
    isVectorised: isMultipleOfFour(stride, start, batchStride, contiguous === 'inner' ? inner : outer),
  });
  draft.dispatches.push({
    class: 'matrix product',
    code: matrixProductText({
      tiling: traits.isSoftware ? 'registers' : 'shared',
      left: textOf(left, rows),
      right: textOf(right, columns),
      isOutVectorised: isMultipleOfFour(columns),
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
    workgroups: [
      Math.ceil(columns / (INVOCATION_SIDE * width)),
      Math.ceil(rows / (INVOCATION_SIDE * height)),
      batches * parts,
    ],
  });
  if (parts > 1)
    draft.dispatches.push(partialSumsDispatch('reduction', { parts, count }, [out, product.out], traits));
}
