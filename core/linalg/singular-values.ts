/** Singular values of a dense matrix, and their sum (the nuclear norm), with absolute accuracy of a few ulp of the largest. */
import { type Matrix, transpose } from './matrix.ts';
import { applyReflector, buildReflector, lowerTriangularFactor } from './triangular-factor.ts';
import { diagonalizeTridiagonal } from './tridiagonal-ql.ts';

/** Householder's reduction to upper bidiagonal form; returns the diagonal and the superdiagonal. `a` [n, n] is destroyed. */
function bidiagonalize(a: Float64Array, n: number): { diagonal: Float64Array; superdiagonal: Float64Array } {
  const diagonal = new Float64Array(n);
  const superdiagonal = new Float64Array(n);
  const w = new Float64Array(n);
  const v = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    for (let i = k; i < n; i++) v[i] = a[i * n + k] as number;
    diagonal[k] = buildReflector(v, k, n);
    w.fill(0, k + 1);
    for (let i = k; i < n; i++) {
      const vi = v[i] as number;
      for (let j = k + 1; j < n; j++) w[j] = (w[j] as number) + vi * (a[i * n + j] as number);
    }
    for (let i = k; i < n; i++) {
      const vi = v[i] as number;
      for (let j = k + 1; j < n; j++) a[i * n + j] = (a[i * n + j] as number) - vi * (w[j] as number);
    }
    if (k + 1 === n) break;
    const row = k * n + k + 1;
    superdiagonal[k] = buildReflector(a, row, (k + 1) * n);
    for (let i = k + 1; i < n; i++) applyReflector(a, row, i * n + k + 1, n - k - 1);
  }
  return { diagonal, superdiagonal };
}

/**
 * Singular values, descending.
 * Shapes: `matrix` [m, n], not modified; result [min(m, n)].
 * Errors: `linalg/non-finite`, `linalg/no-convergence`.
 * Cost: 2 s^2 l + 8/3 s^3 operations for the short side s and the long side l.
 * Why not the eigenvalues of M Mᵀ: squaring turns every singular value below 1e-8 of the largest into noise.
 * Source: Golub and Kahan (1965): the tridiagonal matrix with zero diagonal and the bidiagonal's elements beside it has the eigenvalues ±σ.
 */
export function singularValues(matrix: Matrix): Float64Array {
  const wide = matrix.rows <= matrix.columns ? matrix : transpose(matrix);
  const n = wide.rows;
  const lower = lowerTriangularFactor(wide);
  const { diagonal, superdiagonal } = bidiagonalize(lower.data as Float64Array, n);
  const off = new Float64Array(2 * n);
  for (let k = 0; k < n; k++) {
    off[2 * k] = diagonal[k] as number;
    off[2 * k + 1] = superdiagonal[k] as number;
  }
  const values = new Float64Array(2 * n);
  diagonalizeTridiagonal(values, off);
  return values
    .map(Math.abs)
    .toSorted()
    .toReversed()
    .filter((_, index) => index % 2 === 0);
}

/** The sum of the singular values. Shapes, errors and cost: as `singularValues`. */
export function nuclearNorm(matrix: Matrix): number {
  return singularValues(matrix).reduce((sum, value) => sum + value, 0);
}
