/** Fréchet distances, KID, diversity and softmax weights against the reference data. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readNpz } from '../formats/npz.ts';
import { goldensFolder, reportGolden } from '../goldens.ts';
import { npzMatrix } from '../linalg/npz-matrix.ts';
import { columnMeans, gatherRows, type Matrix } from '../linalg/matrix.ts';
import { describeDifference, maxAbsDifference, STATISTICS_F64, type Tolerance } from '../testing.ts';
import {
  clusterMembers,
  clusterSizes,
  rankClusters,
  sampleLogScores,
  softmaxLogWeights,
} from './cluster-scores.ts';
import { diversity } from './diversity.ts';
import { type FrechetTerms, frechetDistance, preparePool, prepareTarget, subsetDistance } from './frechet.ts';
import { kernelInceptionDistance } from './kernel-mmd.ts';
import { selectAggressive } from './strategies/aggressive.ts';

interface CaseExpectation {
  readonly fid_exact: number;
  readonly fid_reference_scipy: number | null;
  readonly trace_sigma1: number;
  readonly trace_sigma2: number;
  readonly trace_sqrt: number;
  readonly mean_diff_sq: number;
  readonly kid: number;
  readonly mu_x_first8: readonly number[];
}
interface ClusterExpectation {
  readonly fid_exact: readonly number[];
  readonly softmax_neg_fid: readonly number[];
  readonly log_softmax: readonly number[];
  readonly ascending_rank: readonly number[];
  readonly prefix_fid_in_rank_order: readonly number[];
  readonly best_prefix_length: number;
  readonly per_sample_score: readonly number[];
  readonly cluster_sizes: readonly number[];
  readonly diversity: readonly number[];
  readonly kid: readonly number[];
}
interface UnderflowExpectation {
  readonly fid: readonly number[];
  readonly exact_weights: readonly string[];
  readonly log_weights: readonly number[];
  readonly rank_best_to_worst: readonly number[];
}

/** The reference files' own promise: the exact value to 1e-8, SciPy's matrix root to 1e-6 where it is rank-deficient. */
const EXACT_FID: Tolerance = { abs: 1e-10, rel: 1e-8 };
const SCIPY_FID: Tolerance = { abs: 1e-10, rel: 1e-6 };

const folder = goldensFolder('frechet');
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<string, unknown>;
const features = readNpz(new Uint8Array(readFileSync(join(folder, 'features.npz'))));
const cases = features.keys.filter((key) => key.endsWith('__x')).map((key) => key.slice(0, -3));
let caseCount = 0;
let worstError = 0;

function difference(
  actual: readonly number[],
  wanted: readonly number[],
  tolerance: Tolerance,
): string | undefined {
  worstError = Math.max(worstError, maxAbsDifference(actual, wanted));
  return describeDifference(actual, wanted, tolerance);
}

afterAll(() => {
  reportGolden('frechet', caseCount, worstError);
});

function terms(result: Awaited<ReturnType<typeof frechetDistance>>): FrechetTerms {
  if (result.distance === null) throw new Error('the case has a distance');
  return result;
}

describe('pairs of feature sets', () => {
  it.each(cases)('%s', async (name) => {
    caseCount++;
    const wanted = expected[name] as CaseExpectation;
    const x = npzMatrix(features, `${name}__x`);
    const y = npzMatrix(features, `${name}__y`);
    const result = terms(await frechetDistance(x, y));
    expect(difference([result.distance], [wanted.fid_exact], EXACT_FID)).toBeUndefined();
    // Not part of the worst error: where N <= d SciPy itself is off by up to 1e-7 of the distance.
    const scipy = wanted.fid_reference_scipy ?? wanted.fid_exact;
    expect(describeDifference([result.distance], [scipy], SCIPY_FID)).toBeUndefined();
    expect(
      difference(
        [result.sourceTrace, result.targetTrace, result.rootTrace, result.meanTerm],
        [wanted.trace_sigma1, wanted.trace_sigma2, wanted.trace_sqrt, wanted.mean_diff_sq],
        EXACT_FID,
      ),
    ).toBeUndefined();
    expect(
      difference(
        Array.from(columnMeans(x).slice(0, wanted.mu_x_first8.length)),
        wanted.mu_x_first8,
        EXACT_FID,
      ),
    ).toBeUndefined();
    expect(
      difference([(await kernelInceptionDistance(x, y)) ?? NaN], [wanted.kid], STATISTICS_F64),
    ).toBeUndefined();
  });

  it('a set against itself', async () => {
    caseCount++;
    const wanted = expected['self'] as { of: string; fid_exact: number; kid: number };
    const x = npzMatrix(features, wanted.of.replace('/', '__'));
    const { distance } = terms(await frechetDistance(x, x));
    expect(distance).toBeGreaterThanOrEqual(0);
    expect(difference([distance], [wanted.fid_exact], { abs: 1e-10, rel: 0 })).toBeUndefined();
    expect(
      difference([(await kernelInceptionDistance(x, x)) ?? NaN], [wanted.kid], STATISTICS_F64),
    ).toBeUndefined();
  });
});

