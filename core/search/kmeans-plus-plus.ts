/** Start centres of k-means, spread by the D² rule. */
import { gatherRows, type MatMul, type Matrix, squaredRowNorms } from '../linalg/matrix.ts';
import type { Random } from '../random.ts';
import type { Report } from '../tasks.ts';
import { squaredDistances } from './squared-distances.ts';

/** The first index whose cumulative weight exceeds `threshold`; the last index with weight when rounding runs past the end. */
function indexAtWeight(weights: Float64Array, threshold: number): number {
  let sum = 0;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] as number;
    if (weight === 0) continue;
    last = i;
    sum += weight;
    if (sum > threshold) return i;
  }
  return last;
}

/**
 * Indices of `count` samples as start centres: each next one is drawn with probability proportional to the squared distance
 * to the nearest chosen one; of 2 + ln(count) candidates the one that lowers the sum most is kept (greedy k-means++).
 * Where fewer distinct samples exist than centres, the rest are drawn uniformly and so repeat.
 * Source: Arthur and Vassilvitskii, "k-means++", SODA 2007, with the greedy trials of its section 7.
 */
export async function chooseSeedSamples(
  features: Matrix,
  count: number,
  random: Random,
  matMul: MatMul,
  yieldNow: () => Promise<void>,
  report?: Report,
): Promise<Int32Array> {
  const n = features.rows;
  const norms = squaredRowNorms(features);
  const trialCount = 2 + Math.floor(Math.log(count));
  const chosen = new Int32Array(count);
  chosen[0] = random.integer(n);
  const distancesTo = (samples: ArrayLike<number>) =>
    squaredDistances(features, norms, gatherRows(features, samples), matMul, yieldNow);
  let nearest = await distancesTo(chosen.subarray(0, 1));
  let sum = nearest.reduce((total, x) => total + x, 0);
  for (let c = 1; c < count; c++) {
    report?.({ phase: 'choosing start centres', done: c, total: count, unit: 'centres' });
    if (sum === 0) {
      chosen[c] = random.integer(n);
      continue;
    }
    const trials = Array.from({ length: trialCount }, () => indexAtWeight(nearest, random.uniform() * sum));
    const distances = await distancesTo(trials);
    let best = Infinity;
    let bestNearest = nearest;
    for (let t = 0; t < trialCount; t++) {
      const candidate = nearest.map((old, i) => Math.min(old, distances[i * trialCount + t] as number));
      const candidateSum = candidate.reduce((total, x) => total + x, 0);
      if (candidateSum < best) {
        best = candidateSum;
        bestNearest = candidate;
        chosen[c] = trials[t] as number;
      }
    }
    nearest = bestNearest;
    sum = best;
  }
  return chosen;
}
