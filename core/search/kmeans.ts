/**
 * k-means: Lloyd's iterations from seeded k-means++ starts, the best of several restarts. Deterministic for a seed.
 * Clusters of prescribed sizes are balanced-kmeans.ts.
 */
import { WorkbenchError } from '../errors.ts';
import { gatherRows, type MatMul, type Matrix, javaScriptMatMul } from '../linalg/matrix.ts';
import { createRandom } from '../random.ts';
import { createYielder, type Report } from '../tasks.ts';
import { chooseSeedSamples } from './kmeans-plus-plus.ts';
import { NearestCenters } from './nearest-centers.ts';
import { clusterInertia, clusterMeans, squaredDistance } from './squared-distances.ts';

export interface ClusteringResult {
  /** Cluster of every sample. */
  readonly labels: Int32Array<ArrayBuffer>;
  /** [K, d] float64, the means of the clusters. */
  readonly centers: Matrix;
  /** Sum of squared distances to the own centre, from differences (not from the norms). */
  readonly inertia: number;
  readonly iterations: number;
  /** False when the iteration limit ended it. */
  readonly converged: boolean;
}

export interface LloydOptions {
  readonly maxIterations?: number;
  readonly matMul?: MatMul;
  readonly signal?: AbortSignal;
  readonly report?: Report;
}

export interface KMeansOptions extends LloydOptions {
  readonly clusterCount: number;
  readonly seed: number;
  /** Independent starts; the one with the lowest inertia is returned. Default 1. */
  readonly restarts?: number;
}

/** Far above the 20 to 60 iterations that real features need; reaching it is reported as `converged: false`. */
const MAX_ITERATIONS = 300;

/** Errors: `search/pool-too-small`, `search/bad-settings`. */
function requireClusterable(features: Matrix, clusterCount: number): void {
  if (!Number.isInteger(clusterCount) || clusterCount < 1) {
    throw new WorkbenchError(
      'search/bad-settings',
      `The number of clusters must be a whole number of at least 1, not ${clusterCount}.`,
    );
  }
  if (features.rows < clusterCount) {
    throw new WorkbenchError(
      'search/pool-too-small',
      `The pool has ${features.rows} samples and cannot be split into ${clusterCount} clusters. Lower the number of clusters or enlarge the pool.`,
      { context: { poolCount: features.rows, clusterCount } },
    );
  }
}

/**
 * Gives every empty cluster the sample farthest from its own centre (as scikit-learn does), from clusters of two or more.
 * Where every sample sits on its centre there is nothing to gain and the cluster stays empty.
 */
function fillEmptyClusters(features: Matrix, centers: Matrix, labels: Int32Array): void {
  const sizes = new Int32Array(centers.rows);
  for (const label of labels) sizes[label] = (sizes[label] as number) + 1;
  if (!sizes.includes(0)) return;
  const distances = Float64Array.from(labels, (label, i) => squaredDistance(features, i, centers, label));
  for (let k = 0; k < centers.rows; k++) {
    if (sizes[k] !== 0) continue;
    let farthest = -1;
    for (let i = 0; i < labels.length; i++) {
      if ((sizes[labels[i] as number] as number) < 2 || distances[i] === 0) continue;
      if (farthest < 0 || (distances[i] as number) > (distances[farthest] as number)) farthest = i;
    }
    if (farthest < 0) return;
    const old = labels[farthest] as number;
    sizes[old] = (sizes[old] as number) - 1;
    sizes[k] = 1;
    labels[farthest] = k;
    distances[farthest] = 0;
  }
}

/**
 * Assigns samples to centres and moves the centres to the means of what they got, from given centres until no sample changes
 * its cluster. Shapes: `features` [n, d], `start` [K, d]; `assign` gives n labels for centres. Errors: those of `assign`.
 */
export async function assignAndMove(
  features: Matrix,
  start: Matrix,
  assign: (centers: Matrix) => Promise<Int32Array<ArrayBuffer>>,
  { maxIterations = MAX_ITERATIONS, report }: LloydOptions,
): Promise<ClusteringResult> {
  let centers = start;
  let labels = new Int32Array(features.rows).fill(-1);
  let converged = false;
  let iterations = 0;
  while (iterations < maxIterations && !converged) {
    const next = await assign(centers);
    converged = next.every((label, i) => label === labels[i]);
    labels = next;
    iterations++;
    if (!converged) centers = clusterMeans(features, labels, centers);
    report?.({ phase: 'clustering', done: iterations, total: maxIterations, unit: 'iterations' });
  }
  return { labels, centers, inertia: clusterInertia(features, centers, labels), iterations, converged };
}

/**
 * Lloyd's iterations from given centres until no sample changes its cluster. Ties go to the lower cluster index.
 * Shapes: `features` [n, d], `start` [K, d]. Errors: the signal's reason.
 * Cost: n K d multiplications in the first iterations, far fewer as centres settle; n K float64 of memory.
 */
export async function lloyd(
  features: Matrix,
  start: Matrix,
  options: LloydOptions = {},
): Promise<ClusteringResult> {
  const { matMul = javaScriptMatMul, signal } = options;
  const nearest = new NearestCenters(features, matMul, createYielder(signal));
  const assign = async (centers: Matrix) => {
    const labels = await nearest.assign(centers);
    fillEmptyClusters(features, centers, labels);
    return labels;
  };
  return assignAndMove(features, start, assign, options);
}

/**
 * The clustering of least inertia of several seeded k-means++ starts; `stream` names their random numbers, `cluster` clusters from
 * a start [K, d]. Errors: `search/pool-too-small`, `search/bad-settings`; the signal's reason; those of `cluster`.
 */
export async function bestOfStarts(
  features: Matrix,
  options: KMeansOptions,
  stream: string,
  cluster: (start: Matrix) => Promise<ClusteringResult>,
): Promise<ClusteringResult> {
  const { clusterCount, seed, restarts = 1, matMul = javaScriptMatMul, signal, report } = options;
  requireClusterable(features, clusterCount);
  const random = createRandom(seed, stream);
  const yieldNow = createYielder(signal);
  const run = async () => {
    const seeds = await chooseSeedSamples(features, clusterCount, random, matMul, yieldNow, report);
    return cluster(gatherRows(features, seeds));
  };
  let best = await run();
  for (let restart = 1; restart < restarts; restart++) {
    const result = await run();
    if (result.inertia < best.inertia) best = result;
  }
  return best;
}

/**
 * k-means with seeded k-means++ starts.
 * Shapes: `features` [n, d] finite, n >= clusterCount.
 * Errors: `search/pool-too-small`, `search/bad-settings`; the signal's reason.
 */
export const kMeans = (features: Matrix, options: KMeansOptions): Promise<ClusteringResult> =>
  bestOfStarts(features, options, 'k-means', (start) => lloyd(features, start, options));
