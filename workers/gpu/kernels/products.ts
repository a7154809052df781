/** Kernels of the operations that are matrix products: linear layers with adapters, products of a batch, and their gradients. */
import type { TrainingKind } from '../../../models/graph/gradient-ops.ts';
import type { TokenGradients } from '../../../models/graph/gradient-ops/tokens.ts';
import type { TokenOperations } from '../../../models/graph/ops.ts';
import { elementCount } from '../../../models/graph/shape.ts';
import { input, type KernelRule, type KernelTraits, type Operand, result } from './kernel.ts';
import {
  addProduct,
  addScratch,
  draftKernel,
  type Factor,
  type KernelDraft,
  type Pair,
} from './matrix-product.ts';

type ProductKind =
  | 'linear'
  | 'linearInputGradient'
  | 'linearWeightGradient'
  | 'adapterGradient'
  | 'matmul'
  | 'matmulLeftGradient'
  | 'matmulRightGradient';

/**
 * Of the operations that read a layer's weight, its index among the inputs: it may be stored as f16. A frozen weight is read by
 * no other.
 */
export const HALF_WEIGHTS: ReadonlyMap<TrainingKind, number> = new Map([
  ['linear', 1],
  ['linearInputGradient', 1],
]);

/** A matrix of so many columns, whose rows are summed along (`inner`) or lie along the result (`outer`). */
const matrix = (operand: Operand, contiguous: Factor['contiguous'], stride: number, start = 0): Factor => ({
  operand,
  contiguous,
  stride,
  start,
});

/** Rows of the last axis, and its length. */
function rowsOf(shapes: readonly (readonly number[])[], index: number): [rows: number, columns: number] {
  const shape = shapes[index] as readonly number[];
  const columns = shape.at(-1) as number;
  return [elementCount(shape) / columns, columns];
}

/** A skinny product into scratch [rows, rank]; it is what a pair adds from. */
function addDown(
  draft: KernelDraft,
  sizes: { readonly rows: number; readonly rank: number; readonly inner: number },
  [left, right]: readonly [Factor, Factor],
  traits: KernelTraits,
): Operand {
  const out = addScratch(draft, sizes.rows * sizes.rank);
  addProduct(draft, { rows: sizes.rows, columns: sizes.rank, inner: sizes.inner, left, right, out }, traits);
  return out;
}

/** A product of a batch, of three axes each. */
function batched(operand: Operand, contiguous: Factor['contiguous'], shape: readonly number[]): Factor {
  const [, rows, columns] = shape as [number, number, number];
  return { operand, contiguous, stride: columns, batchStride: rows * columns };
}

