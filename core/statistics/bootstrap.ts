/**
 * Stratified bootstrap of statistics that are functions of group sums (means, gaps, equity-scaled scores). Subjects are
 * redrawn within their stratum and everything, the overall mean included, is recomputed each time: intervals are joint.
 */
import { createRandom } from '../random.ts';
import { createYielder } from '../tasks.ts';
import { acceleration, bcaInterval, type Interval } from './bca.ts';

/** Bootstrap intervals from fewer subjects than this are not honest, so there are none. */
export const MIN_SUBJECTS_FOR_INTERVAL = 10;
/** Below this many subjects an interval carries a warning. */
export const FEW_SUBJECTS = 50;
export const DEFAULT_RESAMPLE_COUNT = 2000;

/** Statistics from the sum and the number of subjects of every stratum; always the same number of values, in the same order. */
export type StratumStatistics = (sums: Float64Array, counts: Int32Array) => readonly number[];

export interface BootstrapSpec {
  /** One or several scores per subject, all finite: every series is redrawn with the same subjects. */
  readonly series: readonly ArrayLike<number>[];
  /** Stratum of every subject, 0 to strataCount - 1. */
  readonly strata: ArrayLike<number>;
  readonly strataCount: number;
  readonly statistics: StratumStatistics;
  readonly seed: number;
  /** Name of the random stream, so that analyses with one seed draw independently. */
  readonly stream: string;
  readonly resampleCount?: number;
  readonly confidence?: number;
  readonly signal?: AbortSignal;
}

export interface BootstrapEstimate {
  readonly value: number;
  /** BCa interval; null where the statistic is undefined, or was in some resample. */
  readonly interval: Interval | null;
}

interface Totals {
  readonly sums: Float64Array;
  readonly counts: Int32Array;
}

function strataMembers(strata: ArrayLike<number>, strataCount: number): Int32Array[] {
  const members: number[][] = Array.from({ length: strataCount }, () => []);
  for (let i = 0; i < strata.length; i++) members[strata[i] as number]?.push(i);
  return members.map((list) => Int32Array.from(list));
}

function totalsOf(values: ArrayLike<number>, members: readonly Int32Array[]): Totals {
  return {
    sums: Float64Array.from(members, (list) =>
      list.reduce((sum, subject) => sum + (values[subject] as number), 0),
    ),
    counts: Int32Array.from(members, (list) => list.length),
  };
}

/** Sum of the values at the first `count` positions. */
function sumAt(values: Float64Array, positions: Int32Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[positions[i] as number] as number;
  return sum;
}

/** Leave-one-out values of every statistic: result[statistic][stratum][member]. */
function jackknife(
  values: ArrayLike<number>,
  members: readonly Int32Array[],
  totals: Totals,
  statistics: StratumStatistics,
  statisticCount: number,
): number[][][] {
  const out: number[][][] = Array.from({ length: statisticCount }, () => members.map(() => []));
  const sums = totals.sums.slice();
  const counts = totals.counts.slice();
  members.forEach((list, stratum) => {
    counts[stratum] = list.length - 1;
    for (const subject of list) {
      sums[stratum] = (totals.sums[stratum] as number) - (values[subject] as number);
      statistics(sums, counts).forEach((value, s) => out[s]?.[stratum]?.push(value));
    }
    sums[stratum] = totals.sums[stratum] as number;
    counts[stratum] = list.length;
  });
  return out;
}

/**
 * Estimates with BCa intervals of every statistic of every series: result[series][statistic].
 * Cost: resamples x subjects x series additions. Yields to the event loop; ends with the signal's reason when cancelled.
 */
export async function bootstrapStatistics(
  spec: BootstrapSpec,
): Promise<readonly (readonly BootstrapEstimate[])[]> {
  const { series, strata, strataCount, statistics, confidence = 0.95 } = spec;
  const resampleCount = spec.resampleCount ?? DEFAULT_RESAMPLE_COUNT;
  const random = createRandom(spec.seed, `bootstrap/${spec.stream}`);
  const yieldNow = createYielder(spec.signal);
  const members = strataMembers(strata, strataCount);
  const totals = series.map((values) => totalsOf(values, members));
  const estimates = totals.map(({ sums, counts }) => statistics(sums, counts));
  const replicates = estimates.map((values) => values.map(() => new Float64Array(resampleCount)));
  const sums = series.map(() => new Float64Array(strataCount));
  const columns = series.map((values) => Float64Array.from(values));
  const drawn = new Int32Array(strata.length);
  for (let r = 0; r < resampleCount; r++) {
    await yieldNow();
    members.forEach((list, stratum) => {
      const count = list.length;
      for (let i = 0; i < count; i++) drawn[i] = list[random.integer(count)] as number;
      columns.forEach((values, s) => {
        (sums[s] as Float64Array)[stratum] = sumAt(values, drawn, count);
      });
    });
    replicates.forEach((rows, s) => {
      const values = statistics(sums[s] as Float64Array, (totals[s] as Totals).counts);
      rows.forEach((row, k) => (row[r] = values[k] as number));
    });
  }
  return estimates.map((values, s) => {
    const leftOut = jackknife(
      series[s] as ArrayLike<number>,
      members,
      totals[s] as Totals,
      statistics,
      values.length,
    );
    return values.map((value, k) => ({
      value,
      interval: bcaInterval(
        value,
        replicates[s]?.[k] as Float64Array,
        acceleration(leftOut[k] as number[][]),
        confidence,
      ),
    }));
  });
}
