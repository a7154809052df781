/** How different the members of a set are: a tight cluster can have a low Fréchet distance and little variety. */
import type { Matrix } from '../linalg/matrix.ts';

/**
 * Mean of 1 - Pearson correlation over all pairs of different rows.
 * Null for fewer than two rows, or when a row is constant and so has no correlation.
 * Cost: one pass, because the mean over pairs follows from the sum of the standardised rows.
 */
export function diversity(features: Matrix): number | null {
  const { data, rows, columns } = features;
  if (rows < 2) return null;
  const sum = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * columns, (i + 1) * columns);
    let mean = 0;
    for (const x of row) mean += x;
    mean /= columns;
    let norm = 0;
    for (const x of row) norm += (x - mean) ** 2;
    if (norm === 0) return null;
    norm = Math.sqrt(norm);
    for (let j = 0; j < columns; j++) sum[j] = (sum[j] as number) + ((row[j] as number) - mean) / norm;
  }
  const pairSum = sum.reduce((total, x) => total + x * x, 0) - rows;
  return 1 - pairSum / (rows * (rows - 1));
}
