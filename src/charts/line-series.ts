/** Series of points as the line charts need them: thinned to what a screen can show, smoothed, looked up. Pure. */

/** Points in rising order of x; both arrays are equally long and hold finite numbers only. */
export interface LinePoints {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** The points whose y is a finite number. */
export function pointsOf(x: readonly number[], y: readonly (number | null)[]): LinePoints {
  const [keptX, keptY] = [new Float64Array(x.length), new Float64Array(x.length)];
  let count = 0;
  for (let i = 0; i < x.length; i++) {
    const value = y[i] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    keptX[count] = x[i] as number;
    keptY[count] = value;
    count++;
  }
  return { x: keptX.subarray(0, count), y: keptY.subarray(0, count) };
}

/**
 * At most 2 * bucketCount of the points: the lowest and the highest of each of equally many, in their order, so that a
 * single outlier stays visible. The first and the last point are kept; few points are returned as they are.
 */
export function thin(points: LinePoints, bucketCount: number): LinePoints {
  const { x, y } = points;
  if (x.length <= 2 * bucketCount) return points;
  const kept: number[] = [0];
  const last = x.length - 1;
  const inner = bucketCount - 1;
  for (let bucket = 0; bucket < inner; bucket++) {
    const from = 1 + Math.floor((bucket * (last - 1)) / inner);
    const to = 1 + Math.floor(((bucket + 1) * (last - 1)) / inner);
    let [lowest, highest] = [from, from];
    for (let i = from + 1; i < to; i++) {
      if ((y[i] as number) < (y[lowest] as number)) lowest = i;
      if ((y[i] as number) > (y[highest] as number)) highest = i;
    }
    kept.push(Math.min(lowest, highest));
    if (lowest !== highest) kept.push(Math.max(lowest, highest));
  }
  kept.push(last);
  return {
    x: Float64Array.from(kept, (i) => x[i] as number),
    y: Float64Array.from(kept, (i) => y[i] as number),
  };
}

/**
 * The exponentially weighted mean of each point and those before it; a point `halfLife` points back weighs half. Divided by
 * the sum of the weights, so that the first points are not drawn towards 0.
 */
export function smooth({ x, y }: LinePoints, halfLife: number): LinePoints {
  const decay = 0.5 ** (1 / halfLife);
  let [sum, weight] = [0, 0];
  return {
    x,
    y: y.map((value) => {
      sum = sum * decay + value;
      weight = weight * decay + 1;
      return sum / weight;
    }),
  };
}

/** The index of the last point at or before x; -1 where all lie behind it. */
export function indexAt(points: LinePoints, x: number): number {
  let [low, high] = [0, points.x.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points.x[middle] as number) <= x) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Every x of the series once, in rising order. */
export function unionOf(series: readonly LinePoints[]): Float64Array {
  const all = new Float64Array(series.reduce((count, { x }) => count + x.length, 0));
  let end = 0;
  for (const { x } of series) {
    all.set(x, end);
    end += x.length;
  }
  all.sort();
  return all.filter((x, i) => i === 0 || x !== all[i - 1]);
}

/** Of more than `most` values as many evenly chosen ones, the first and the last among them. */
export function choose(values: Float64Array, most: number): Float64Array {
  if (values.length <= most) return values;
  return Float64Array.from(
    { length: most },
    (_, i) => values[Math.round((i * (values.length - 1)) / (most - 1))] as number,
  );
}

/**
 * The end of an axis whose values are still growing: 1, 2 or 5 times a power of ten, so that the axis changes rarely, and no
 * more than `cap`, where the values are known to end.
 */
export function calmEnd(value: number, cap: number): number {
  if (!(value > 0)) return Math.min(10, cap);
  const power = 10 ** Math.floor(Math.log10(value));
  const end = [1, 2, 5, 10].find((factor) => factor * power >= value * (1 - 1e-9)) ?? 10;
  return Math.max(value, Math.min(end * power, cap));
}
