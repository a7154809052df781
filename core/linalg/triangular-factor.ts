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

/** Rows whose reflectors are applied to the rest in one pass over memory. */
const PANEL = 4;

function dot(data: Float64Array, x: number, y: number, length: number): number {
  let sum = 0;
  for (let k = 0; k < length; k++) sum += (data[x + k] as number) * (data[y + k] as number);
  return sum;
}

/**
 * Applies the four reflectors stored in rows `panel` to `panel + 3`, one after the other, to all rows below them: every row is
 * read once for its products and once for the update, instead of eight times.
 */
function applyPanel(data: Float64Array, panel: number, rows: number, columns: number): void {
  const length = columns - panel;
  const v0 = panel * columns + panel;
  const v1 = v0 + columns;
  const v2 = v1 + columns;
  const v3 = v2 + columns;
  const d01 = dot(data, v0, v1, length);
  const d02 = dot(data, v0, v2, length);
  const d03 = dot(data, v0, v3, length);
  const d12 = dot(data, v1, v2, length);
  const d13 = dot(data, v1, v3, length);
  const d23 = dot(data, v2, v3, length);
  for (let r = panel + PANEL; r < rows; r++) {
    const row = r * columns + panel;
    let c0 = 0;
    let c1 = 0;
    let c2 = 0;
    let c3 = 0;
    for (let k = 0; k < length; k++) {
      const x = data[row + k] as number;
      c0 += x * (data[v0 + k] as number);
      c1 += x * (data[v1 + k] as number);
      c2 += x * (data[v2 + k] as number);
      c3 += x * (data[v3 + k] as number);
    }
    // What the earlier reflectors change in the products of the later ones.
    c1 -= c0 * d01;
    c2 -= c0 * d02 + c1 * d12;
    c3 -= c0 * d03 + c1 * d13 + c2 * d23;
    for (let k = 0; k < length; k++) {
      data[row + k] =
        (data[row + k] as number) -
        (c0 * (data[v0 + k] as number) +
          c1 * (data[v1 + k] as number) +
          c2 * (data[v2 + k] as number) +
          c3 * (data[v3 + k] as number));
    }
  }
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
  for (let panel = 0; panel < m; panel += PANEL) {
    const end = Math.min(panel + PANEL, m);
    for (let i = panel; i < end; i++) {
      const start = i * n;
      lower.set(work.subarray(start, start + i), i * m);
      // In front of a reflector stand zeros, so that the panel's reflectors share one range of columns.
      work.fill(0, start, start + i);
      lower[i * m + i] = buildReflector(work, start + i, start + n);
      for (let r = i + 1; r < end; r++) applyReflector(work, start + i, r * n + i, n - i);
    }
    if (end < m) applyPanel(work, panel, m, n);
  }
  return { data: lower, rows: m, columns: m };
}
