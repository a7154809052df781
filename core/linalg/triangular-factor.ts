/**
 * The triangular factor L of M = L Q with orthonormal rows of Q. It has the singular values of M and is small where M is
 * wide, which is how tall or wide feature matrices are made small without squaring their singular values.
 */
import type { Matrix } from './matrix.ts';

/**
 * Builds the reflector that maps row[from..] onto its first element, in place: the row's tail becomes v (scaled so that
 * H = I - v vᵀ) and the return value is the new first element.
 */
export function buildReflector(data: Float64Array, from: number, to: number): number {
  let scale = 0;
  for (let k = from; k < to; k++) scale = Math.max(scale, Math.abs(data[k] as number));
  if (scale === 0) return 0;
  let norm = 0;
  for (let k = from; k < to; k++) norm += ((data[k] as number) / scale) ** 2;
  norm = Math.sqrt(norm);
  const head = (data[from] as number) / scale;
  const alpha = head > 0 ? -norm : norm;
  // v = (x - alpha e1) / sqrt(norm^2 - head * alpha); the difference never cancels because alpha has the other sign.
  const factor = 1 / Math.sqrt(norm * norm - head * alpha);
  for (let k = from; k < to; k++) data[k] = ((data[k] as number) / scale) * factor;
  data[from] = (head - alpha) * factor;
  return alpha * scale;
}

/** row -= (row . v) v for a row and a reflector of `length` elements inside `data`, given by their starts. */
export function applyReflector(data: Float64Array, v: number, row: number, length: number): void {
  let s0 = 0;
  let s1 = 0;
  let k = 0;
  for (; k + 1 < length; k += 2) {
    s0 += (data[v + k] as number) * (data[row + k] as number);
    s1 += (data[v + k + 1] as number) * (data[row + k + 1] as number);
  }
  if (k < length) s0 += (data[v + k] as number) * (data[row + k] as number);
  const sum = s0 + s1;
  for (k = 0; k < length; k++) data[row + k] = (data[row + k] as number) - sum * (data[v + k] as number);
}

/**
 * L of M = L Q.
 * Shapes: `matrix` [m, n] with m <= n, not modified; result [m, m] lower triangular.
 * Cost: 2 m^2 n operations and a float64 copy of M.
 * Source: Golub and Van Loan, Matrix Computations, 4th edition, section 5.2 (on rows instead of columns).
 */
export function lowerTriangularFactor(matrix: Matrix): Matrix {
  const { rows: m, columns: n } = matrix;
  const work = Float64Array.from(matrix.data);
  const lower = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < i; j++) lower[i * m + j] = work[i * n + j] as number;
    const v = i * n + i;
    lower[i * m + i] = buildReflector(work, v, (i + 1) * n);
    for (let r = i + 1; r < m; r++) applyReflector(work, v, r * n + i, n - i);
  }
  return { data: lower, rows: m, columns: m };
}
