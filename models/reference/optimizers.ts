/** Optimisers in float64, one parameter at a time: the reference that the kernels are compared with. */

export interface AdamWSettings {
  readonly kind: 'adamw';
  readonly betas: readonly [number, number];
  readonly epsilon: number;
  /** Decoupled: the weight shrinks by learningRate * weightDecay, whatever the gradient. */
  readonly weightDecay: number;
}

export interface SgdSettings {
  readonly kind: 'sgd';
  readonly momentum: number;
  /** Coupled: weightDecay * weight is added to the gradient. */
  readonly weightDecay: number;
}

export type OptimizerSettings = AdamWSettings | SgdSettings;

/** Recipe of SAMed. */
export const SAMED_ADAMW: AdamWSettings = {
  kind: 'adamw',
  betas: [0.9, 0.999],
  epsilon: 1e-8,
  weightDecay: 0.1,
};
/** What an optimiser keeps of one parameter between steps. */
export interface Moments {
  /** AdamW: running mean of the gradient. SGD: the velocity. */
  readonly first: Float64Array;
  /** AdamW: running mean of the squared gradient. SGD has none: it stays 0. */
  readonly second: Float64Array;
}

/** The moments before the first step. */
export function initialMoments(count: number): Moments {
  return { first: new Float64Array(count), second: new Float64Array(count) };
}

function stepAdamW(
  weight: Float64Array,
  gradient: Float64Array,
  { first, second }: Moments,
  step: number,
  learningRate: number,
  { betas: [beta1, beta2], epsilon, weightDecay }: AdamWSettings,
): void {
  const [correction1, correction2] = [1 - beta1 ** step, 1 - beta2 ** step];
  for (let i = 0; i < weight.length; i++) {
    const g = gradient[i] as number;
    const m = beta1 * (first[i] as number) + (1 - beta1) * g;
    const v = beta2 * (second[i] as number) + (1 - beta2) * g * g;
    const decayed = (weight[i] as number) * (1 - learningRate * weightDecay);
    first[i] = m;
    second[i] = v;
    weight[i] = decayed - (learningRate * (m / correction1)) / (Math.sqrt(v / correction2) + epsilon);
  }
}

function stepSgd(
  weight: Float64Array,
  gradient: Float64Array,
  { first }: Moments,
  learningRate: number,
  { momentum, weightDecay }: SgdSettings,
): void {
  for (let i = 0; i < weight.length; i++) {
    const g = (gradient[i] as number) + weightDecay * (weight[i] as number);
    // The first velocity is the gradient itself, which a velocity of 0 before it gives.
    const velocity = momentum * (first[i] as number) + g;
    first[i] = velocity;
    weight[i] = (weight[i] as number) - learningRate * velocity;
  }
}

/**
 * Changes a weight and its moments in place. `step` counts from 1. Only parameters with a gradient take steps: others are not
 * decayed either.
 * Source: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019, algorithm 2; Sutskever et al., "On the
 * importance of initialization and momentum", 2013, without dampening, the learning rate outside the velocity.
 */
export function stepOptimizer(
  weight: Float64Array,
  gradient: Float64Array,
  moments: Moments,
  step: number,
  learningRate: number,
  settings: OptimizerSettings,
): void {
  if (settings.kind === 'adamw') stepAdamW(weight, gradient, moments, step, learningRate, settings);
  else stepSgd(weight, gradient, moments, learningRate, settings);
}

/** The Euclidean norm of all gradients together. */
export function globalNorm(gradients: Iterable<Float64Array>): number {
  let sum = 0;
  for (const gradient of gradients) for (const value of gradient) sum += value * value;
  return Math.sqrt(sum);
}
