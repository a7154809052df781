/** Where one value lies among the values of repeated random draws. */

export interface DrawComparison {
  readonly drawCount: number;
  readonly mean: number;
  /** Sample standard deviation of the draws; null for fewer than two. */
  readonly sd: number | null;
  /** Share of the draws below the value, ties counted half: 0 means that every draw was larger. */
  readonly belowFrac: number;
  /** (value - mean) / sd; null where the draws do not vary. */
  readonly zScore: number | null;
}

/** Compares a value with random draws. Null without draws. */
export function compareWithDraws(value: number, draws: readonly number[]): DrawComparison | null {
  const n = draws.length;
  if (n === 0) return null;
  const mean = draws.reduce((sum, x) => sum + x, 0) / n;
  const sd = n < 2 ? null : Math.sqrt(draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1));
  const below = draws.filter((x) => x < value).length;
  const equal = draws.filter((x) => x === value).length;
  return {
    drawCount: n,
    mean,
    sd,
    belowFrac: (below + equal / 2) / n,
    zScore: sd === null || sd === 0 ? null : (value - mean) / sd,
  };
}
