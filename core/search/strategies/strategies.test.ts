import { describe, expect, it } from 'vitest';
import { selectAggressive } from './aggressive.ts';
import { selectGreedy } from './greedy.ts';
import { drawFrom, selectRandom } from './random.ts';
import type { SelectionProblem } from './selection.ts';
import { selectWeighted } from './weighted.ts';

const none = () => Promise.resolve();
const problem: SelectionProblem = {
  assignment: [0, 1, 2, 0, 1, 2],
  clusterDistances: [12000.5, 9000.25, 9000.75],
  selectionSize: 3,
  seed: 5,
};

describe('greedy', () => {
  it('ranks clusters whose weights underflow in float64, ties by index', () => {
    expect(Array.from(selectGreedy(problem).indices)).toEqual([1, 4, 2]);
    expect(Array.from(selectGreedy({ ...problem, selectionSize: 6 }).indices)).toEqual([1, 4, 2, 5, 0, 3]);
  });

  it('shares a cluster weight among its members', () => {
    // Equal distances: the members of the smaller cluster score higher.
    const { indices } = selectGreedy({
      ...problem,
      assignment: [0, 0, 0, 1],
      clusterDistances: [2, 2],
      selectionSize: 1,
    });
    expect(Array.from(indices)).toEqual([3]);
  });

  it('takes samples of clusters without a distance last', () => {
    const { indices } = selectGreedy({ ...problem, clusterDistances: [null, 5, 4], selectionSize: 6 });
    expect(Array.from(indices)).toEqual([2, 5, 1, 4, 0, 3]);
  });
});

describe('weighted', () => {
  it('draws without replacement with the softmax probabilities', () => {
    // Weights 1/2, 1/4, 1/4 over three clusters of one and two samples.
    const distances = [0, Math.LN2, Math.LN2];
    const assignment = [0, 1, 2];
    const first = [0, 0, 0];
    const pairs = new Map<string, number>();
    const draws = 20_000;
    for (let seed = 0; seed < draws; seed++) {
      const { indices } = selectWeighted({
        assignment,
        clusterDistances: distances,
        selectionSize: 2,
        seed,
      });
      const [a, b] = indices as unknown as [number, number];
      first[a] = (first[a] ?? 0) + 1;
      pairs.set(`${a},${b}`, (pairs.get(`${a},${b}`) ?? 0) + 1);
    }
    // Four standard errors of a share of one half.
    const tolerance = 4 * Math.sqrt(0.25 / draws);
    expect(Math.abs((first[0] as number) / draws - 0.5)).toBeLessThan(tolerance);
    expect(Math.abs((first[1] as number) / draws - 0.25)).toBeLessThan(tolerance);
    // First 1 (1/4), then 0 with 1/2 of the remaining 3/4.
    expect(Math.abs((pairs.get('1,0') ?? 0) / draws - 0.25 * (2 / 3))).toBeLessThan(tolerance);
  });

  it('keeps the ratio of weights far below the smallest float64', () => {
    const counts = [0, 0];
    for (let seed = 0; seed < 2000; seed++) {
      const { indices } = selectWeighted({ ...problem, clusterDistances: [12000, 10000, 9000], seed });
      // Cluster 2 (samples 2 and 5) always wins; the third place goes to cluster 1, e^2000 times likelier than cluster 0.
      const third = problem.assignment[indices[2] as number] as number;
      counts[third] = (counts[third] ?? 0) + 1;
    }
    expect(counts).toEqual([0, 2000]);
  });
});

describe('random', () => {
  it('draws each sample equally often, without duplicates, the same for a seed', () => {
    const counts = new Int32Array(6);
    for (let seed = 0; seed < 6000; seed++) {
      const { indices } = selectRandom({ ...problem, seed });
      expect(new Set(indices).size).toBe(3);
      for (const index of indices) counts[index] = (counts[index] as number) + 1;
    }
    // Each count is binomial with mean 3000 and standard deviation 39.
    for (const count of counts) expect(Math.abs(count - 3000)).toBeLessThan(4 * 39);
    expect(selectRandom(problem)).toEqual(selectRandom(problem));
  });
});

describe('aggressive', () => {
  /** Distance by the number of members, so that the best union is known. */
  const byCount = (best: number) => (indices: ArrayLike<number>) => Math.abs(indices.length - best);
  const options = { sampleLimit: Infinity, yieldNow: none };

  it('keeps the prefix with the lowest distance and draws from it only', async () => {
    const selection = await selectAggressive(problem, { ...options, distanceOf: byCount(4) });
    expect(selection.prefix).toEqual({ order: [1, 2, 0], unionDistances: [2, 0, 2], length: 2 });
    expect(selection.indices.every((index) => [1, 4, 2, 5].includes(index))).toBe(true);
    expect(new Set(selection.indices).size).toBe(3);
  });

  it('never keeps a prefix with fewer samples than are to be selected', async () => {
    const selection = await selectAggressive(
      { ...problem, selectionSize: 5 },
      { ...options, distanceOf: byCount(2) },
    );
    expect(selection.prefix?.length).toBe(3);
    expect(selection.indices.length).toBe(5);
  });

  it('measures large unions on as many samples as the target has', async () => {
    const seen: number[] = [];
    await selectAggressive(problem, {
      ...options,
      sampleLimit: 3,
      distanceOf: (indices) => seen.push(indices.length),
    });
    expect(seen).toEqual([2, 3, 3]);
  });

  it('falls back on the whole pool when the measured clusters are too small', async () => {
    const selection = await selectAggressive(
      { ...problem, clusterDistances: [null, 1, null], selectionSize: 4 },
      { ...options, distanceOf: byCount(1) },
    );
    expect(selection.indices.length).toBe(4);
    expect(selection.prefix?.order).toEqual([1]);
  });
});

it('a draw takes items, not positions', () => {
  const random = {
    uniform: () => 0,
    integer: () => 0,
    normal: () => 0,
    state: () => [0, 0, 0, 0] as [number, number, number, number],
  };
  expect(new Set(drawFrom([7, 9], 2, random))).toEqual(new Set([7, 9]));
});
