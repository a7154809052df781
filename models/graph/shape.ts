/** Shapes of the graph language: sizes are known when the graph is built, but for the batch size, which may stay open. */

/** A size in elements, or `'N'`: the batch size, known only when the model runs. */
export type Dimension = number | 'N';
export type Shape = readonly Dimension[];

/** `[N,3,128,128]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(',')}]`;
}

export function isSameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** The shape with the batch size filled in. */
export function bindBatch(shape: Shape, batchSize: number): number[] {
  return shape.map((size) => (size === 'N' ? batchSize : size));
}

/** Number of elements of a shape without an open dimension. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Elements between neighbours along each axis, row-major. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = Array.from({ length: shape.length }, () => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number);
  }
  return strides;
}
