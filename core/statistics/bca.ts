/** The bias-corrected and accelerated (BCa) interval from bootstrap replicates and jackknife values. */
import { normalCdf, normalQuantile } from './normal.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Leave-one-out values of one stratum, in any order. */
export type StratumJackknife = ArrayLike<number>;

/**
 * Acceleration constant from leave-one-out values, for one sample or several strata:
 * (1/6) sum_g sum_i U^3 / n_g^3 over (sum_g sum_i U^2 / n_g^2)^(3/2), with U = (n_g - 1)(mean of the stratum - value).
 * Zero where the statistic does not vary or is not finite somewhere: the interval is then bias-corrected only.
 * Source: Davison and Hinkley, Bootstrap Methods and their Application (1997), equations 5.23 and 5.40.
 */
export function acceleration(strata: readonly StratumJackknife[]): number {
  let cubes = 0;
  let squares = 0;
  for (const values of strata) {
    const n = values.length;
    if (n < 2) continue;
    let mean = 0;
    for (let i = 0; i < n; i++) mean += (values[i] as number) / n;
    for (let i = 0; i < n; i++) {
      const influence = ((n - 1) * (mean - (values[i] as number))) / n;
      squares += influence ** 2;
      cubes += influence ** 3;
    }
  }
  const a = cubes / (6 * squares ** 1.5);
  return Number.isFinite(a) ? a : 0;
}

/** Quantile with linear interpolation between order statistics. `sorted` ascending, not empty. */
function quantile(sorted: Float64Array, p: number): number {
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low === high ? low : low + (high - low) * (position - below);
}

/**
 * The BCa interval. Null when a replicate is not finite: a statistic that is undefined in some resamples has no honest interval.
 * A statistic that never varies has the interval [value, value].
 * Source: Efron, J. American Statistical Association 82 (1987); replicates equal to the estimate count half in the bias correction.
 */
export function bcaInterval(
  estimate: number,
  replicates: Float64Array,
  a: number,
  confidence = 0.95,
): Interval | null {
  if (!Number.isFinite(estimate) || !replicates.every((x) => Number.isFinite(x))) return null;
  const sorted = replicates.toSorted();
  const count = sorted.length;
  let below = 0;
  for (const x of sorted) below += x < estimate ? 1 : x === estimate ? 0.5 : 0;
  // With every replicate on one side the correction would be infinite; half a replicate is what the data can say.
  const share = Math.min(Math.max(below, 0.5), count - 0.5) / count;
  const bias = normalQuantile(share);
  const level = (z: number) => {
    const shifted = bias + z;
    const divisor = 1 - a * shifted;
    return normalCdf(bias + (divisor > 0 ? shifted / divisor : Math.sign(shifted) * Infinity));
  };
  const z = normalQuantile((1 + confidence) / 2);
  return { low: quantile(sorted, level(-z)), high: quantile(sorted, level(z)) };
}
