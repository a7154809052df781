/** The first principal components of a feature matrix, for a map of its samples. */
import { createRandom } from '../random.ts';
import { columnMeans, type Matrix, productTransposed, rowBlock } from './matrix.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

export interface PrincipalComponents {
  readonly mean: Float64Array;
  /** [count, d] orthonormal rows, by falling variance. The largest element of each is positive, so that signs are stable. */
  readonly axes: Matrix;
  /** Share of the total variance along each axis. */
  readonly shareFrac: readonly number[];
}

/** More vectors than asked for make the iteration converge by the ratio of the 2nd to the 9th variance, not to the 3rd. */
const EXTRA_VECTORS = 6;
const MAX_PASSES = 40;
/** Relative change of the captured variance: below a pixel of any chart. Data without leading directions would take hundreds of passes to do better. */
const TOLERANCE = 1e-7;
const ROWS_PER_STEP = 256;

/** out += s0 x0 + s1 x1 + s2 x2 + s3 x3 for four rows x: one pass over `out` instead of four. */
function addFourRows(
  out: Float64Array,
  to: number,
  x: Float64Array,
  from: number,
  d: number,
  scores: Float64Array,
  score: number,
  stride: number,
): void {
  const s0 = scores[score] as number;
  const s1 = scores[score + stride] as number;
  const s2 = scores[score + 2 * stride] as number;
  const s3 = scores[score + 3 * stride] as number;
  for (let j = 0; j < d; j++) {
    const k = from + j;
    out[to + j] =
      (out[to + j] as number) +
      s0 * (x[k] as number) +
      s1 * (x[k + d] as number) +
      s2 * (x[k + 2 * d] as number) +
      s3 * (x[k + 3 * d] as number);
  }
}

/** [q, d] product S V of the scatter matrix S with q row vectors, one pass over the features. */
async function multiplyByScatter(
  features: Matrix,
  mean: Float64Array,
  vectors: Matrix,
  yieldNow: () => Promise<void>,
): Promise<Matrix> {
  const { columns: d } = features;
  const q = vectors.rows;
  const out = new Float64Array(q * d);
  for (let row = 0; row < features.rows; row += ROWS_PER_STEP) {
    await yieldNow();
    const block = rowBlock(features, row, Math.min(ROWS_PER_STEP, features.rows - row));
    // Zero rows at the end make the count a multiple of four.
    const rows = 4 * Math.ceil(block.rows / 4);
    const centred = new Float64Array(rows * d);
    for (let k = 0; k < block.data.length; k += d) {
      for (let j = 0; j < d; j++) centred[k + j] = (block.data[k + j] as number) - (mean[j] as number);
    }
    const scores = productTransposed({ data: centred, rows, columns: d }, vectors);
    for (let v = 0; v < q; v++) {
      for (let i = 0; i < rows; i += 4) addFourRows(out, v * d, centred, i * d, d, scores, i * q + v, q);
    }
  }
  return { data: out, rows: q, columns: d };
}

/** Rows made orthonormal by two rounds of modified Gram-Schmidt; rows without a direction of their own become zero. */
function orthonormalize(vectors: Matrix): Matrix {
  const { rows, columns } = vectors;
  const data = Float64Array.from(vectors.data);
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * columns, (i + 1) * columns);
    const before = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
    for (let j = 0; j < 2 * i; j++) {
      const other = data.subarray((j % i) * columns, ((j % i) + 1) * columns);
      let dot = 0;
      for (let k = 0; k < columns; k++) dot += (row[k] as number) * (other[k] as number);
      for (let k = 0; k < columns; k++) row[k] = (row[k] as number) - dot * (other[k] as number);
    }
    const norm = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
    const scale = norm > 1e-12 * before ? 1 / norm : 0;
    for (let k = 0; k < columns; k++) row[k] = (row[k] as number) * scale;
  }
  return { data, rows, columns };
}