export const productKernelRules: {
  readonly [K in ProductKind & keyof (TokenOperations & TokenGradients)]: KernelRule<K>;
} = {
  linear({ attributes: { bias, adapters }, inputs, halves = [] }, traits) {
    const [rows, inner] = rowsOf(inputs, 0);
    const [columns] = rowsOf(inputs, 1);
    const firstPair = bias ? 3 : 2;
    return draftKernel((draft) => {
      const x = matrix(input(0), 'inner', inner);
      const pairs = adapters.map((offset, index): Pair => {
        const [a, b] = [firstPair + 2 * index, firstPair + 2 * index + 1];
        const [span, rank] = rowsOf(inputs, b);
        const down = addDown(draft, { rows, rank, inner }, [x, matrix(input(a), 'inner', inner)], traits);
        return { down, up: input(b), offset, span, rank, columnStride: rank, rankStride: 1 };
      });
      const right = { ...matrix(input(1), 'inner', inner), isHalf: halves.includes(1) };
      const added = { ...(bias ? { bias: input(2) } : {}), pairs };
      addProduct(draft, { rows, columns, inner, left: x, right, out: result(), ...added }, traits);
    });
  },
  linearInputGradient({ attributes: { adapters }, inputs, halves = [] }, traits) {
    const [rows, inner] = rowsOf(inputs, 0);
    const [, columns] = rowsOf(inputs, 1);
    return draftKernel((draft) => {
      const pairs = adapters.map((offset, index): Pair => {
        const [a, b] = [2 + 2 * index, 3 + 2 * index];
        const [span, rank] = rowsOf(inputs, b);
        const factors = [matrix(input(0), 'inner', inner, offset), matrix(input(b), 'outer', rank)] as const;
        const down = addDown(draft, { rows, rank, inner: span }, factors, traits);
        return { down, up: input(a), offset: 0, span: columns, rank, columnStride: 1, rankStride: columns };
      });
      const left = matrix(input(0), 'inner', inner);
      const right = { ...matrix(input(1), 'outer', columns), isHalf: halves.includes(1) };
      addProduct(draft, { rows, columns, inner, left, right, out: result(), pairs }, traits);
    });
  },
  linearWeightGradient({ inputs }, traits) {
    const [inner, rows] = rowsOf(inputs, 0);
    const [, columns] = rowsOf(inputs, 1);
    const [left, right] = [matrix(input(0), 'outer', rows), matrix(input(1), 'outer', columns)];
    return draftKernel((draft) =>
      addProduct(draft, { rows, columns, inner, left, right, out: result() }, traits),
    );
  },
  adapterGradient({ attributes: { offset }, inputs }, traits) {
    const [tokens, outputs] = rowsOf(inputs, 0);
    const [rank, features] = rowsOf(inputs, 2);
    const [span] = rowsOf(inputs, 3);
    const dOut = (contiguous: Factor['contiguous']) => matrix(input(0), contiguous, outputs, offset);
    const x = (contiguous: Factor['contiguous']) => matrix(input(1), contiguous, features);
    return draftKernel((draft) => {
      const upFactors = [dOut('inner'), matrix(input(3), 'outer', rank)] as const;
      const up = addDown(draft, { rows: tokens, rank, inner: span }, upFactors, traits);
      const downFactors = [x('inner'), matrix(input(2), 'inner', features)] as const;
      const down = addDown(draft, { rows: tokens, rank, inner: features }, downFactors, traits);
      const dA = { rows: rank, columns: features, left: matrix(up, 'outer', rank), right: x('outer') };
      addProduct(draft, { ...dA, inner: tokens, out: result(0) }, traits);
      const dB = { rows: span, columns: rank, left: dOut('outer'), right: matrix(down, 'outer', rank) };
      addProduct(draft, { ...dB, inner: tokens, out: result(1) }, traits);
    });
  },
  matmul({ inputs }, traits) {
    const [a, b] = inputs as [readonly number[], readonly number[]];
    const [batches, rows, inner] = a as [number, number, number];
    const [left, right] = [batched(input(0), 'inner', a), batched(input(1), 'outer', b)];
    const sizes = { batches, rows, inner, columns: b[2] as number };
    return draftKernel((draft) => addProduct(draft, { ...sizes, left, right, out: result() }, traits));
  },
  matmulLeftGradient({ inputs }, traits) {
    const [dOut, b] = inputs as [readonly number[], readonly number[]];
    const [batches, rows, inner] = dOut as [number, number, number];
    const [left, right] = [batched(input(0), 'inner', dOut), batched(input(1), 'inner', b)];
    const sizes = { batches, rows, inner, columns: b[1] as number };
    return draftKernel((draft) => addProduct(draft, { ...sizes, left, right, out: result() }, traits));
  },
  matmulRightGradient({ inputs }, traits) {
    const [a, dOut] = inputs as [readonly number[], readonly number[]];
    const [batches, inner, rows] = a as [number, number, number];
    const [left, right] = [batched(input(0), 'outer', a), batched(input(1), 'outer', dOut)];
    const sizes = { batches, rows, inner, columns: dOut[2] as number };
    return draftKernel((draft) => addProduct(draft, { ...sizes, left, right, out: result() }, traits));
  },
};
