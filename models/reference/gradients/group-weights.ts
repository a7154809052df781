/** How groups are weighted, as plain functions of the groups' losses: FEBS and GroupDRO. */

/** The weight that FEBS gives to a group whose loss is the least, and to a group that is not known. */
export const LARGEST_FEBS_WEIGHT = Math.tanh(1);

/**
 * tanh((min L / L_g)^gamma) for each group. A group with the least loss gets tanh 1, also where that loss is 0.
 * `losses` are those of the groups that take part: the groups present, or in the published form all, with 0 for one that is
 * absent. There its own weight would be 0/0 and is NaN, unless gamma is 0: no image has it.
 * Source: Tian et al., "FairSeg", 2024, equation of the fair error-bound scaling, as its code computes it.
 */
export function febsWeights(losses: readonly number[], gamma: number, minimum: 'present' | 'all'): number[] {
  const least = Math.min(...losses);
  return losses.map((loss) => {
    const ratio = minimum === 'present' && loss === least ? 1 : least / loss;
    return Math.tanh(ratio ** gamma);
  });
}

/**
 * The next weights of the groups: each times exp(rate * its loss), divided by the sum. The loss of an absent group is 0.
 * Source: Sagawa et al., "Distributionally robust neural networks for group shifts", 2020, algorithm 1.
 */
export function groupDroWeights(
  weights: readonly number[],
  losses: readonly number[],
  rate: number,
): number[] {
  const grown = weights.map((weight, group) => weight * Math.exp(rate * (losses[group] ?? 0)));
  const sum = grown.reduce((total, weight) => total + weight, 0);
  return grown.map((weight) => weight / sum);
}
