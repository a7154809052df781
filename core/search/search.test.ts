import { describe, expect, it } from 'vitest';
import { gatherRows, javaScriptMatMul, type Matrix } from '../linalg/matrix.ts';
import { createRandom } from '../random.ts';
import { describeDifference } from '../testing.ts';
import { assignWithSizes, equalSizes } from './balanced-assignment.ts';
import { balancedKMeans } from './balanced-kmeans.ts';
import { clusterSizes, rankClusters, sampleLogScores, softmaxLogWeights } from './cluster-scores.ts';
import { diversity } from './diversity.ts';
import { compareWithDraws } from './draw-comparison.ts';
import { frechetDistance, preparePool, prepareTarget, subsetDistance } from './frechet.ts';
import { kernelInceptionDistance } from './kernel-mmd.ts';
import { kMeans } from './kmeans.ts';
import { NearestCenters } from './nearest-centers.ts';
import { squaredDistance } from './squared-distances.ts';

const none = () => Promise.resolve();

function normals(rows: number, columns: number, seed: number, shift = 0): Matrix {
  const random = createRandom(seed);
  return {
    data: Float32Array.from({ length: rows * columns }, () => random.normal() + shift),
    rows,
    columns,
  };
}

describe('Fréchet distance', () => {
  it('of one feature is (mean difference)^2 + (sd difference)^2', async () => {
    const x = { data: Float32Array.of(0, 2, 4), rows: 3, columns: 1 }; // mean 2, sd 2
    const y = { data: Float32Array.of(9, 10, 11), rows: 3, columns: 1 }; // mean 10, sd 1
    expect((await frechetDistance(x, y)).distance).toBeCloseTo(64 + 1, 12);
  });

  it('is the same from both sides, whichever of samples and features is smallest', async () => {
    for (const [n, m, d] of [
      [5, 9, 20],
      [40, 9, 20],
      [40, 30, 6],
      [4, 30, 6],
    ] as const) {
      const x = normals(n, d, 1);
      const y = normals(m, d, 2, 0.5);
      const forward = (await frechetDistance(x, y)).distance;
      const backward = (await frechetDistance(y, x)).distance;
      expect(forward).toBeGreaterThan(0);
      expect(Math.abs(Number(forward) - Number(backward))).toBeLessThan(1e-11 * Number(forward));
    }
  });

  it('of a subset equals that of its rows alone, and survives a large common shift', async () => {
    const pool = normals(30, 8, 3, 1000);
    const target = normals(12, 8, 4, 1000);
    const subset = [4, 9, 1, 22, 17];
    const prepared = await preparePool(pool, prepareTarget(target));
    const alone = await frechetDistance(gatherRows(pool, subset), target);
    const { distance } = subsetDistance(prepared, subset);
    expect(Math.abs(Number(distance) / Number(alone.distance) - 1)).toBeLessThan(1e-11);
  });

  it('has a reason instead of a number for a single sample, and refuses a target of one', async () => {
    const target = normals(5, 3, 1);
    expect(await frechetDistance(normals(1, 3, 2), target)).toEqual({
      distance: null,
      reason: 'fewer-than-two-samples',
    });
    expect(() => prepareTarget(normals(1, 3, 2))).toThrow(
      expect.objectContaining({ code: 'search/target-too-small' }),
    );
  });

  it('refuses features that are not finite', async () => {
    const bad = { data: Float32Array.of(1, NaN, 2, 3), rows: 2, columns: 2 };
    await expect(frechetDistance(bad, normals(3, 2, 1))).rejects.toMatchObject({ code: 'linalg/non-finite' });
    expect(() => prepareTarget(bad)).toThrow(expect.objectContaining({ code: 'linalg/non-finite' }));
  });

  it('stops when cancelled', async () => {
    const signal = AbortSignal.abort();
    await expect(
      preparePool(normals(9, 3, 1), prepareTarget(normals(4, 3, 2)), undefined, signal),
    ).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });
});

