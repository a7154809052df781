/** Learning rates over a run: the published warm-up and polynomial decay. */

/** Exponent of the published decay. */
const DECAY_POWER = 0.9;

export interface LearningRateSchedule {
  readonly base: number;
  /** Steps of linear warm-up, 0 for none. */
  readonly warmUpStepCount: number;
  /** Steps that the decay is stretched over, without the warm-up. */
  readonly decayStepCount: number;
}

/**
 * The learning rate of a step, counted from 0. The published code sets the rate after each step, so that steps 0 and 1 share
 * theirs: with W > 0 steps of warm-up base * max(k, 1) / W up to step W; then, from step 1 without warm-up,
 * base * (1 - (k - 1 - W) / decayStepCount)^0.9, and 0 from its end on.
 * Source: the training code of SAMed and of TransUNet.
 */
export function learningRateAt(step: number, schedule: LearningRateSchedule): number {
  const { base, warmUpStepCount, decayStepCount } = schedule;
  if (warmUpStepCount > 0 && step <= warmUpStepCount) return (base * Math.max(step, 1)) / warmUpStepCount;
  const decayed = Math.max(step - 1, 0) - warmUpStepCount;
  return base * Math.max(1 - decayed / decayStepCount, 0) ** DECAY_POWER;
}
