/** The optimisers' kernels against the same rules in float64 over several steps; norms and what is not finite. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { describeDifference, EXACT, POINTWISE_F32, REDUCED_F32 } from '../../../core/testing.ts';
import { runKernel } from '../run-kernel.ts';
import { type KernelHarness, normalTensor, openKernelHarness, tensorOf } from '../testing.ts';
import {
  accumulateKernel,
  adamWKernel,
  adamWSettings,
  firstNonFiniteKernel,
  nonFiniteIndex,
  sgdKernel,
  sgdSettings,
  squaredNormKernel,
} from './optimiser.ts';

const COUNT = 131;
const STEPS = [1, 2, 3];
const ADAMW = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
const AT = { learningRate: 0.005, weightDecay: 0.1, gradientScale: 0.5 };

let harness: KernelHarness;

beforeAll(async () => {
  harness = await openKernelHarness();
});
afterAll(() => {
  harness.dispose();
});

const values = (stream: string, count = COUNT) =>
  normalTensor([count], stream).data as Float32Array<ArrayBuffer>;
/** Every other element decays. */
const decays = Float32Array.from({ length: COUNT }, (_, i) => i % 2);

describe('AdamW', () => {
  it('follows its rule over several steps', async () => {
    const kernel = adamWKernel(COUNT, ADAMW, harness.traits);
    const weight = Float64Array.from(values('weight'));
    const [mean, square] = [new Float64Array(COUNT), new Float64Array(COUNT)];
    let results = [values('weight'), new Float32Array(COUNT), new Float32Array(COUNT)];
    for (const step of STEPS) {
      const gradient = values(`gradient ${step}`);
      const inputs = [adamWSettings(ADAMW, { ...AT, step }), gradient, decays];
      const after = await runKernel(harness.device, harness.pipelines, kernel, {
        inputs,
        results,
        scratch: [],
      });
      results = [...after.results] as typeof results;
      for (let i = 0; i < COUNT; i++) {
        const g = AT.gradientScale * (gradient[i] as number);
        const m = (mean[i] = ADAMW.beta1 * (mean[i] as number) + (1 - ADAMW.beta1) * g);
        const v = (square[i] = ADAMW.beta2 * (square[i] as number) + (1 - ADAMW.beta2) * g * g);
        const [unbiasedMean, unbiasedSquare] = [m / (1 - ADAMW.beta1 ** step), v / (1 - ADAMW.beta2 ** step)];
        const decayed =
          (weight[i] as number) * (1 - AT.learningRate * AT.weightDecay * (decays[i] as number));
        weight[i] = decayed - (AT.learningRate * unbiasedMean) / (Math.sqrt(unbiasedSquare) + ADAMW.epsilon);
      }
    }
    for (const [index, expected] of [weight, mean, square].entries()) {
      expect(describeDifference(results[index] ?? [], expected, POINTWISE_F32)).toBeUndefined();
    }
  });
});

describe('SGD with momentum', () => {
  it('follows its rule over several steps', async () => {
    const kernel = sgdKernel(COUNT, 0.9, harness.traits);
    const weight = Float64Array.from(values('weight'));
    const velocity = new Float64Array(COUNT);
    let results = [values('weight'), new Float32Array(COUNT)];
    for (const step of STEPS) {
      const gradient = values(`gradient ${step}`);
      const inputs = [sgdSettings(AT), gradient, decays];
      const after = await runKernel(harness.device, harness.pipelines, kernel, {
        inputs,
        results,
        scratch: [],
      });
      results = [...after.results] as typeof results;
      for (let i = 0; i < COUNT; i++) {
        const decay = AT.weightDecay * (decays[i] as number) * (weight[i] as number);
        velocity[i] = 0.9 * (velocity[i] as number) + AT.gradientScale * (gradient[i] as number) + decay;
        weight[i] = (weight[i] as number) - AT.learningRate * (velocity[i] as number);
      }
    }
    for (const [index, expected] of [weight, velocity].entries()) {
      expect(describeDifference(results[index] ?? [], expected, POINTWISE_F32)).toBeUndefined();
    }
  });
});

describe('micro-batches', () => {
  it('add their gradients, of whatever length, by one pipeline', async () => {
    const before = harness.pipelines.size;
    for (const count of [1, 67, COUNT]) {
      const [sum, gradient] = [values('sum', count), values('gradient', count)];
      const kernel = accumulateKernel(count, harness.traits);
      const tensors = { inputs: [gradient], results: [sum], scratch: [] };
      const { results } = await runKernel(harness.device, harness.pipelines, kernel, tensors);
      const expected = sum.map((value, i) => value + (gradient[i] as number));
      expect(describeDifference(results[0] ?? [], expected, EXACT)).toBeUndefined();
    }
    expect(harness.pipelines.size).toBe(before + 1);
  });
});

describe('the whole gradient', () => {
  for (const count of [1, 67, 70_001]) {
    it(`has the squared norm of its ${count} elements`, async () => {
      const x = normalTensor([count], 'norm');
      const expected = x.data.reduce((sum, value) => sum + value * value, 0);
      const [actual] = await harness.run(squaredNormKernel(count, harness.traits), [x], [[1]]);
      expect(describeDifference(actual ?? [], [expected], REDUCED_F32)).toBeUndefined();
    });

    it(`names the first of its ${count} elements that is not finite`, async () => {
      const find = async (data: Float32Array) => {
        const [found] = await harness.run(firstNonFiniteKernel(count), [tensorOf([count], data)], [[2]]);
        return nonFiniteIndex(found ?? []);
      };
      const { data } = normalTensor([count], 'finite');
      expect(await find(data)).toBeUndefined();
      for (const bad of [Number.NaN, Infinity, -Infinity]) {
        const at = Math.floor((count - 1) * 0.97);
        expect(await find(data.with(at, bad).with(count - 1, bad))).toBe(at);
      }
    });
  }
});
