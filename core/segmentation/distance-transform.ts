/** Exact Euclidean distance transform of a binary mask. */

/** Lower envelope of parabolas: squared distances along one line of `length` values. Scratch arrays are reused by the caller. */
function transformLine(
  values: Float64Array,
  length: number,
  out: Float64Array,
  apex: Int32Array,
  boundary: Float64Array,
): void {
  let k = -1;
  for (let q = 0; q < length; q++) {
    const height = values[q] as number;
    if (height === Infinity) continue;
    let from = -Infinity;
    while (k >= 0) {
      const v = apex[k] as number;
      from = (height + q * q - ((values[v] as number) + v * v)) / (2 * (q - v));
      if (from > (boundary[k] as number)) break;
      k--;
      from = -Infinity;
    }
    k++;
    apex[k] = q;
    boundary[k] = from;
  }
  if (k < 0) {
    out.fill(Infinity, 0, length);
    return;
  }
  let current = 0;
  for (let q = 0; q < length; q++) {
    while (current < k && (boundary[current + 1] as number) < q) current++;
    const v = apex[current] as number;
    out[q] = (q - v) * (q - v) + (values[v] as number);
  }
}

/**
 * Squared Euclidean distance of every pixel to the nearest non-zero pixel, unit spacing; Infinity where there is none.
 * Squared distances are whole numbers and exact.
 * Shapes: `mask` [height, width] u8; result [height, width].
 * Cost: two passes, linear in the number of pixels.
 * Source: Felzenszwalb and Huttenlocher, Theory of Computing 8 (2012).
 */
export function squaredDistanceTransform(mask: Uint8Array, height: number, width: number): Float64Array {
  const longest = Math.max(height, width);
  const line = new Float64Array(longest);
  const out = new Float64Array(longest);
  const apex = new Int32Array(longest);
  const boundary = new Float64Array(longest);
  const distances = Float64Array.from(mask, (value) => (value === 0 ? Infinity : 0));
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) line[y] = distances[y * width + x] as number;
    transformLine(line, height, out, apex, boundary);
    for (let y = 0; y < height; y++) distances[y * width + x] = out[y] as number;
  }
  for (let y = 0; y < height; y++) {
    line.set(distances.subarray(y * width, (y + 1) * width));
    transformLine(line, width, out, apex, boundary);
    distances.set(out.subarray(0, width), y * width);
  }
  return distances;
}
