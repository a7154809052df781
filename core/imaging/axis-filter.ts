/**
 * Separable filters: a resize or a blur is, on each axis, a short weighted sum of input pixels for every output pixel.
 * The filters themselves are made in `resize.ts`.
 */

/** For every output pixel of an axis `tapCount` input pixels (already inside the axis) and their weights. */
export interface AxisFilter {
  readonly outputLength: number;
  readonly tapCount: number;
  /** [outputLength, tapCount]. */
  readonly indices: Int32Array;
  /** [outputLength, tapCount]. */
  readonly weights: Float64Array;
}

/** An empty filter of the given shape, to be filled. */
export function createAxisFilter(outputLength: number, tapCount: number): AxisFilter {
  return {
    outputLength,
    tapCount,
    indices: new Int32Array(outputLength * tapCount),
    weights: new Float64Array(outputLength * tapCount),
  };
}

/** Reflects an index about the centres of the first and last pixel: -1 is 1. SciPy's `mirror`, scikit-image's `reflect`. */
export function mirrorIndex(index: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const wrapped = ((index % period) + period) % period;
  return wrapped < length ? wrapped : period - wrapped;
}

/** One filter that does what `first` and then `second` would: only the pixels that `second` takes are ever computed. */
export function composeFilters(first: AxisFilter, second: AxisFilter): AxisFilter {
  const composed = createAxisFilter(second.outputLength, first.tapCount * second.tapCount);
  let next = 0;
  for (let k = 0; k < second.indices.length; k++) {
    const source = (second.indices[k] as number) * first.tapCount;
    for (let j = source; j < source + first.tapCount; j++) {
      composed.indices[next] = first.indices[j] as number;
      composed.weights[next++] = (second.weights[k] as number) * (first.weights[j] as number);
    }
  }
  return composed;
}

/** Filters along rows, the last axis: `image [height, width]` to [height, filter.outputLength]. */
function filterColumns(
  image: ArrayLike<number>,
  height: number,
  width: number,
  filter: AxisFilter,
): Float64Array {
  const { outputLength, tapCount, indices, weights } = filter;
  const output = new Float64Array(height * outputLength);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < outputLength; x++) {
      let sum = 0;
      for (let k = x * tapCount; k < (x + 1) * tapCount; k++) {
        sum += (weights[k] as number) * (image[row + (indices[k] as number)] as number);
      }
      output[y * outputLength + x] = sum;
    }
  }
  return output;
}

/** Filters along columns, the first axis: `image [height, width]` to [filter.outputLength, width]. */
function filterRows(image: Float64Array, width: number, filter: AxisFilter): Float64Array {
  const { outputLength, tapCount, indices, weights } = filter;
  const output = new Float64Array(outputLength * width);
  for (let y = 0; y < outputLength; y++) {
    const target = y * width;
    for (let k = y * tapCount; k < (y + 1) * tapCount; k++) {
      const weight = weights[k] as number;
      if (weight === 0) continue;
      const source = (indices[k] as number) * width;
      for (let x = 0; x < width; x++) {
        output[target + x] = (output[target + x] as number) + weight * (image[source + x] as number);
      }
    }
  }
  return output;
}

/**
 * `image [height, width]` filtered on both axes: [rows.outputLength, columns.outputLength] f64.
 * Cost: one intermediate image of `height` rows.
 */
export function filterAxes(
  image: ArrayLike<number>,
  height: number,
  width: number,
  rows: AxisFilter,
  columns: AxisFilter,
): Float64Array {
  return filterRows(filterColumns(image, height, width, columns), columns.outputLength, rows);
}
