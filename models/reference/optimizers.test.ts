/** Optimisers against steps worked out by hand; whole runs are compared with PyTorch where SAMed and TransUNet are. */
import { describe, expect, it } from 'vitest';

import { describeDifference, STATISTICS_F64 } from '../../core/testing.ts';
import { globalNorm, initialMoments, SAMED_ADAMW, stepOptimizer } from './optimizers.ts';

describe('AdamW', () => {
  it('first steps by the learning rate against the sign of the gradient, after shrinking the weight', () => {
    const weight = Float64Array.of(1, -2);
    stepOptimizer(weight, Float64Array.of(0.5, -0.25), initialMoments(2), 1, 0.01, SAMED_ADAMW);
    const expected = [1 * 0.999 - 0.01 / (1 + 2e-8), -2 * 0.999 + 0.01 / (1 + 4e-8)];
    expect(describeDifference(weight, expected, STATISTICS_F64)).toBeUndefined();
  });
});

describe('SGD with momentum', () => {
  it('adds the decay to the gradient and keeps its velocity', () => {
    const settings = { kind: 'sgd', momentum: 0.5, weightDecay: 0.1 } as const;
    const [weight, moments] = [Float64Array.of(1), initialMoments(1)];
    stepOptimizer(weight, Float64Array.of(0.4), moments, 1, 0.1, settings);
    stepOptimizer(weight, Float64Array.of(0), moments, 2, 0.1, settings);
    // Velocities 0.5 and 0.25 + 0.095.
    expect(describeDifference(weight, [0.95 - 0.0345], STATISTICS_F64)).toBeUndefined();
  });
});

describe('the global norm', () => {
  it('is over all gradients together', () => {
    expect(globalNorm([Float64Array.of(2, 3), Float64Array.of(6)])).toBe(7);
  });
});
