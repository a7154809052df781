/** Eigenvalues and eigenvectors of a dense symmetric matrix, in float64. */
import { diagonalizeTridiagonal } from './tridiagonal-ql.ts';

export interface SymmetricEigen {
  /** Ascending. */
  readonly values: Float64Array;
  /** [n, n] row-major; row k is the unit eigenvector of `values[k]`. */
  readonly vectors: Float64Array;
}

/** Householder's reduction to tridiagonal form: fills `d` and `e` and returns Q, with matrix = Q T Qᵀ. */
function tridiagonalize(matrix: Float64Array, n: number, d: Float64Array, e: Float64Array): Float64Array {
  const a = matrix.slice();
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  const v = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    let scale = 0;
    for (let i = k + 1; i < n; i++) scale = Math.max(scale, Math.abs(a[i * n + k] as number));
    e[k] = 0;
    if (scale === 0) continue;
    let norm = 0;
    for (let i = k + 1; i < n; i++) {
      v[i] = (a[i * n + k] as number) / scale;
      norm += (v[i] as number) ** 2;
    }
    const head = v[k + 1] as number;
    const alpha = head > 0 ? -Math.sqrt(norm) : Math.sqrt(norm);
    e[k] = alpha * scale;
    v[k + 1] = head - alpha;
    const half = norm - head * alpha; // half of |v|^2
    reflectBothSides(a, n, k + 1, v, half, w);
    reflectColumns(q, n, k + 1, v, half);
  }
  for (let i = 0; i < n; i++) d[i] = a[i * n + i] as number;
  if (n > 1) e[n - 2] = a[(n - 1) * n + n - 2] as number;
  return q;
}

/** a = H a H on the trailing block, with H = I - v vᵀ / half. */
function reflectBothSides(
  a: Float64Array,
  n: number,
  from: number,
  v: Float64Array,
  half: number,
  w: Float64Array,
): void {
  let vw = 0;
  for (let i = from; i < n; i++) {
    let sum = 0;
    for (let j = from; j < n; j++) sum += (a[i * n + j] as number) * (v[j] as number);
    w[i] = sum / half;
    vw += (w[i] as number) * (v[i] as number);
  }
  for (let i = from; i < n; i++) w[i] = (w[i] as number) - (vw / (2 * half)) * (v[i] as number);
  for (let i = from; i < n; i++) {
    for (let j = from; j < n; j++) {
      const change = (v[i] as number) * (w[j] as number) + (w[i] as number) * (v[j] as number);
      a[i * n + j] = (a[i * n + j] as number) - change;
    }
  }
}

/** q = q H. */
function reflectColumns(q: Float64Array, n: number, from: number, v: Float64Array, half: number): void {
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = from; j < n; j++) sum += (q[i * n + j] as number) * (v[j] as number);
    sum /= half;
    for (let j = from; j < n; j++) q[i * n + j] = (q[i * n + j] as number) - sum * (v[j] as number);
  }
}

/**
 * All eigenvalues and eigenvectors of a symmetric matrix.
 * Shapes: `matrix` [n, n] row-major, not modified; only symmetric input makes sense and symmetry is not checked.
 * Errors: `linalg/non-finite`, `linalg/no-convergence`.
 * Cost: about 9 n^3 operations.
 * Source: Golub and Van Loan, Matrix Computations, 4th edition, sections 8.3.1 and 8.3.3.
 */
export function symmetricEigen(matrix: Float64Array, n: number): SymmetricEigen {
  const d = new Float64Array(n);
  const e = new Float64Array(n);
  const q = tridiagonalize(matrix, n, d, e);
  diagonalizeTridiagonal(d, e, q);
  const order = Array.from(d.keys()).toSorted((i, j) => (d[i] as number) - (d[j] as number));
  const values = new Float64Array(n);
  const vectors = new Float64Array(n * n);
  order.forEach((column, k) => {
    values[k] = d[column] as number;
    for (let i = 0; i < n; i++) vectors[k * n + i] = q[i * n + column] as number;
  });
  return { values, vectors };
}
