/** The check of gradients finds those that are wrong, and nothing else. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { createLock } from '../infer/lock.ts';
import type { NamedArrays, TrainingEngine } from '../train/engine.ts';
import { checkGradients } from './check-gpu-gradients.ts';
import { type GpuContext, requestGpu } from './device.ts';
import { createPipelineCache, type PipelineCache } from './pipelines.ts';

let gpu: GpuContext;
let pipelines: PipelineCache;

beforeAll(async () => {
  gpu = await requestGpu((error) => {
    throw error;
  });
  pipelines = createPipelineCache(gpu.device);
});
afterAll(() => {
  gpu.destroy();
});

const check = (
  read: (engine: TrainingEngine) => Promise<NamedArrays>,
  signal = new AbortController().signal,
) => checkGradients(gpu, pipelines, read, createLock(), signal, () => undefined);

it('finds a gradient that is too large by a fiftieth', async () => {
  const gradients = await check(async (engine) => {
    const right = await engine.gradients();
    return new Map([
      ...right,
      ['w_b_001', (right.get('w_b_001') ?? new Float32Array()).map((g) => 1.02 * g)],
    ]);
  });
  const failed = gradients.filter(({ passed }) => !passed).map(({ what }) => what);
  expect(failed).toEqual(['w_b_001, float64 reference', 'w_b_001, difference of losses']);
});

it('stops when told to', async () => {
  const reason = new Error('stopped');
  await expect(check((engine) => engine.gradients(), AbortSignal.abort(reason))).rejects.toBe(reason);
});
