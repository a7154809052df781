/** The executor where it cannot go on: what the device refuses, and what is left of calls when an engine or its device ends. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createPipelineCache } from '../../gpu/pipelines.ts';
import { traitsOf } from '../../gpu/traits.ts';
import type { PlanStep, TrainingPlan } from '../plan/plan.ts';
import { createTrainingEngine } from './create-engine.ts';
import { HAND_RATES, HAND_VALUES, handInputs, type HandSizes, planByHand } from './testing-plan-by-hand.ts';
import { codeOf, openTestEngines, sourceOf, type TestEngines } from './testing.ts';

let engines: TestEngines;

beforeEach(async () => {
  engines = await openTestEngines();
});
afterEach(() => {
  engines.dispose();
});

const planOf = (sizes: HandSizes) => planByHand(sizes, traitsOf(engines.gpu.device));
const open = (plan: TrainingPlan) => engines.open(plan, sourceOf(HAND_VALUES));

describe('what the device refuses', () => {
  it('of memory is an error with the figures, before anything is computed', async () => {
    const plan = planOf({ batchSize: 1, microBatch: 1 });
    const huge = { name: 'huge', role: 'activation', sizeBytes: 2 ** 45 } as const;
    const totalBytes = plan.totalBytes + huge.sizeBytes;
    const task = open({ ...plan, totalBytes, regions: [...plan.regions, huge] });
    await expect(task).rejects.toMatchObject({ code: 'train/does-not-fit', context: { totalBytes } });
  });

  it('of a kernel is an error', async () => {
    const plan = planOf({ batchSize: 1, microBatch: 1 });
    const loss = plan.programmes.loss.map((step) =>
      step.kind === 'dispatch' ? { ...step, dispatch: { ...step.dispatch, code: 'fn main(' } } : step,
    );
    expect(await codeOf(open({ ...plan, programmes: { ...plan.programmes, loss } }))).toBe(
      'gpu/kernel-refused',
    );
  });

  it('of a step stops the engine', async () => {
    const plan = planOf({ batchSize: 1, microBatch: 1 });
    const behind: PlanStep = { kind: 'clear', place: { region: 0, offsetBytes: 0, sizeBytes: 4096 } };
    const engine = await open({ ...plan, programmes: { ...plan.programmes, loss: [behind] } });
    const codes = [await codeOf(engine.step(handInputs(1), HAND_RATES)), await codeOf(engine.reports())];
    expect(codes).toContain('runtime/run-failed');
    expect(await codeOf(engine.state())).toBe('runtime/run-failed');
  });
});

describe('ends', () => {
  it('compiling stops when cancelled', async () => {
    const controller = new AbortController();
    const plan = planOf({ batchSize: 1, microBatch: 1 });
    const task = createTrainingEngine(
      engines.gpu,
      plan,
      sourceOf(HAND_VALUES),
      { pipelines: createPipelineCache(engines.gpu.device) },
      controller.signal,
      () => controller.abort(),
    );
    await expect(task).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('every call rejects when the device is lost, also those under way', async () => {
    const engine = await open(planOf({ batchSize: 1, microBatch: 1 }));
    const tasks = [1, 2, 3, 4, 5].map((image) => codeOf(engine.step(handInputs(image), HAND_RATES)));
    tasks.push(codeOf(engine.reports()));
    engines.gpu.destroy();
    // The first two are submitted at once, which is all that a step promises.
    expect((await Promise.all(tasks)).slice(2)).toEqual(tasks.slice(2).map(() => 'gpu/device-lost'));
    expect(await codeOf(engine.state())).toBe('gpu/device-lost');
  });

  it('every call rejects when the engine is destroyed, also those under way', async () => {
    const engine = await open(planOf({ batchSize: 1, microBatch: 1 }));
    const tasks = [1, 2, 3, 4, 5].map((image) => codeOf(engine.step(handInputs(image), HAND_RATES)));
    engine.destroy();
    tasks.push(codeOf(engine.reports()));
    expect((await Promise.all(tasks)).slice(1)).toEqual(tasks.slice(1).map(() => 'runtime/run-failed'));
  });
});
