/** The whole check passes the adapter of the tests, whose kernels and engine are tested by themselves. */
import { expect, it } from 'vitest';

import { createLock } from '../infer/lock.ts';
import { checkedCases } from './check-gpu-cases.ts';
import { checkGpu } from './check-gpu.ts';
import { requestGpu } from './device.ts';

/** Compiles every pipeline of training. */
const TIMEOUT_MS = 900_000;

it(
  'passes every kernel, the optimisers, and the gradients of every adapter and of the decoder',
  async () => {
    const uncaught: Error[] = [];
    const gpu = await requestGpu((error) => uncaught.push(error));
    const phases = new Set<string>();
    const { signal } = new AbortController();
    const check = await checkGpu(gpu, createLock(), signal, ({ phase }) => phases.add(phase));
    gpu.destroy();
    expect([...check.kernels, ...check.gradients].filter(({ passed }) => !passed)).toEqual([]);
    expect(check.passed).toBe(true);
    expect(check.adapter).toBe(gpu.adapterName);
    const kinds = new Set<string>(checkedCases().map(({ kind }) => kind));
    expect(new Set(check.kernels.map(({ kernel }) => kernel))).toEqual(new Set([...kinds, 'adamw', 'sgd']));
    // Eight adapters and the decoder, each by two comparisons along a direction that changes the loss.
    expect(check.gradients).toHaveLength(18);
    expect(Math.min(...check.gradients.map(({ numeric }) => numeric))).toBeGreaterThan(5e-4);
    expect(phases).toContain('Checking gradients');
    expect(uncaught).toEqual([]);
  },
  TIMEOUT_MS,
);