it('the unbiased kernel distance of two hand-made sets is right and may be negative', async () => {
  const x = { data: Float32Array.of(0, 1), rows: 2, columns: 1 };
  const y = { data: Float32Array.of(0, 2), rows: 2, columns: 1 };
  // Within pairs k(0,1) = 1 and k(0,2) = 1; across (1 + 1 + 1 + 27) / 4 = 7.5.
  expect(await kernelInceptionDistance(x, y)).toBe(1 + 1 - 2 * 7.5);
  expect(await kernelInceptionDistance(x, { data: Float32Array.of(1), rows: 1, columns: 1 })).toBeNull();
});

it('diversity is 0 for parallel rows, 2 for opposite ones and null where a row is constant', () => {
  const rows = (...data: number[]) => ({ data: Float32Array.from(data), rows: 2, columns: 3 });
  expect(diversity(rows(1, 2, 3, 2, 4, 6))).toBeCloseTo(0, 12);
  expect(diversity(rows(1, 2, 3, 3, 2, 1))).toBeCloseTo(2, 12);
  expect(diversity(rows(1, 2, 3, 5, 5, 5))).toBeNull();
});

describe('cluster scores', () => {
  it('leaves clusters without a distance out of the weights and last in the scores', () => {
    const distances = [3, null, 1];
    const weights = softmaxLogWeights(distances);
    expect(weights[1]).toBeNull();
    expect(Math.exp(Number(weights[0])) + Math.exp(Number(weights[2]))).toBeCloseTo(1, 14);
    expect(rankClusters(distances)).toEqual([2, 0]);
    const scores = sampleLogScores([0, 1, 2, 2], distances);
    expect(scores[1]).toBe(-Infinity);
    expect(scores[2]).toBeCloseTo(Number(weights[2]) - Math.log(2), 14);
  });

  it('has no weights when no cluster has a distance', () => {
    expect(softmaxLogWeights([null, null])).toEqual([null, null]);
  });
});

it('a value is placed among its draws', () => {
  expect(compareWithDraws(2, [1, 2, 3, 4])).toEqual({
    drawCount: 4,
    mean: 2.5,
    sd: Math.sqrt(5 / 3),
    belowFrac: 1.5 / 4,
    zScore: -0.5 / Math.sqrt(5 / 3),
  });
  expect(compareWithDraws(2, [])).toBeNull();
  expect(compareWithDraws(2, [3, 3])?.zScore).toBeNull();
});

