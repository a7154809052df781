/** SnP's own strategy: grow a union of clusters in order of distance, keep the best prefix, draw N from it. */
import { createRandom } from '../../random.ts';
import { clusterMembers, rankClusters } from '../cluster-scores.ts';
import { drawFrom } from './random.ts';
import type { Selection, SelectionProblem } from './selection.ts';

export interface AggressiveOptions {
  /** Fréchet distance of a set of pool samples to the target; null where it has none. */
  readonly distanceOf: (indices: ArrayLike<number>) => number | null;
  /** Unions above this many samples are measured on a random draw of this many: SnP takes the target's count. Infinity measures whole unions. */
  readonly sampleLimit: number;
  /** Awaited before every union. */
  readonly yieldNow: () => Promise<void>;
}

/**
 * Joins clusters by ascending distance and keeps the prefix whose union has the lowest distance to the target; ties keep the
 * shorter one. The N samples are drawn uniformly from that union.
 * As in SnP, a large union is subsampled to the target's count before it is measured (the distance falls with the number of
 * samples, whatever they are) and the target's statistics stay those of the whole group. Unlike SnP, a prefix of fewer than N
 * samples cannot win, because N could not be drawn from it.
 * Where the clusters with a distance hold fewer than N samples in all, the lone samples of the others join at the end.
 */
export async function selectAggressive(
  problem: SelectionProblem,
  options: AggressiveOptions,
): Promise<Selection> {
  const { assignment, clusterDistances, selectionSize, seed } = problem;
  const random = createRandom(seed, 'aggressive');
  const members = clusterMembers(assignment, clusterDistances.length);
  const order = rankClusters(clusterDistances);
  const unionDistances: (number | null)[] = [];
  const union: number[] = [];
  let best = Infinity;
  let bestUnion: readonly number[] = [];
  let length = 0;
  for (const cluster of order) {
    await options.yieldNow();
    union.push(...(members[cluster] as number[]));
    const measured =
      union.length > options.sampleLimit ? drawFrom(union, options.sampleLimit, random) : union;
    const distance = options.distanceOf(measured);
    unionDistances.push(distance);
    if (distance !== null && distance < best && union.length >= selectionSize) {
      best = distance;
      bestUnion = union.slice();
      length = unionDistances.length;
    }
  }
  if (length === 0) {
    bestUnion = Array.from(assignment, (_, index) => index);
    length = order.length;
  }
  return {
    indices: drawFrom(bestUnion, selectionSize, random),
    prefix: { order, unionDistances, length },
  };
}
