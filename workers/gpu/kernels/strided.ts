/** Axes and strides as the constants of kernels: neighbouring axes that lie together become one. */
import { invariant } from '../../../core/errors.ts';
import { rowMajorStrides } from '../../../models/graph/shape.ts';

/** Axes of a common size, and the strides of each tensor along them. */
export interface StridedAxes {
  readonly sizes: readonly number[];
  /** By tensor, then by axis. */
  readonly strides: readonly (readonly number[])[];
}

/** The same positions in the same order with as few axes as their strides allow. */
export function mergeAxes({ sizes, strides }: StridedAxes): StridedAxes {
  const merged: { size: number; strides: readonly number[] }[] = [];
  for (const [axis, size] of sizes.entries()) {
    if (size === 1) continue;
    const own = strides.map((each) => each[axis] as number);
    const outer = merged.at(-1);
    if (outer?.strides.every((stride, tensor) => stride === (own[tensor] as number) * size) === true) {
      merged.splice(-1, 1, { size: outer.size * size, strides: own });
    } else {
      merged.push({ size, strides: own });
    }
  }
  return {
    sizes: merged.map(({ size }) => size),
    strides: strides.map((_, tensor) => merged.map((axis) => axis.strides[tensor] as number)),
  };
}

/**
 * `NAME_0`, `NAME_1`, ...: values by axis as constants, aligned to the last of `rank` axes; axes before are left to their defaults.
 */
export function constantsByAxis(
  name: string,
  values: readonly number[],
  rank: number,
): Record<string, number> {
  invariant(values.length <= rank, `a kernel of ${rank} axes was given ${values.length}`);
  return Object.fromEntries(values.map((value, at) => [`${name}_${rank - values.length + at}`, value]));
}

/** Row-major strides, 0 along the axes of length 1: such an axis is repeated. */
export function repeatingStrides(shape: readonly number[]): number[] {
  return rowMajorStrides(shape).map((stride, axis) => (shape[axis] === 1 ? 0 : stride));
}
