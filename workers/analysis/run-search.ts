/**
 * The training-set search end to end: cluster the pool, measure every cluster's distance to the target, select, and compare
 * with random draws. Attribute-blind: it sees ids and features only. The mathematics is in core/search.
 */
import { invariant } from '../../core/errors.ts';
import { gatherRows, rowBlock } from '../../core/linalg/matrix.ts';
import { mapToPlane, principalComponents } from '../../core/linalg/principal-components.ts';
import { createRandom } from '../../core/random.ts';
import { balancedKMeans } from '../../core/search/balanced-kmeans.ts';
import { clusterMembers, softmaxLogWeights } from '../../core/search/cluster-scores.ts';
import { diversity } from '../../core/search/diversity.ts';
import { compareWithDraws } from '../../core/search/draw-comparison.ts';
import { type PreparedPool, preparePool, prepareTarget, subsetDistance } from '../../core/search/frechet.ts';
import { kernelInceptionDistance } from '../../core/search/kernel-mmd.ts';
import { kMeans } from '../../core/search/kmeans.ts';
import { selectAggressive } from '../../core/search/strategies/aggressive.ts';
import { selectGreedy } from '../../core/search/strategies/greedy.ts';
import { drawFrom, selectRandom } from '../../core/search/strategies/random.ts';
import type { Selection, SelectionProblem } from '../../core/search/strategies/selection.ts';
import { selectWeighted } from '../../core/search/strategies/weighted.ts';
import { createYielder, type Report } from '../../core/tasks.ts';
import type { ClusterSummary, SearchResult, SearchSpec, Strategy } from '../api/analysis.ts';
import { type ReadFeatures, readFeatureMatrix } from './feature-reader.ts';
import { checkSearchSettings } from './search-settings.ts';
import { searchWarnings } from './search-warnings.ts';

type YieldNow = () => Promise<void>;

type Select = (
  problem: SelectionProblem,
  pool: PreparedPool,
  yieldNow: YieldNow,
) => Selection | Promise<Selection>;

const STRATEGIES: Readonly<Record<Strategy, Select>> = {
  greedy: selectGreedy,
  weighted: selectWeighted,
  random: selectRandom,
  aggressive: (problem, pool, yieldNow) =>
    selectAggressive(problem, {
      distanceOf: (indices) => subsetDistance(pool, indices).distance,
      sampleLimit: pool.target.count,
      yieldNow,
    }),
};

/** Distance of a set that is known to have two members or more. */
function definedDistance(pool: PreparedPool, indices: ArrayLike<number>): number {
  const { distance } = subsetDistance(pool, indices);
  invariant(distance !== null, 'a set of two or more samples has a distance');
  return distance;
}

function summarizeClusters(
  members: readonly (readonly number[])[],
  distances: readonly (number | null)[],
  assignment: Int32Array,
  selected: Int32Array,
): ClusterSummary[] {
  const logWeights = softmaxLogWeights(distances);
  const selectedCounts = new Int32Array(members.length);
  for (const sample of selected) {
    const cluster = assignment[sample] as number;
    selectedCounts[cluster] = (selectedCounts[cluster] as number) + 1;
  }
  return members.map((list, index) => ({
    index,
    size: list.length,
    distance: distances[index] ?? null,
    logWeight: logWeights[index] ?? null,
    selectedCount: selectedCounts[index] as number,
  }));
}

/**
 * Runs a search. Deterministic: the same features, spec and version give the same result on any machine.
 * Errors: `search/*`, `linalg/*`; the signal's reason.
 */
export async function runSearch(
  spec: SearchSpec,
  readFeatures: ReadFeatures,
  signal: AbortSignal,
  report: Report,
): Promise<SearchResult> {
  const startedMs = performance.now();
  checkSearchSettings(spec);
  const { pool: poolIds, target: targetIds, clusterCount, selectionSize, seed, drawCount } = spec;
  const n = poolIds.length;
  const yieldNow = createYielder(signal);
  const inPhase = (phase: string, total: number, unit: string) => (done: number) =>
    report({ phase, done, total, unit });

  inPhase('reading features', n + targetIds.length, 'samples')(0);
  const all = await readFeatureMatrix(readFeatures, spec.featureSetId, [...poolIds, ...targetIds]);
  const features = rowBlock(all, 0, n);
  const targetFeatures = rowBlock(all, n, targetIds.length);
  const onRows = inPhase('comparing with the target', n, 'samples');
  const pool = await preparePool(features, prepareTarget(targetFeatures), undefined, signal, onRows);

  const cluster = spec.clustering === 'k-means' ? kMeans : balancedKMeans;
  const clustering = await cluster(features, { clusterCount, seed, signal, report });
  const assignment = clustering.labels;
  const members = clusterMembers(assignment, clusterCount);
  const distances: (number | null)[] = [];
  const onCluster = inPhase('measuring clusters', clusterCount, 'clusters');
  for (const list of members) {
    await yieldNow();
    distances.push(subsetDistance(pool, list).distance);
    onCluster(distances.length);
  }

  inPhase('selecting', 1, 'selections')(0);
  const problem = { assignment, clusterDistances: distances, selectionSize, seed };
  const selection = await STRATEGIES[spec.strategy](problem, pool, yieldNow);
  const selectionDistance = definedDistance(pool, selection.indices);

  const everyone = Int32Array.from({ length: n }, (_, i) => i);
  const random = createRandom(seed, 'comparison-draws');
  const drawDistances: number[] = [];
  const onDraw = inPhase('drawing at random', drawCount, 'draws');
  for (let draw = 0; draw < drawCount; draw++) {
    await yieldNow();
    drawDistances.push(definedDistance(pool, drawFrom(everyone, selectionSize, random)));
    onDraw(draw + 1);
  }

  inPhase('mapping', 1, 'maps')(0);
  await yieldNow();
  const selectedFeatures = gatherRows(features, selection.indices);
  const selectionKid = await kernelInceptionDistance(selectedFeatures, targetFeatures);
  invariant(selectionKid !== null, 'selection and target hold two samples or more');
  const components = await principalComponents(all, 2, seed, yieldNow);
  const coordinates = mapToPlane(all, components);
  const clusters = summarizeClusters(members, distances, assignment, selection.indices);
  const { pool: _pool, target: _target, ...settings } = spec;
  return {
    spec: settings,
    featureCount: all.columns,
    poolCount: n,
    targetCount: targetIds.length,
    clusters,
    assignment,
    inertia: clustering.inertia,
    iterations: clustering.iterations,
    selected: Array.from(selection.indices, (index) => poolIds[index] as string),
    prefix: selection.prefix ?? null,
    selectionDistance,
    selectionKid,
    selectionDiversity: diversity(selectedFeatures),
    poolDistance: definedDistance(pool, everyone),
    drawDistances,
    drawComparison: compareWithDraws(selectionDistance, drawDistances),
    map: {
      pool: coordinates.slice(0, 2 * n),
      target: coordinates.slice(2 * n),
      shareFrac: components.shareFrac,
    },
    warnings: searchWarnings({
      spec,
      featureCount: all.columns,
      clusters,
      converged: clustering.converged,
    }),
    elapsedMs: performance.now() - startedMs,
  };
}
