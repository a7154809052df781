/** Gaps between the groups' mean scores, for scores in [0, 1] where higher is better. */
import { standardDeviation } from './equity-scaled.ts';

export interface Gaps {
  /** Largest minus smallest group mean. */
  readonly gap: number;
  /** Sample standard deviation of the group means. */
  readonly sd: number;
  /** Smallest over largest group mean; NaN when the largest is 0. */
  readonly minMaxRatio: number;
  /** max(1 - I_g) / min(1 - I_g); NaN when the best group makes no error. */
  readonly skewedErrorRatio: number;
  /** Positions in the list of means; ties go to the first. -1 for fewer than two groups. */
  readonly worst: number;
  readonly best: number;
}

/** Gaps of two or more group means; every number is NaN for fewer. */
export function gapsBetween(means: readonly number[]): Gaps {
  if (means.length < 2) {
    return { gap: NaN, sd: NaN, minMaxRatio: NaN, skewedErrorRatio: NaN, worst: -1, best: -1 };
  }
  const least = Math.min(...means);
  const most = Math.max(...means);
  return {
    gap: most - least,
    sd: standardDeviation(means, 1),
    minMaxRatio: most > 0 ? least / most : NaN,
    skewedErrorRatio: most < 1 ? (1 - least) / (1 - most) : NaN,
    worst: means.indexOf(least),
    best: means.indexOf(most),
  };
}