/** Every entry of expected.json with a matching npz of pool, labels and target. */
const clusterSets = Object.entries(expected).filter(
  ([, value]) => typeof value === 'object' && value !== null && 'prefix_fid_in_rank_order' in value,
);

describe('clusters of a pool', () => {
  it.each(clusterSets)('%s', async (name, value) => {
    caseCount++;
    const wanted = value as ClusterExpectation;
    const arrays = readNpz(new Uint8Array(readFileSync(join(folder, `${name}.npz`))));
    const poolFeatures = npzMatrix(arrays, 'pool');
    const targetFeatures = npzMatrix(arrays, 'target');
    const labels = Int32Array.from(npzMatrix(arrays, 'labels').data);
    const clusterCount = wanted.fid_exact.length;
    const members = clusterMembers(labels, clusterCount);
    const pool = await preparePool(poolFeatures, prepareTarget(targetFeatures));
    const distances = members.map((indices) => subsetDistance(pool, indices).distance ?? NaN);
    expect(difference(distances, wanted.fid_exact, EXACT_FID)).toBeUndefined();
    expect(Array.from(clusterSizes(labels, clusterCount))).toEqual(wanted.cluster_sizes);
    expect(rankClusters(distances)).toEqual(wanted.ascending_rank);
    const logWeights = softmaxLogWeights(distances).map(Number);
    expect(difference(logWeights, wanted.log_softmax, EXACT_FID)).toBeUndefined();
    expect(
      difference(logWeights.map(Math.exp), wanted.softmax_neg_fid, { abs: 0, rel: 1e-7 }),
    ).toBeUndefined();
    const scores = sampleLogScores(labels, distances);
    const firstOf = members.map((indices) => Math.exp(scores[indices[0] as number] as number));
    expect(difference(firstOf, wanted.per_sample_score, { abs: 0, rel: 1e-7 })).toBeUndefined();

    const selection = await selectAggressive(
      { assignment: labels, clusterDistances: distances, selectionSize: 1, seed: 1 },
      {
        distanceOf: (indices) => subsetDistance(pool, indices).distance,
        sampleLimit: Infinity,
        yieldNow: async () => {},
      },
    );
    expect(
      difference(
        selection.prefix?.unionDistances.map(Number) ?? [],
        wanted.prefix_fid_in_rank_order,
        EXACT_FID,
      ),
    ).toBeUndefined();
    expect(selection.prefix?.length).toBe(wanted.best_prefix_length);

    const clusters: Matrix[] = members.map((indices) => gatherRows(poolFeatures, indices));
    expect(
      difference(
        clusters.map((cluster) => diversity(cluster) ?? NaN),
        wanted.diversity,
        STATISTICS_F64,
      ),
    ).toBeUndefined();
    const kids = await Promise.all(
      clusters.map((cluster) => kernelInceptionDistance(cluster, targetFeatures)),
    );
    expect(difference(kids.map(Number), wanted.kid, STATISTICS_F64)).toBeUndefined();
  });
});

/** Natural logarithm of a decimal text such as `4.2E-609`, whose value no float64 can hold. */
function logOfText(text: string): number {
  const [mantissa, exponent] = text.split('E');
  return Math.log(Number(mantissa)) + Number(exponent ?? 0) * Math.LN10;
}

describe('weights that underflow', () => {
  const sets = Object.entries((expected['underflow'] ?? {}) as Record<string, UnderflowExpectation>);
  it.each(sets)('%s', (_name, wanted) => {
    caseCount++;
    const logWeights = softmaxLogWeights(wanted.fid).map(Number);
    expect(difference(logWeights, wanted.log_weights, STATISTICS_F64)).toBeUndefined();
    expect(
      difference(logWeights, wanted.exact_weights.map(logOfText), { abs: 1e-9, rel: 1e-12 }),
    ).toBeUndefined();
    expect(rankClusters(wanted.fid)).toEqual(wanted.rank_best_to_worst);
  });
});
