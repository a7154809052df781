import { describe, expect, it } from 'vitest';
import { gatherRows, type Matrix } from '../../core/linalg/matrix.ts';
import { createRandom } from '../../core/random.ts';
import { frechetDistance } from '../../core/search/frechet.ts';
import type { Progress } from '../../core/tasks.ts';
import type { SearchSpec } from '../api/analysis.ts';
import { runSearch } from './run-search.ts';

const FEATURES = 6;
const POOL = 120;
const TARGET = 20;
/** Three blobs; the target lies on the second one. */
function vectorOf(index: number): Float32Array {
  const random = createRandom(index, 'vector');
  const blob = index < POOL ? index % 3 : 1;
  return Float32Array.from({ length: FEATURES }, (_, j) => random.normal() + (j === blob ? 8 : 0));
}
const pool = Array.from({ length: POOL }, (_, i) => `p${i}`);
const target = Array.from({ length: TARGET }, (_, i) => `t${i}`);
const indexOf = (id: string) => Number(id.slice(1)) + (id.startsWith('t') ? POOL : 0);
const readFeatures = (_set: string, ids: readonly string[]) => {
  const data = new Float32Array(ids.length * FEATURES);
  ids.forEach((id, i) => data.set(vectorOf(indexOf(id)), i * FEATURES));
  return Promise.resolve({ data, featureCount: FEATURES });
};

const spec: SearchSpec = {
  featureSetId: 'set',
  pool,
  target,
  clustering: 'k-means',
  clusterCount: 3,
  selectionSize: 25,
  strategy: 'greedy',
  seed: 1,
  drawCount: 15,
};
const { signal } = new AbortController();
const search = (change: Partial<SearchSpec> = {}) =>
  runSearch({ ...spec, ...change }, readFeatures, signal, () => {});

describe('runSearch', () => {
  it('selects from the blob of the target and lies below every random draw', async () => {
    const result = await search();
    expect(result.selected.every((id) => indexOf(id) % 3 === 1)).toBe(true);
    expect(result.selectionDistance).toBeLessThan(Math.min(...result.drawDistances));
    expect(result.drawComparison).toMatchObject({ drawCount: 15, belowFrac: 0 });
    expect(result.clusters.map((cluster) => cluster.size)).toEqual([40, 40, 40]);
    expect(result.clusters.reduce((sum, cluster) => sum + cluster.selectedCount, 0)).toBe(25);
    expect(result.prefix).toBeNull();
    expect([result.map.pool.length, result.map.target.length]).toEqual([2 * POOL, 2 * TARGET]);
  });

  it('reports the distance of exactly the samples that it lists', async () => {
    const result = await search({ strategy: 'random' });
    const matrix = async (ids: readonly string[]): Promise<Matrix> => {
      const { data } = await readFeatures('set', ids);
      return { data, rows: ids.length, columns: FEATURES };
    };
    const alone = await frechetDistance(await matrix(result.selected), await matrix(target));
    expect(result.selectionDistance).toBeCloseTo(Number(alone.distance), 10);
    const members = pool.map((_, i) => i).filter((i) => result.assignment[i] === 0);
    const cluster = await frechetDistance(gatherRows(await matrix(pool), members), await matrix(target));
    expect(result.clusters[0]?.distance).toBeCloseTo(Number(cluster.distance), 10);
  });

  it.each(['greedy', 'weighted', 'random', 'aggressive'] as const)(
    '%s selects N different pool samples, the same again for a seed',
    async (strategy) => {
      const result = await search({ strategy, clustering: 'balanced-k-means', clusterCount: 7 });
      expect(new Set(result.selected).size).toBe(25);
      expect(result.selected.every((id) => pool.includes(id))).toBe(true);
      const again = await search({ strategy, clustering: 'balanced-k-means', clusterCount: 7 });
      expect({ ...again, elapsedMs: 0 }).toEqual({ ...result, elapsedMs: 0 });
      expect(result.prefix === null).toBe(strategy !== 'aggressive');
    },
  );

  it('warns where a distance has too few samples, a weight collapses or a cluster has one member', async () => {
    const codes = async (change: Partial<SearchSpec>) => (await search(change)).warnings.map((w) => w.code);
    expect(await codes({})).toEqual([]);
    expect(await codes({ selectionSize: FEATURES })).toEqual(['selection-below-feature-count']);
    expect(await codes({ target: target.slice(0, 4) })).toEqual(['target-below-feature-count']);
    expect(await codes({ strategy: 'weighted' })).toEqual(['weight-on-one-cluster']);
    const lonely = await search({ clusterCount: POOL, pool, selectionSize: 20 });
    expect(lonely.warnings.map((w) => w.code)).toEqual([
      'clusters-without-distance',
      'unscored-samples-selected',
    ]);
    expect(lonely.warnings[0]?.count).toBe(POOL);
  });

  it.each([
    [{ target: ['t1'] }, 'search/target-too-small'],
    [{ selectionSize: POOL + 1 }, 'search/pool-too-small'],
    [{ clusterCount: POOL + 1 }, 'search/pool-too-small'],
    [{ selectionSize: 1 }, 'search/bad-settings'],
    [{ clusterCount: 2.5 }, 'search/bad-settings'],
    [{ drawCount: -1 }, 'search/bad-settings'],
    [{ pool: [...pool, 'p0'] }, 'search/bad-settings'],
  ] as const)('refuses %j with %s', async (change, code) => {
    await expect(search(change)).rejects.toMatchObject({ code });
  });

  it('says when features are missing', async () => {
    const reader = () => Promise.resolve({ data: new Float32Array(5), featureCount: FEATURES });
    await expect(runSearch(spec, reader, signal, () => {})).rejects.toMatchObject({
      code: 'search/features-missing',
    });
  });

  it('reports progress within its total, stops when cancelled, and runs again afterwards', async () => {
    const seen: Progress[] = [];
    const controller = new AbortController();
    const run = runSearch(spec, readFeatures, controller.signal, (progress) => {
      seen.push(progress);
      if (progress.phase === 'drawing at random') controller.abort();
    });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen.every(({ done, total }) => done >= 0 && done <= total)).toBe(true);
    expect(seen.filter(({ phase }) => phase === 'drawing at random').length).toBe(1);
    expect((await search()).selected.length).toBe(25);
  });
});
