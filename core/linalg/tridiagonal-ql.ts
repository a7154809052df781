/** Eigenvalues, and on request eigenvectors, of a symmetric tridiagonal matrix by implicit QL. */
import { WorkbenchError } from '../errors.ts';

/** A QL sweep halves digits quickly: three per eigenvalue is usual, so this many means that something is broken. */
const MAX_SWEEPS = 80;

/**
 * Diagonalises a symmetric tridiagonal matrix in place: `diagonal` becomes the eigenvalues, unsorted.
 * Shapes: `diagonal` [n]; `offDiagonal` [n], where element i couples i and i + 1 and the last is ignored (overwritten);
 * `vectors`, when given, [n, n] row-major: its columns are rotated along, so that it turns from Q into Q times the eigenvectors.
 * Errors: `linalg/non-finite`, `linalg/no-convergence`.
 * Accuracy: absolute, a few ulp of the matrix norm.
 * Source: Martin and Wilkinson, "The implicit QL algorithm", Handbook for Automatic Computation II/4 (1971).
 */
export function diagonalizeTridiagonal(
  diagonal: Float64Array,
  offDiagonal: Float64Array,
  vectors?: Float64Array,
): void {
  const n = diagonal.length;
  const d = diagonal;
  const e = offDiagonal;
  if (n === 0) return;
  e[n - 1] = 0;
  if (!d.every((x) => Number.isFinite(x)) || !e.every((x) => Number.isFinite(x))) {
    throw new WorkbenchError(
      'linalg/non-finite',
      'A matrix holds infinite or undefined numbers, so it has no eigenvalues. Check the features for failed samples.',
    );
  }
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      for (; m < n - 1; m++) {
        const scale = Math.abs(d[m] as number) + Math.abs(d[m + 1] as number);
        const off = Math.abs(e[m] as number);
        if (off <= Number.EPSILON * scale || off < Number.MIN_VALUE / Number.EPSILON) break;
      }
      if (m === l) break;
      if (sweep === MAX_SWEEPS) {
        throw new WorkbenchError(
          'linalg/no-convergence',
          `The eigenvalues of a ${n} x ${n} matrix did not converge after ${MAX_SWEEPS} sweeps.`,
          { context: { size: n, index: l } },
        );
      }
      const el = e[l] as number;
      let g = ((d[l + 1] as number) - (d[l] as number)) / (2 * el);
      let r = Math.hypot(g, 1);
      g = (d[m] as number) - (d[l] as number) + el / (g + (g >= 0 ? r : -r));
      let s = 1;
      let c = 1;
      let p = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * (e[i] as number);
        const b = c * (e[i] as number);
        r = Math.hypot(f, g);
        e[i + 1] = r;
        if (r === 0) {
          // Underflow splits the matrix: undo the shift of this row and start again below it.
          d[i + 1] = (d[i + 1] as number) - p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = (d[i + 1] as number) - p;
        r = ((d[i] as number) - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        if (vectors !== undefined) rotateColumns(vectors, n, i, c, s);
      }
      if (r === 0 && i >= l) continue;
      d[l] = (d[l] as number) - p;
      e[l] = g;
      e[m] = 0;
    }
  }
}

function rotateColumns(vectors: Float64Array, n: number, column: number, c: number, s: number): void {
  for (let k = column; k < n * n; k += n) {
    const x = vectors[k] as number;
    const y = vectors[k + 1] as number;
    vectors[k + 1] = s * x + c * y;
    vectors[k] = c * x - s * y;
  }
}
