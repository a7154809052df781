/** Softmax weights of clusters from their Fréchet distances, in log space so that far clusters never tie at zero. */

/**
 * log softmax(-distance) over the clusters that have a distance; null where there is none.
 * Distances that differ by more than 745 underflow as weights; as log-weights they keep their order and their ratio.
 */
export function softmaxLogWeights(distances: readonly (number | null)[]): (number | null)[] {
  const known = distances.filter((distance) => distance !== null);
  const nearest = Math.min(...known);
  const logSum = Math.log(known.reduce((sum, distance) => sum + Math.exp(nearest - distance), 0));
  return distances.map((distance) => (distance === null ? null : nearest - distance - logSum));
}

/** Cluster indices by ascending distance, ties by index; clusters without a distance are left out. */
export function rankClusters(distances: readonly (number | null)[]): number[] {
  return distances
    .flatMap((distance, index) => (distance === null ? [] : [{ distance, index }]))
    .toSorted((a, b) => a.distance - b.distance || a.index - b.index)
    .map((entry) => entry.index);
}

/** Number of members of every cluster. */
export function clusterSizes(assignment: ArrayLike<number>, clusterCount: number): Int32Array {
  const sizes = new Int32Array(clusterCount);
  for (let i = 0; i < assignment.length; i++) {
    const cluster = assignment[i] as number;
    sizes[cluster] = (sizes[cluster] as number) + 1;
  }
  return sizes;
}

/** Sample indices of every cluster, ascending. */
export function clusterMembers(assignment: ArrayLike<number>, clusterCount: number): number[][] {
  const members: number[][] = Array.from({ length: clusterCount }, () => []);
  for (let i = 0; i < assignment.length; i++) members[assignment[i] as number]?.push(i);
  return members;
}

/**
 * log(w_k / |S_k|) of every sample: its cluster's weight shared among the members.
 * -Infinity for samples of clusters without a distance, so that they come last.
 */
export function sampleLogScores(
  assignment: ArrayLike<number>,
  distances: readonly (number | null)[],
): Float64Array {
  const logWeights = softmaxLogWeights(distances);
  const sizes = clusterSizes(assignment, distances.length);
  return Float64Array.from(assignment, (cluster) => {
    const logWeight = logWeights[cluster] ?? null;
    return logWeight === null ? -Infinity : logWeight - Math.log(sizes[cluster] as number);
  });
}
