/** The executor on a plan written by hand: micro-batches, strides of copies, the ring of reports, states, shared weights. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { traitsOf } from '../../gpu/traits.ts';
import type { TrainingEngine } from '../engine.ts';
import type { TrainingPlan } from '../plan/plan.ts';
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
const open = (plan: TrainingPlan, lender?: TrainingEngine) =>
  engines.open(plan, sourceOf(HAND_VALUES), lender);

describe('a step', () => {
  it.each([
    { batchSize: 3, microBatch: 3, microBatchCount: 1 },
    { batchSize: 3, microBatch: 1, microBatchCount: 3 },
    { batchSize: 3, microBatch: 2, microBatchCount: 2 },
  ])('of $batchSize images, $microBatch at a time, is the same', async ({ microBatchCount, ...sizes }) => {
    const engine = await open(planOf(sizes));
    await engine.step(handInputs(1, 2, 4), HAND_RATES);
    // loss = 10 * (1 + 2 + 4), gradient = loss * 7, weight -= rate * gradient.
    expect(await engine.reports()).toEqual([{ step: 1, values: { loss: Float32Array.of(70) } }]);
    expect(await engine.gradients()).toEqual(
      new Map([
        ['a', Float32Array.of(490)],
        ['b', Float32Array.of(490)],
      ]),
    );
    const state = await engine.state();
    expect(state.values.get('a')).toEqual(Float32Array.of(2 - 245));
    expect(state.values.get('b')).toEqual(Float32Array.of(3 - 245));
    expect(state.values.get('count')).toEqual(Float32Array.of(microBatchCount));
  });

  it('fills the last micro-batch with zeros, whatever the one before held', async () => {
    const engine = await open(planOf({ batchSize: 3, microBatch: 2 }));
    await engine.step(handInputs(1, 1, 1), HAND_RATES);
    await engine.step(handInputs(1, 2, 4), HAND_RATES);
    const losses = (await engine.reports()).map(({ values: reported }) => reported['loss']?.[0]);
    expect(losses).toEqual([30, 70]);
  });

  it('refuses inputs that are missing or of another length, and goes on with right ones', async () => {
    const engine = await open(planOf({ batchSize: 2, microBatch: 2 }));
    expect(await codeOf(engine.step(new Map(), HAND_RATES))).toBe('graph/unknown-value');
    expect(await codeOf(engine.step(handInputs(1, 2, 3), HAND_RATES))).toBe('graph/shape-mismatch');
    await engine.step(handInputs(1, 2), HAND_RATES);
    expect((await engine.reports()).map(({ step }) => step)).toEqual([1]);
  });

  it('applies weight decay to every weight', async () => {
    const engine = await open(planOf({ batchSize: 1, microBatch: 1 }));
    await engine.step(handInputs(0), { learningRate: 0.5, weightDecay: 1 });
    const { values: after } = await engine.state();
    expect([after.get('a'), after.get('b')]).toEqual([Float32Array.of(1), Float32Array.of(1.5)]);
  });
});

describe('reports', () => {
  it('are all there, in order, when more steps were done than the ring holds', async () => {
    const engine = await open(planOf({ batchSize: 1, microBatch: 1 }));
    const losses = [1, 2, 3, 4, 5, 6, 7, 8];
    for (const image of losses) await engine.step(handInputs(image), HAND_RATES);
    const reports = await engine.reports();
    expect(reports.map(({ step }) => step)).toEqual(losses);
    expect(reports.map(({ values: reported }) => reported['loss']?.[0])).toEqual(losses.map((x) => 10 * x));
    expect(await engine.reports()).toEqual([]);
  });
});

describe('a state', () => {
  it('set back in a new engine continues bit by bit', async () => {
    const plan = planOf({ batchSize: 2, microBatch: 1 });
    const run = async (engine: TrainingEngine, images: readonly number[]) => {
      for (const image of images)
        await engine.step(handInputs(image, 0.1), { learningRate: 1e-3, weightDecay: 0.1 });
    };
    const straight = await open(plan);
    await run(straight, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
    const first = await open(plan);
    await run(first, [0.1, 0.2, 0.3]);
    const second = await open(plan);
    await second.restore(await first.state());
    await run(second, [0.4, 0.5, 0.6]);
    expect(await second.state()).toEqual(await straight.state());
    expect((await second.reports()).map(({ step }) => step)).toEqual([4, 5, 6]);
  });

  it('of another plan is refused, and changes nothing', async () => {
    const engine = await open(planOf({ batchSize: 1, microBatch: 1 }));
    const state = await engine.state();
    const wrong = { ...state, values: new Map([...state.values, ['b', new Float32Array(7)]]) };
    expect(await codeOf(engine.restore(wrong))).toBe('graph/shape-mismatch');
    expect(await codeOf(engine.restore({ ...state, values: new Map() }))).toBe('graph/unknown-value');
    expect(await codeOf(engine.restore({ ...state, moments: [] }))).toBe('graph/shape-mismatch');
    expect(await engine.state()).toEqual(state);
  });
});

describe('an engine that borrows weights', () => {
  it('reads those of the other as they are now, and allocates none', async () => {
    const trained = await open(planOf({ batchSize: 2, microBatch: 2 }));
    const plan = planOf({ batchSize: 3, microBatch: 2, isTrained: false });
    const validation = await open(
      { ...plan, parameters: plan.parameters.map((each) => ({ ...each, name: 'a' })) },
      trained,
    );
    expect(validation.allocatedBytes).toBe(plan.totalBytes - 4);
    const before = await validation.evaluate(handInputs(1, 2, 4));
    expect(before.outputs.get('scaled')).toEqual(Float32Array.of(2, 4, 8));
    expect(before.report).toEqual({ loss: Float32Array.of(14) });
    await trained.step(handInputs(1, 2), HAND_RATES);
    const { report } = await validation.evaluate(handInputs(1, 2, 4));
    expect(report['loss']?.[0]).toBe(7 * (2 - 0.5 * 90));
  });

  it('says which weight the other lacks', async () => {
    const trained = await open(planOf({ batchSize: 1, microBatch: 1 }));
    const plan = planOf({ batchSize: 1, microBatch: 1, isTrained: false });
    const other = { ...plan, parameters: plan.parameters.map((each) => ({ ...each, name: 'head' })) };
    expect(await codeOf(open(other, trained))).toBe('graph/unknown-value');
  });
});

describe('a profile', () => {
  it('has the time of every class and counts its dispatches', async () => {
    const engine = await open(planOf({ batchSize: 3, microBatch: 1 }));
    const times = await engine.profile(handInputs(1, 2, 4), HAND_RATES);
    expect(times?.map(({ class: name, dispatchCount }) => [name, dispatchCount]).toSorted()).toEqual([
      ['class of gradient', 3],
      ['class of loss', 1],
      ['class of scaled', 3],
      ['optimiser', 1],
    ]);
    expect(times?.every(({ gpuMs }) => gpuMs >= 0 && gpuMs < 60_000)).toBe(true);
    expect((await engine.reports())[0]?.values['loss']).toEqual(Float32Array.of(70));
  });
});
