/** Median, quartiles and the 5th and 95th percentile of some values. Pure. */

export interface FiveNumbers {
  readonly p5: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly p95: number;
}

/** Percentiles by linear interpolation, NumPy's default; NaN without values. */
export function fiveNumbers(values: readonly number[]): FiveNumbers {
  const sorted = values.toSorted((a, b) => a - b);
  const quantile = (level: number): number => {
    const position = level * (sorted.length - 1);
    const below = sorted[Math.floor(position)] ?? NaN;
    const above = sorted[Math.ceil(position)] ?? NaN;
    return below + (above - below) * (position - Math.floor(position));
  };
  return {
    p5: quantile(0.05),
    q1: quantile(0.25),
    median: quantile(0.5),
    q3: quantile(0.75),
    p95: quantile(0.95),
  };
}
