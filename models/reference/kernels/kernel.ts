/** What the reference kernels are made of. */
import type { OpKind, Operations } from '../../graph/ops.ts';

/** A tensor of the interpreter, row-major. */
export interface Tensor64 {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Computes one result of the shape given. */
export type ReferenceKernel<K extends OpKind> = (
  inputs: readonly Tensor64[],
  attributes: Operations[K],
  shape: readonly number[],
) => Float64Array;

/** Inputs are as many as the verified graph says; this only tells the compiler. */
export function operand(inputs: readonly Tensor64[], index = 0): Tensor64 {
  return inputs[index] as Tensor64;
}

export const meanOf = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

// NaN must not get lost: Math.max keeps it, a comparison would not.
export const maxOf = (values: readonly number[]) =>
  values.reduce((best, value) => Math.max(best, value), Number.NEGATIVE_INFINITY);