describe('k-means', () => {
  const features = normals(120, 4, 6);

  it('is deterministic for a seed and no worse with more restarts', async () => {
    const once = await kMeans(features, { clusterCount: 6, seed: 3 });
    const again = await kMeans(features, { clusterCount: 6, seed: 3 });
    const more = await kMeans(features, { clusterCount: 6, seed: 3, restarts: 5 });
    expect(again).toEqual(once);
    expect(more.inertia).toBeLessThanOrEqual(once.inertia);
    expect(Array.from(clusterSizes(once.labels, 6)).every((size) => size > 0)).toBe(true);
  });

  it('separates well separated blobs and survives one cluster and as many clusters as samples', async () => {
    const blobs = Float32Array.from({ length: 30 }, (_, i) => Math.floor(i / 10) * 100 + (i % 10) * 0.1);
    const matrix = { data: blobs, rows: 30, columns: 1 };
    const { labels } = await kMeans(matrix, { clusterCount: 3, seed: 1 });
    for (let i = 0; i < 30; i++) expect(labels[i]).toBe(labels[Math.floor(i / 10) * 10]);
    expect(new Set(labels).size).toBe(3);
    expect((await kMeans(matrix, { clusterCount: 30, seed: 1 })).inertia).toBe(0);
    expect(new Set((await kMeans(matrix, { clusterCount: 1, seed: 1 })).labels).size).toBe(1);
  });

  it('says when the iteration limit ended it', async () => {
    const { converged, iterations } = await kMeans(features, { clusterCount: 6, seed: 3, maxIterations: 1 });
    expect([converged, iterations]).toEqual([false, 1]);
  });

  it('refuses more clusters than samples and stops when cancelled', async () => {
    await expect(kMeans(features, { clusterCount: 121, seed: 1 })).rejects.toMatchObject({
      code: 'search/pool-too-small',
    });
    await expect(kMeans(features, { clusterCount: 0, seed: 1 })).rejects.toMatchObject({
      code: 'search/bad-settings',
    });
    await expect(
      kMeans(features, { clusterCount: 3, seed: 1, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });
});

it('bounded distances give the labels of computing all, while centres move near and far', async () => {
  const features = normals(300, 3, 12);
  const nearest = new NearestCenters(features, javaScriptMatMul, none);
  const random = createRandom(13);
  let centers = gatherRows(
    features,
    Array.from({ length: 15 }, (_, i) => i),
  );
  for (let step = 0; step < 40; step++) {
    const labels = await nearest.assign(centers);
    const wanted = Array.from(labels, (_, i) => {
      const distances = Array.from({ length: 15 }, (_unused, j) => squaredDistance(features, i, centers, j));
      return distances.indexOf(Math.min(...distances));
    });
    expect(Array.from(labels)).toEqual(wanted);
    // Mostly small steps, as in k-means, and sometimes one that makes the bounds useless.
    const size = step % 10 === 9 ? 2 : 0.02;
    centers = { ...centers, data: Float64Array.from(centers.data, (x) => x + size * random.normal()) };
  }
});

/** The least cost over every assignment within the sizes, by enumeration. */
function leastCost(costs: Float64Array, n: number, k: number, least: number, greatest: number): number {
  const sizes = new Int32Array(k);
  let best = Infinity;
  const assign = (sample: number, cost: number): void => {
    if (sample === n) {
      if (sizes.every((size) => size >= least)) best = Math.min(best, cost);
      return;
    }
    for (let cluster = 0; cluster < k; cluster++) {
      if ((sizes[cluster] as number) === greatest) continue;
      sizes[cluster] = (sizes[cluster] as number) + 1;
      assign(sample + 1, cost + (costs[sample * k + cluster] as number));
      sizes[cluster] = (sizes[cluster] as number) - 1;
    }
  };
  assign(0, 0);
  return best;
}

describe('assignment with sizes', () => {
  it.each([
    [8, 3, 2, 3],
    [8, 3, 1, 6],
    [9, 3, 3, 3],
    [7, 4, 0, 2],
    [7, 2, 3, 7],
    [6, 3, 0, 6],
  ])('is optimal for %i samples, %i clusters of %i to %i', async (n, k, least, greatest) => {
    for (let seed = 0; seed < 25; seed++) {
      const random = createRandom(seed, 'costs');
      // A third of the costs are whole numbers, so that ties occur.
      const costs = Float64Array.from({ length: n * k }, () =>
        seed % 3 === 0 ? random.integer(4) : 100 * random.uniform(),
      );
      const labels = await assignWithSizes(costs, k, { least, greatest }, none);
      const cost = labels.reduce((sum, label, i) => sum + (costs[i * k + label] as number), 0);
      expect(cost).toBeCloseTo(leastCost(costs, n, k, least, greatest), 9);
      for (const size of clusterSizes(labels, k)) {
        expect(size).toBeGreaterThanOrEqual(least);
        expect(size).toBeLessThanOrEqual(greatest);
      }
    }
  });

  it('refuses sizes that cannot add up', async () => {
    const costs = new Float64Array(6);
    await expect(assignWithSizes(costs, 2, { least: 2, greatest: 3 }, none)).rejects.toMatchObject({
      code: 'search/bad-settings',
    });
  });

  it('balanced clusters differ in size by at most one', async () => {
    expect(equalSizes(50, 6)).toEqual({ least: 8, greatest: 9 });
    expect(equalSizes(48, 6)).toEqual({ least: 8, greatest: 8 });
    const { labels, converged } = await balancedKMeans(normals(50, 3, 9), { clusterCount: 6, seed: 1 });
    expect(converged).toBe(true);
    const sizes = clusterSizes(labels, 6).toSorted();
    expect(Array.from(sizes)).toEqual([8, 8, 8, 8, 9, 9]);
  });
});

it('closeness fails on a difference, so the tests above can fail', () => {
  expect(describeDifference([1], [1 + 1e-6], { abs: 0, rel: 1e-9 })).toBeDefined();
});
