/**
 * Fréchet distances between feature sets without covariance matrices: with centred A and B,
 * Tr((S_a S_b)^(1/2)) = ||A Bᵀ||_* / sqrt((n_a - 1)(n_b - 1)). The products of the whole pool with the target are made
 * once; every cluster, draw and selection then costs only its own small singular-value problem.
 */
import { WorkbenchError } from '../errors.ts';
import {
  columnMeans,
  gatherRows,
  isFiniteMatrix,
  type MatMul,
  type Matrix,
  javaScriptMatMul,
  rowBlock,
  transpose,
} from '../linalg/matrix.ts';
import { nuclearNorm } from '../linalg/singular-values.ts';
import { lowerTriangularFactor } from '../linalg/triangular-factor.ts';
import { createYielder } from '../tasks.ts';

/** What the distance needs of the target group; made once and used for every cluster and draw. */
export interface PreparedTarget {
  readonly count: number;
  readonly mean: Float64Array;
  /** Trace of the sample covariance (divided by n - 1). */
  readonly trace: number;
  /** [min(m, d), d] float64 F with Fᵀ F = the sample covariance. */
  readonly factor: Matrix;
}

/** Pool features with their products with a prepared target. */
export interface PreparedPool {
  readonly features: Matrix;
  readonly target: PreparedTarget;
  /** [n, min(m, d)]: (feature - target mean) times the target's factor. */
  readonly products: Matrix;
}

/** A Fréchet distance with its terms: distance = meanTerm + sourceTrace + targetTrace - 2 rootTrace, never negative. */
export interface FrechetTerms {
  readonly distance: number;
  /** |mean - mean|^2 */
  readonly meanTerm: number;
  readonly sourceTrace: number;
  readonly targetTrace: number;
  /** Tr((S_source S_target)^(1/2)) */
  readonly rootTrace: number;
}

/** One sample has no covariance and so no Fréchet distance. */
export interface NoDistance {
  readonly distance: null;
  readonly reason: 'fewer-than-two-samples';
}

export type FrechetResult = FrechetTerms | NoDistance;

/** Rows multiplied between two looks at the cancel signal. */
const ROWS_PER_STEP = 256;

/** Tr of the sample covariance (n - 1) of the chosen rows, in two passes so that large means do not cancel. */
function covarianceTrace(features: Matrix, indices: ArrayLike<number>, mean: Float64Array): number {
  const { data, columns } = features;
  let sum = 0;
  for (let i = 0; i < indices.length; i++) {
    const start = (indices[i] as number) * columns;
    for (let j = 0; j < columns; j++) {
      const x = (data[start + j] as number) - (mean[j] as number);
      sum += x * x;
    }
  }
  return sum / (indices.length - 1);
}

/** A float64 copy minus a row vector, times a scale. */
function shiftRows(matrix: Matrix, shift: Float64Array, scale = 1): Matrix {
  const { rows, columns } = matrix;
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const k = i * columns + j;
      data[k] = ((matrix.data[k] as number) - (shift[j] as number)) * scale;
    }
  }
  return { data, rows, columns };
}

function requireFinite(features: Matrix, what: string): void {
  if (isFiniteMatrix(features)) return;
  throw new WorkbenchError(
    'linalg/non-finite',
    `The features of the ${what} hold infinite or undefined numbers. Compute the features again, or with another extractor.`,
  );
}

/**
 * Prepares the target side of Fréchet distances.
 * Shapes: `features` [m, d], m >= 2.
 * Errors: `search/target-too-small`, `linalg/non-finite`.
 * Cost: m d; for m > d also a QR factorisation, 2 m d^2.
 */
export function prepareTarget(features: Matrix): PreparedTarget {
  const { rows: count, columns } = features;
  if (count < 2) {
    throw new WorkbenchError(
      'search/target-too-small',
      `The target group has ${count} sample${count === 1 ? '' : 's'}: a Fréchet distance needs at least two. Choose a larger group or add samples to it.`,
      { context: { count } },
    );
  }
  requireFinite(features, 'target group');
  const mean = columnMeans(features);
  const factor = shiftRows(features, mean, 1 / Math.sqrt(count - 1));
  let trace = 0;
  for (const x of factor.data) trace += x * x;
  // More samples than features: only the triangular factor of the centred features matters, and it is smaller.
  if (count <= columns) return { count, mean, trace, factor };
  return { count, mean, trace, factor: transpose(lowerTriangularFactor(transpose(factor))) };
}

/**
 * Multiplies the pool with the prepared target, so that `subsetDistance` of any subset is cheap.
 * Shapes: `features` [n, d]. Errors: `linalg/non-finite`; the signal's reason.
 * Cost: n d min(m, d) multiplications and n min(m, d) float64 of memory.
 */
export async function preparePool(
  features: Matrix,
  target: PreparedTarget,
  matMul: MatMul = javaScriptMatMul,
  signal?: AbortSignal,
  onRows?: (done: number) => void,
): Promise<PreparedPool> {
  requireFinite(features, 'pool');
  const rank = target.factor.rows;
  const data = new Float64Array(features.rows * rank);
  const yieldNow = createYielder(signal);
  for (let row = 0; row < features.rows; row += ROWS_PER_STEP) {
    await yieldNow();
    const block = rowBlock(features, row, Math.min(ROWS_PER_STEP, features.rows - row));
    // Centring the subset later removes any shift; this one only keeps the numbers small.
    const product = await matMul.productTransposed(shiftRows(block, target.mean), target.factor);
    data.set(product, row * rank);
    onRows?.(row + block.rows);
  }
  return { features, target, products: { data, rows: features.rows, columns: rank } };
}

/**
 * Fréchet distance of a subset of the pool to the target, with sample covariances (n - 1). Negative rounding is clamped to 0.
 * Errors: `linalg/no-convergence`.
 * Cost: s d for the mean and trace of s members; 2 a^2 b operations with a, b the smaller and larger of s and min(m, d).
 * Source: Dowson and Landau, J. Multivariate Analysis 12 (1982); the identity is derived in the spec page on the search.
 */
export function subsetDistance(pool: PreparedPool, indices: ArrayLike<number>): FrechetResult {
  if (indices.length < 2) return { distance: null, reason: 'fewer-than-two-samples' };
  const { features, target, products } = pool;
  const mean = columnMeans(features, indices);
  const sourceTrace = covarianceTrace(features, indices, mean);
  let meanTerm = 0;
  for (let j = 0; j < mean.length; j++) meanTerm += ((mean[j] as number) - (target.mean[j] as number)) ** 2;
  const centred = shiftRows(gatherRows(products, indices), columnMeans(products, indices));
  const rootTrace = nuclearNorm(centred) / Math.sqrt(indices.length - 1);
  const distance = Math.max(0, meanTerm + sourceTrace + target.trace - 2 * rootTrace);
  return { distance, meanTerm, sourceTrace, targetTrace: target.trace, rootTrace };
}

/**
 * Fréchet distance between two feature sets.
 * Shapes: `source` [n, d], `target` [m, d]. Errors: `search/target-too-small`, `linalg/*`.
 */
export async function frechetDistance(
  source: Matrix,
  target: Matrix,
  matMul: MatMul = javaScriptMatMul,
): Promise<FrechetResult> {
  const pool = await preparePool(source, prepareTarget(target), matMul);
  return subsetDistance(
    pool,
    Array.from({ length: source.rows }, (_, i) => i),
  );
}
