/** What every selection strategy gets and gives. Strategies are pure: same problem, same selection. */

export interface SelectionProblem {
  /** Cluster of every pool sample. */
  readonly assignment: ArrayLike<number>;
  /** Fréchet distance of every cluster to the target; null for a cluster of fewer than two samples. */
  readonly clusterDistances: readonly (number | null)[];
  /** How many samples to select (N), at most the pool's size. */
  readonly selectionSize: number;
  readonly seed: number;
}

/** Unions of clusters in order of distance, as `aggressive` grew them. */
export interface ClusterPrefix {
  /** Clusters by ascending distance to the target. */
  readonly order: readonly number[];
  /** Fréchet distance of the union of the first 1, 2, ... clusters; null where the union was not measured or has no covariance. */
  readonly unionDistances: readonly (number | null)[];
  /** Clusters in the prefix that was kept. */
  readonly length: number;
}

export interface Selection {
  /** Pool indices of the selected samples, in the order of selection; no duplicates. */
  readonly indices: Int32Array;
  readonly prefix?: ClusterPrefix;
}

/** Indices of the `count` highest scores, in descending order; ties go to the lower index. */
export function highestScores(scores: Float64Array, count: number): Int32Array {
  const order = Int32Array.from(scores.keys());
  // The comparison avoids a difference: -Infinity minus -Infinity is not a number.
  order.sort((a, b) => {
    const x = scores[a] as number;
    const y = scores[b] as number;
    return x === y ? a - b : x > y ? -1 : 1;
  });
  return order.slice(0, count);
}
