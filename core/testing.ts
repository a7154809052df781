/** Closeness for numerical tests: |a - b| <= abs + rel * |b|, with a failure that names count, worst index and both values. */

export interface Tolerance {
  readonly abs: number;
  readonly rel: number;
}

/** Integers, indices, save and load, resume. */
export const EXACT: Tolerance = { abs: 0, rel: 0 };
/** Element-wise operations in f32: a few ulp. */
export const POINTWISE_F32: Tolerance = { abs: 1e-6, rel: 1e-5 };
/** Sums and products in f32 over up to 4,096 terms. */
export const REDUCED_F32: Tolerance = { abs: 1e-5, rel: 1e-4 };
/** Weights and products in f16 (11 bits): one operation on values near 1 against the float64 oracle; sums of 30 terms lose 2e-3. */
export const STORED_F16: Tolerance = { abs: 2e-3, rel: 1e-2 };
/** A whole model in f16: root mean square of its error over that of its output in f32. Small models lose 1.4e-3. */
export const HALF_MODEL_SHARE = 5e-3;
/** A whole model: onnxruntime against the float64 oracle. */
export const BACKENDS: Tolerance = { abs: 1e-4, rel: 1e-3 };
/** TransUNet's logits, whose spread is a seventh of one: ten times what f32 differs from f64 in PyTorch. */
export const TRANSUNET_LOGITS: Tolerance = { abs: 2e-5, rel: 0 };
/** The small SAMed against PyTorch in f32, which itself differs from f64 by 8e-7. */
export const SAMED_TINY: Tolerance = { abs: 2e-5, rel: 1e-4 };
/** Derivatives in float64 against central differences, whose own error is about 1e-9 of the values around 1. */
export const GRADCHECK_F64: Tolerance = { abs: 1e-8, rel: 1e-6 };
/** The same of a whole model, along one direction of all its weights: near a kink of ReLU the difference is inexact. */
export const GRADCHECK_MODEL: Tolerance = { abs: 1e-7, rel: 1e-5 };
/** Learning rates: one formula in float64 in both. */
export const SCHEDULE: Tolerance = { abs: 0, rel: 1e-12 };
/** Losses of the float64 oracle against the reference's, whose stored inputs are f32. */
export const LOSSES: Tolerance = { abs: 0, rel: 1e-5 };
/** Gradients with respect to logits, element by element, against the reference's in f32. */
export const LOGIT_GRADIENTS: Tolerance = { abs: 1e-8, rel: 1e-4 };
/** Norm of the difference over the norm: gradients of the small SAMed, whose reference is f64 stored as f32. */
export const SAMED_GRADIENTS_REL_L2 = 1e-4;
/** Change of a weight by one step of AdamW: a step is 2e-5, so that a missing update does not pass. */
export const ADAMW_FIRST_STEP: Tolerance = { abs: 5e-7, rel: 0 };
/** The same after up to five steps. */
export const ADAMW_LATER_STEPS: Tolerance = { abs: 2e-6, rel: 0 };
/** Weights after a few steps of SGD, which does not amplify rounding. */
export const SGD_STEPS: Tolerance = { abs: 3e-6, rel: 0 };
/** The same of SAMed ViT-B, whose reference is f32 and of which only the first elements are stored: 3e-5 on SwiftShader. */
export const SAMED_FULL_GRADIENTS_REL_L2 = 2e-4;
/** Losses of SAMed ViT-B after a step of AdamW, which makes full steps of the smallest gradients, f32 in both. */
export const LOSSES_AFTER_STEP: Tolerance = { abs: 0, rel: 1e-4 };
/** Norm of the difference over the norm: a convolution of 4,608 terms in registers, summed in short parts, which lose 2e-7. */
export const SUMMED_IN_PARTS_REL_L2 = 4e-7;
/** The same in workgroup memory, in one sum, which loses 1e-6. */
export const SUMMED_AT_ONCE_REL_L2 = 2e-6;
/** Norm of the difference over the norm: gradients of the small TransUNets in the float64 oracle, of an f64 run stored as f32. */
export const TRANSUNET_ORACLE_GRADIENTS_REL_L2 = 1e-6;
/** The same in f32, where rounding does not lift a value over a kink of ReLU or max pool. */
export const TRANSUNET_GRADIENTS_REL_L2 = 1e-3;
/**
 * The same below many kinks, in the ResNet: PyTorch's own in f32 and f64 differ by up to 8e-4 there.
 */
export const TRANSUNET_KINKED_GRADIENTS_REL_L2 = 5e-3;
/**
 * The same of logits of the small TransUNets in training mode, stored by an f32 run: batch norm over the 48 elements of the deepest
 * maps amplifies its rounding to 1.2e-5, single ones to 7e-5, while losses and gradients of the f64 run agree.
 */
export const TRANSUNET_TRAINING_LOGITS_REL_L2 = 5e-5;
/** Differences of a loss near 1 in f32, changed by 2e-3: its rounding is 3e-4 of that, the curve's share 2e-4. */
export const ENGINE_DIFFERENCES_REL = 1e-2;
/** Norms of gradients of a whole model. */
export const GRADIENT_NORMS: Tolerance = { abs: 1e-9, rel: 1e-3 };
/** Weights of the small TransUNets after a few steps of SGD in the oracle, of an f64 run stored as f32. */
export const TRANSUNET_STEPS: Tolerance = { abs: 1e-12, rel: 1e-7 };
/** Rounding of a weight itself to f32 by each of four steps, and of the one it is compared with. */
export const FOUR_STEPS_F32: Tolerance = { abs: 0, rel: 3e-7 };
/** Statistics in float64 against NumPy and SciPy in float64. */
export const STATISTICS_F64: Tolerance = { abs: 1e-12, rel: 1e-9 };

/** Undefined when all values are close; else a sentence with the count, the worst index and both values there. NaN only equals NaN. */
export function describeDifference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance,
): string | undefined {
  if (actual.length !== expected.length) return `length ${actual.length}, expected ${expected.length}`;
  let badCount = 0;
  let worstIndex = -1;
  let worstExcess = -1;
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i] as number;
    const b = expected[i] as number;
    if (Object.is(a, b) || a === b) continue;
    const limit = tolerance.abs + tolerance.rel * Math.abs(b);
    const difference = Math.abs(a - b);
    if (difference <= limit) continue;
    badCount++;
    const excess = Number.isNaN(difference) ? Infinity : difference - limit;
    if (excess > worstExcess) {
      worstExcess = excess;
      worstIndex = i;
    }
  }
  if (badCount === 0) return undefined;
  return `${badCount} of ${expected.length} differ; worst at ${worstIndex}: ${actual[worstIndex]} against ${expected[worstIndex]}`;
}

/** Largest |a - b|, for the report line of a golden folder. NaN against NaN counts as 0. */
export function maxAbsDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let worst = actual.length === expected.length ? 0 : Infinity;
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i] as number;
    const b = expected[i] as number;
    if (Object.is(a, b)) continue;
    const difference = Math.abs(a - b);
    worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
  }
  return worst;
}

/** Norm of a - b over the norm of b; Infinity where the lengths differ. */
export function relativeL2(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let [difference, size] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += ((actual[i] as number) - (expected[i] as number)) ** 2;
    size += (expected[i] as number) ** 2;
  }
  return Math.sqrt(difference / size);
}
