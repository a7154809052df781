/** Equity-scaled scores: one number that falls when the groups' means differ. Papers mix three definitions, so each is named. */

/**
 * `sum`: I / (1 + sum_g |I - I_g|), the released FairSeg code, the default; it grows with the number of groups.
 * `sd`: I / (1 + sample standard deviation of the I_g), the paper's first version. `pop-sd`: with the population one.
 */
export const EQUITY_DEFINITIONS = ['sum', 'sd', 'pop-sd'] as const;
export type EquityDefinition = (typeof EQUITY_DEFINITIONS)[number];

/** Standard deviation of the values with n - `lost` in the divisor; NaN when that is not positive. */
export function standardDeviation(values: readonly number[], lost: 0 | 1): number {
  const n = values.length;
  if (n <= lost) return NaN;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - lost));
}

/** How far the groups lie apart under a definition, before `alpha`. */
function disparity(overall: number, means: readonly number[], definition: EquityDefinition): number {
  if (definition === 'sum') return means.reduce((sum, mean) => sum + Math.abs(mean - overall), 0);
  return standardDeviation(means, definition === 'sd' ? 1 : 0);
}

/**
 * Equity-scaled score of a score where higher is better.
 * Units: fractions in [0, 1], never percent: the result is not scale-free.
 * NaN when a group's mean is NaN (an empty group), without groups, and for `sd` with one group. Leaving groups out is the caller's choice.
 * `alpha` weighs the disparity; 1 is the published value.
 * Source: Tian et al., "FairSeg", ICLR 2024, and its released code.
 */
export function equityScaled(
  overall: number,
  means: readonly number[],
  definition: EquityDefinition,
  alpha = 1,
): number {
  if (means.length === 0) return NaN;
  return overall / (1 + alpha * disparity(overall, means, definition));
}

/**
 * Equity-scaled distance, for metrics where lower is better such as HD95: I (1 + sum_g |I - I_g| / I), which is ours.
 * Dividing as for scores would reward disparity. Written without the division, so that I = 0 is defined.
 */
export function equityScaledDistance(overall: number, means: readonly number[]): number {
  if (means.length === 0) return NaN;
  return overall + means.reduce((sum, mean) => sum + Math.abs(overall - mean), 0);
}
