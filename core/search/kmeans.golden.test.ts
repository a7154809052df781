/** k-means and size-constrained k-means against the reference data. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readNpz } from '../formats/npz.ts';
import { goldensFolder, reportGolden } from '../goldens.ts';
import { npzMatrix } from '../linalg/npz-matrix.ts';
import { balancedLloyd } from './balanced-kmeans.ts';
import { clusterSizes } from './cluster-scores.ts';
import { kMeans, lloyd } from './kmeans.ts';
import { clusterInertia } from './squared-distances.ts';

interface PlainExpectation {
  readonly k: number;
  readonly inertia: number;
  readonly cluster_sizes: readonly number[];
  readonly plain_lloyd: { readonly inertia: number; readonly an_empty_cluster_occurred: boolean };
  readonly best_of_10_kmeanspp_inertia: number;
}
interface BalancedExpectation {
  readonly size_min: number;
  readonly size_max: number;
  readonly optimal_cost: number;
  readonly alternating_final_cost: number;
}

const folder = goldensFolder('kmeans');
const { balanced, ...plain } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as {
  readonly balanced: Readonly<Record<string, BalancedExpectation>>;
} & Readonly<Record<string, PlainExpectation>>;
const data = readNpz(new Uint8Array(readFileSync(join(folder, 'data.npz'))));
let caseCount = 0;
let worstError = 0;

/** Inertias are sums of squares: the reference asks for 1e-6 relative, and rounding leaves 1e-28 where the exact value is 0. */
function expectInertia(actual: number, wanted: number): void {
  worstError = Math.max(worstError, Math.abs(actual - wanted));
  expect(Math.abs(actual - wanted)).toBeLessThanOrEqual(1e-6 * wanted + 1e-20);
}

afterAll(() => {
  reportGolden('kmeans', caseCount, worstError);
});

const meetsEmptyCluster = ([, wanted]: readonly [string, PlainExpectation]) =>
  wanted.plain_lloyd.an_empty_cluster_occurred;
const plainCases = Object.entries(plain);

describe('k-means from given centres', () => {
  it.each(plainCases.filter((each) => !meetsEmptyCluster(each)))(
    'agrees with scikit-learn on %s',
    async (name, wanted) => {
      caseCount++;
      const result = await lloyd(npzMatrix(data, `${name}__X`), npzMatrix(data, `${name}__init`));
      expect(result.converged).toBe(true);
      expect(Array.from(result.labels)).toEqual(Array.from(npzMatrix(data, `${name}__labels`).data));
      expect(Array.from(clusterSizes(result.labels, wanted.k))).toEqual(wanted.cluster_sizes);
      expectInertia(result.inertia, wanted.inertia);
    },
  );

  it.each(plainCases.filter(meetsEmptyCluster))(
    'is no worse than keeping empty clusters on %s',
    async (name, wanted) => {
      caseCount++;
      const result = await lloyd(npzMatrix(data, `${name}__X`), npzMatrix(data, `${name}__init`));
      expect(result.converged).toBe(true);
      expect(result.inertia).toBeLessThanOrEqual(wanted.plain_lloyd.inertia * (1 + 1e-12) + 1e-20);
    },
  );
});

describe('k-means++ with ten restarts reaches the reference within 2 %', () => {
  it.each(plainCases)('%s', async (name, wanted) => {
    caseCount++;
    const features = npzMatrix(data, `${name}__X`);
    const { inertia } = await kMeans(features, { clusterCount: wanted.k, seed: 1, restarts: 10 });
    expect(inertia).toBeLessThanOrEqual(1.02 * wanted.best_of_10_kmeanspp_inertia + 1e-20);
  });
});

describe('clusters of bounded size', () => {
  it.each(Object.entries(balanced))('%s', async (name, wanted) => {
    caseCount++;
    const features = npzMatrix(data, `${name}__X`);
    const centers = npzMatrix(data, `${name}__centers`);
    const sizes = { least: wanted.size_min, greatest: wanted.size_max };
    const once = await balancedLloyd(features, centers, sizes, { maxIterations: 1 });
    expectInertia(clusterInertia(features, centers, once.labels), wanted.optimal_cost);
    const result = await balancedLloyd(features, centers, sizes);
    expectInertia(result.inertia, wanted.alternating_final_cost);
    for (const { labels } of [once, result]) {
      for (const size of clusterSizes(labels, centers.rows)) {
        expect(size).toBeGreaterThanOrEqual(wanted.size_min);
        expect(size).toBeLessThanOrEqual(wanted.size_max);
      }
    }
  });
});
