/** What of an optimiser changes from step to step. */
export interface OptimizerRates {
  readonly learningRate: number;
  readonly weightDecay: number;
}
