/** Squared Euclidean distances between samples and centres: all of them by one product, or exactly for given pairs. */
import { type MatMul, type Matrix, rowBlock, squaredRowNorms } from '../linalg/matrix.ts';

const ROWS_PER_STEP = 256;

/**
 * All squared distances |x|^2 + |c|^2 - 2 x . c, clamped at 0.
 * Shapes: `features` [n, d], `featureNorms` [n] their squared norms, `centers` [k, d]; result [n, k].
 * Accuracy: the product is summed in float64, so the error is about 1e-15 (|x|^2 + |c|^2): good for ranking and for
 * drawing seeds. Differences at float32's own resolution (1e-14 of the norms) count as 0, so that duplicates are recognised.
 */
export async function squaredDistances(
  features: Matrix,
  featureNorms: Float64Array,
  centers: Matrix,
  matMul: MatMul,
  yieldNow: () => Promise<void>,
): Promise<Float64Array> {
  const k = centers.rows;
  const centerNorms = squaredRowNorms(centers);
  const out = new Float64Array(features.rows * k);
  for (let row = 0; row < features.rows; row += ROWS_PER_STEP) {
    await yieldNow();
    const block = rowBlock(features, row, Math.min(ROWS_PER_STEP, features.rows - row));
    const products = await matMul.productTransposed(block, centers);
    for (let i = 0; i < block.rows; i++) {
      const norm = featureNorms[row + i] as number;
      for (let j = 0; j < k; j++) {
        const norms = norm + (centerNorms[j] as number);
        const distance = norms - 2 * (products[i * k + j] as number);
        out[(row + i) * k + j] = distance > 1e-14 * norms ? distance : 0;
      }
    }
  }
  return out;
}

/** Squared distance of row `i` of the features to row `j` of the centres, summed from the differences: no cancellation. */
export function squaredDistance(features: Matrix, i: number, centers: Matrix, j: number): number {
  const d = features.columns;
  let sum = 0;
  for (let k = 0; k < d; k++) {
    const difference = (features.data[i * d + k] as number) - (centers.data[j * d + k] as number);
    sum += difference * difference;
  }
  return sum;
}

/** Sum over the samples of the squared distance to the centre of their cluster. */
export function clusterInertia(features: Matrix, centers: Matrix, labels: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < features.rows; i++) sum += squaredDistance(features, i, centers, labels[i] as number);
  return sum;
}

/** Means of the clusters' members in float64; a cluster without members keeps its row of `previous`. */
export function clusterMeans(features: Matrix, labels: ArrayLike<number>, previous: Matrix): Matrix {
  const { rows: clusterCount, columns } = previous;
  const data = new Float64Array(clusterCount * columns);
  const sizes = new Int32Array(clusterCount);
  for (let i = 0; i < features.rows; i++) {
    const label = labels[i] as number;
    sizes[label] = (sizes[label] as number) + 1;
    const to = label * columns;
    const from = i * columns;
    for (let j = 0; j < columns; j++) {
      data[to + j] = (data[to + j] as number) + (features.data[from + j] as number);
    }
  }
  for (let k = 0; k < clusterCount; k++) {
    const size = sizes[k] as number;
    for (let j = k * columns; j < (k + 1) * columns; j++) {
      data[j] = size === 0 ? (previous.data[j] as number) : (data[j] as number) / size;
    }
  }
  return { data, rows: clusterCount, columns };
}
