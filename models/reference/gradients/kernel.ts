/** What the reference kernels of training operations are made of. */
import type { TrainingKind, TrainingOperations } from '../../graph/gradient-ops.ts';
import type { Tensor64 } from '../kernels/kernel.ts';

/** Computes the results of an operation, of the shapes given. */
export type GradientKernel<K extends TrainingKind> = (
  inputs: readonly Tensor64[],
  attributes: TrainingOperations[K],
  shapes: readonly (readonly number[])[],
) => readonly Float64Array[];

/** The data of each input, as many as the caller names. */
export function dataOf(inputs: readonly Tensor64[]): readonly Float64Array[] {
  return inputs.map(({ data }) => data);
}

/** Adds to one element. */
export function accumulate(target: Float64Array, index: number, value: number): void {
  target[index] = (target[index] as number) + value;
}

/** The shape of the first result. */
export function firstShape(shapes: readonly (readonly number[])[]): readonly number[] {
  return shapes[0] as readonly number[];
}
