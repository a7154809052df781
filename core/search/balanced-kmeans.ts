/** k-means with clusters of equal size (or of bounded size), the clustering of the published search code: exact assignments alternate with means. */
import { type Matrix, javaScriptMatMul, squaredRowNorms } from '../linalg/matrix.ts';
import { createYielder } from '../tasks.ts';
import { assignWithSizes, equalSizes, type SizeBounds } from './balanced-assignment.ts';
import {
  assignAndMove,
  bestOfStarts,
  type ClusteringResult,
  type KMeansOptions,
  type LloydOptions,
} from './kmeans.ts';
import { squaredDistances } from './squared-distances.ts';

/**
 * Alternates the cheapest assignment within the sizes and the clusters' means until the cost no longer falls.
 * Shapes: `features` [n, d], `start` [K, d]. Errors: `search/bad-settings`; the signal's reason.
 */
export async function balancedLloyd(
  features: Matrix,
  start: Matrix,
  sizes: SizeBounds,
  options: LloydOptions = {},
): Promise<ClusteringResult> {
  const { matMul = javaScriptMatMul, signal } = options;
  const yieldNow = createYielder(signal);
  const norms = squaredRowNorms(features);
  const assign = async (centers: Matrix) =>
    assignWithSizes(
      await squaredDistances(features, norms, centers, matMul, yieldNow),
      centers.rows,
      sizes,
      yieldNow,
    );
  return assignAndMove(features, start, assign, options);
}

/**
 * Size-constrained k-means with seeded k-means++ starts; every cluster gets floor(n / K) or ceil(n / K) samples.
 * Shapes: `features` [n, d] finite, n >= clusterCount.
 * Errors: `search/pool-too-small`, `search/bad-settings`; the signal's reason.
 * Source: Bradley, Bennett and Demiriz, "Constrained k-means clustering", MSR-TR-2000-65.
 */
export const balancedKMeans = (features: Matrix, options: KMeansOptions): Promise<ClusteringResult> =>
  bestOfStarts(features, options, 'balanced-k-means', (start) =>
    balancedLloyd(features, start, equalSizes(features.rows, options.clusterCount), options),
  );