/** Rows of `vectors` combined by the rows of `weights` [count, vectors.rows]. */
function combine(weights: Float64Array, vectors: Matrix): Matrix {
  const { rows: q, columns: d } = vectors;
  const rows = weights.length / q;
  const data = new Float64Array(rows * d);
  for (let i = 0; i < rows; i++) {
    for (let v = 0; v < q; v++) {
      const weight = weights[i * q + v] as number;
      for (let j = 0; j < d; j++) {
        data[i * d + j] = (data[i * d + j] as number) + weight * (vectors.data[v * d + j] as number);
      }
    }
  }
  return { data, rows, columns: d };
}

function fixSigns(axes: Matrix): void {
  for (let i = 0; i < axes.rows; i++) {
    const axis = axes.data.subarray(i * axes.columns, (i + 1) * axes.columns);
    let largest = 0;
    for (const x of axis) if (Math.abs(x) > Math.abs(largest)) largest = x;
    if (largest < 0) axis.forEach((x, j) => (axis[j] = -x));
  }
}

/**
 * The first `count` principal components by orthogonal iteration with Rayleigh-Ritz steps.
 * Shapes: `features` [n, d]; `axes` has min(count, d) rows, zero rows where the features have no more directions.
 * Cost: 4 (count + 6) n d operations per pass, 40 passes at most; features with clear leading directions need about 10.
 * Errors: `linalg/non-finite`; the signal's reason through `yieldNow`.
 * Source: Golub and Van Loan, Matrix Computations, 4th edition, section 8.2.4.
 */
export async function principalComponents(
  features: Matrix,
  count: number,
  seed: number,
  yieldNow: () => Promise<void>,
): Promise<PrincipalComponents> {
  const { rows: n, columns: d } = features;
  const mean = columnMeans(features);
  const random = createRandom(seed, 'principal-components');
  const q = Math.min(d, count + EXTRA_VECTORS);
  const start = Float64Array.from({ length: q * d }, () => random.normal());
  let vectors = orthonormalize({ data: start, rows: q, columns: d });
  let variances = new Float64Array(q);
  let captured = -1;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const image = await multiplyByScatter(features, mean, vectors, yieldNow);
    const ritz = symmetricEigen(productTransposed(vectors, image), q);
    // Falling order, like the axes.
    const weights = new Float64Array(q * q);
    for (let i = 0; i < q; i++) weights.set(ritz.vectors.subarray((q - 1 - i) * q, (q - i) * q), i * q);
    variances = ritz.values.toReversed();
    const total = variances.subarray(0, count).reduce((sum, x) => sum + x, 0);
    if (Math.abs(total - captured) <= TOLERANCE * Math.abs(total)) {
      vectors = combine(weights, vectors);
      break;
    }
    captured = total;
    vectors = orthonormalize(combine(weights, image));
  }
  const axes = { data: vectors.data.slice(0, Math.min(count, q) * d), rows: Math.min(count, q), columns: d };
  fixSigns(axes);
  let scatter = 0;
  for (let i = 0; i < n * d; i++) scatter += ((features.data[i] as number) - (mean[i % d] as number)) ** 2;
  const shareFrac = Array.from(variances.subarray(0, axes.rows), (x) => (scatter === 0 ? 0 : x / scatter));
  return { mean, axes, shareFrac };
}

/** [n, 2] coordinates of every row along the first two axes (0 where there is no second). */
export function mapToPlane(features: Matrix, components: PrincipalComponents): Float32Array<ArrayBuffer> {
  const { axes, mean } = components;
  const products = productTransposed(features, axes);
  const origin = productTransposed({ data: mean, rows: 1, columns: mean.length }, axes);
  const out = new Float32Array(features.rows * 2);
  for (let i = 0; i < features.rows; i++) {
    for (let a = 0; a < Math.min(2, axes.rows); a++) {
      out[i * 2 + a] = (products[i * axes.rows + a] as number) - (origin[a] as number);
    }
  }
  return out;
}
