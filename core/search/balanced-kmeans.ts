/** k-means with clusters of equal size (or of bounded size), the clustering of the published search code: exact assignments alternate with means. */
import { gatherRows, type Matrix, javaScriptMatMul, squaredRowNorms } from '../linalg/matrix.ts';
import { createRandom } from '../random.ts';
import { createYielder } from '../tasks.ts';
import { assignWithSizes, equalSizes, type SizeBounds } from './balanced-assignment.ts';
import { chooseSeedSamples } from './kmeans-plus-plus.ts';
import {
  type ClusteringResult,
  type KMeansOptions,
  type LloydOptions,
  MAX_ITERATIONS,
  requireClusterable,
} from './kmeans.ts';
import { clusterInertia, clusterMeans, squaredDistances } from './squared-distances.ts';

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
  const { maxIterations = MAX_ITERATIONS, matMul = javaScriptMatMul, signal, report } = options;
  const yieldNow = createYielder(signal);
  const norms = squaredRowNorms(features);
  let centers = start;
  let labels = new Int32Array(features.rows).fill(-1);
  let converged = false;
  let iterations = 0;
  while (iterations < maxIterations && !converged) {
    const distances = await squaredDistances(features, norms, centers, matMul, yieldNow);
    const next = await assignWithSizes(distances, centers.rows, sizes, yieldNow);
    converged = next.every((label, i) => label === labels[i]);
    labels = next;
    iterations++;
    if (!converged) centers = clusterMeans(features, labels, centers);
    report?.({ phase: 'clustering', done: iterations, total: maxIterations, unit: 'iterations' });
  }
  return { labels, centers, inertia: clusterInertia(features, centers, labels), iterations, converged };
}

/**
 * Size-constrained k-means with seeded k-means++ starts; every cluster gets floor(n / K) or ceil(n / K) samples.
 * Shapes: `features` [n, d] finite, n >= clusterCount.
 * Errors: `search/pool-too-small`, `search/bad-settings`; the signal's reason.
 * Source: Bradley, Bennett and Demiriz, "Constrained k-means clustering", MSR-TR-2000-65.
 */
export async function balancedKMeans(features: Matrix, options: KMeansOptions): Promise<ClusteringResult> {
  const { clusterCount, seed, restarts = 1, matMul = javaScriptMatMul, signal, report } = options;
  requireClusterable(features, clusterCount);
  const random = createRandom(seed, 'balanced-k-means');
  const yieldNow = createYielder(signal);
  const sizes = equalSizes(features.rows, clusterCount);
  const run = async () => {
    const seeds = await chooseSeedSamples(features, clusterCount, random, matMul, yieldNow, report);
    return balancedLloyd(features, gatherRows(features, seeds), sizes, options);
  };
  let best = await run();
  for (let restart = 1; restart < restarts; restart++) {
    const result = await run();
    if (result.inertia < best.inertia) best = result;
  }
  return best;
}
