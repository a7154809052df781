/**
 * What a training step does to the packed buffer of all trainables: AdamW and SGD with momentum, in place, the sum over
 * micro-batches, the norm of the whole gradient, and the search for what is not finite. They are no operations of the graph: the
 * loop asks for them.
 */
import accumulateCode from './accumulate.wgsl?raw';
import adamWCode from './adamw.wgsl?raw';
import nonFiniteCode from './first-non-finite.wgsl?raw';
import { workgroupsFor } from './grid.ts';
import { input, type Kernel, type KernelTraits, type Operand, result } from './kernel.ts';
import { reduceKernel } from './reduce.ts';
import sgdCode from './sgd.wgsl?raw';

export interface AdamWConstants {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** What of AdamW changes from step to step. `step` counts from 1; the gradient is multiplied by `gradientScale` first. */
export interface AdamWStep {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly gradientScale: number;
  readonly step: number;
}

/**
 * The `settings` of an AdamW step, computed in float64: input 0 of its kernel.
 * Source: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019, algorithm 2, with decay times the rate as in PyTorch.
 */
export function adamWSettings({ beta1, beta2 }: AdamWConstants, at: AdamWStep): Float32Array<ArrayBuffer> {
  const { learningRate, weightDecay, gradientScale, step } = at;
  const stepSize = learningRate / (1 - beta1 ** step);
  return Float32Array.of(
    learningRate,
    weightDecay,
    stepSize,
    1 / Math.sqrt(1 - beta2 ** step),
    gradientScale,
  );
}

/**
 * AdamW on `count` elements. Inputs: settings, gradient, decays (1 where an element decays, else 0); results, changed in place:
 * weight, mean, square.
 */
export function adamWKernel(
  count: number,
  { beta1, beta2, epsilon }: AdamWConstants,
  traits: KernelTraits,
): Kernel {
  return {
    dispatches: [
      {
        class: 'optimiser',
        code: adamWCode,
        constants: { COUNT: count, BETA_1: beta1, BETA_2: beta2, EPSILON: epsilon },
        bindings: [input(0), input(1), input(2), result(0), result(1), result(2)],
        workgroups: workgroupsFor(count, traits),
      },
    ],
    scratch: [],
  };
}

/** What of SGD changes from step to step. */
export type SgdStep = Omit<AdamWStep, 'step'>;

/** The `settings` of an SGD step: input 0 of its kernel. */
export function sgdSettings({
  learningRate,
  weightDecay,
  gradientScale,
}: SgdStep): Float32Array<ArrayBuffer> {
  return Float32Array.of(learningRate, weightDecay, gradientScale);
}

/**
 * SGD with momentum, without dampening, on `count` elements. Inputs: settings, gradient, decays; results, changed in place:
 * weight, velocity, which is 0 before the first step.
 */
export function sgdKernel(count: number, momentum: number, traits: KernelTraits): Kernel {
  return {
    dispatches: [
      {
        class: 'optimiser',
        code: sgdCode,
        constants: { COUNT: count, MOMENTUM: momentum },
        bindings: [input(0), input(1), input(2), result(0), result(1)],
        workgroups: workgroupsFor(count, traits),
      },
    ],
    scratch: [],
  };
}

/**
 * Adds a gradient of `count` elements to the sum of those of a step's micro-batches before. Input: the gradient; result, changed
 * in place: the sum. Both must be bound without what lies behind them: the kernel knows no other length.
 */
export function accumulateKernel(count: number, traits: KernelTraits): Kernel {
  return {
    dispatches: [
      {
        class: 'optimiser',
        code: accumulateCode,
        constants: {},
        bindings: [input(0), result(0)],
        workgroups: workgroupsFor(count, traits),
      },
    ],
    scratch: [],
  };
}

/** Sum of the squares of `count` elements: the square of the global norm. Input: gradient; result [1]. */
export function squaredNormKernel(count: number, traits: KernelTraits): Kernel {
  return reduceKernel({ function: 'squares', scale: 1 }, [count], [0], traits);
}

/** Workgroups that look for what is not finite. */
const SEARCHING_WORKGROUPS = 256;

/** The first of `count` elements that is NaN or infinite. Input: any tensor; result [2], read by `nonFiniteIndex`. */
export function firstNonFiniteKernel(count: number): Kernel {
  const chunk = Math.ceil(count / SEARCHING_WORKGROUPS);
  const groups = Math.ceil(count / chunk);
  const found: Operand = { from: 'scratch', index: 0 };
  const common = { class: 'reduction', code: nonFiniteCode };
  return {
    dispatches: [
      {
        ...common,
        constants: { COUNT: count, CHUNK: chunk, IS_LAST: 0 },
        bindings: [input(0), found],
        workgroups: [groups, 1, 1],
      },
      {
        ...common,
        constants: { COUNT: groups, CHUNK: groups, IS_LAST: 1 },
        bindings: [found, result(0)],
        workgroups: [1, 1, 1],
      },
    ],
    scratch: [2 * groups],
  };
}

/** The index that the result of `firstNonFiniteKernel` means; undefined when every element is finite. */
export function nonFiniteIndex([high = -1, low = -1]: ArrayLike<number> & Iterable<number>):
  number | undefined {
  return high < 0 ? undefined : high * 65_536 + low;
}
