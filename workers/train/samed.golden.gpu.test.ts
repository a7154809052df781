/** Logits, losses, gradients and steps of the small SAMed through the engine against PyTorch (goldens, section 1). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  describeDifference,
  LOSSES,
  maxAbsDifference,
  relativeL2,
  SAMED_GRADIENTS_REL_L2,
  SAMED_TINY,
  SGD_STEPS,
} from '../../core/testing.ts';
import type { GroupMethod } from '../../models/graph/gradient-ops/losses.ts';
import type { TrainingGraph } from '../../models/graph/training-graph.ts';
import { fetchGolden } from '../../models/testing/fetch-golden.ts';
import { reportGoldenInBrowser } from '../../models/testing/report-golden.ts';
import { readSamedGolden } from '../../models/testing/samed-golden.ts';
import { describeChange, readSamedTraining } from '../../models/testing/samed-training.ts';
import { differentiate } from '../../models/rewrite/differentiate.ts';
import { createSamed } from '../../models/zoo/samed.ts';
import type { NamedArrays, TrainingEngine } from './engine.ts';
import { inputsOf, openTestEngines, sourceOf, type TestEngines } from './execute/testing.ts';
import { type Optimizer, type Recomputation, RECOMPUTATIONS } from './plan/plan.ts';

const readBytes = (file: string) => fetchGolden('samed-tiny', file);
const golden = await readSamedGolden(readBytes);
const { config, batch, read, trainingWith } = await readSamedTraining(golden, readBytes);
const stored = { ...Object.fromEntries(golden.params), ...batch };
const batchSize = batch['sampleWeight']?.data.length ?? 0;
/** The most images at a time that leave a padded rest of the batch; 1 where every number divides it. */
const withRest =
  Array.from({ length: batchSize }, (_, index) => index + 1).findLast((count) => batchSize % count > 0) ?? 1;
const zeroGradient = new Set(config.adamw.zero_gradient_tensors_adam_noise);
const adamW: Optimizer = {
  kind: 'adamw',
  beta1: config.adamw.betas[0],
  beta2: config.adamw.betas[1],
  epsilon: config.adamw.eps,
};
/** A rate that leaves weights as they are. */
const RESTING = { learningRate: 0, weightDecay: 0 };

/** Of logits and losses. */
let worstError = 0;
let caseCount = 0;
function note(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  worstError = Math.max(worstError, maxAbsDifference(actual, expected));
  caseCount++;
}

let engines: TestEngines;
beforeAll(async () => {
  engines = await openTestEngines();
});
afterAll(() => {
  engines.dispose();
  return reportGoldenInBrowser('samed-tiny (engine)', caseCount, worstError);
});

interface Choice {
  readonly optimizer?: Optimizer;
  readonly microBatch?: number;
  readonly recomputation?: Recomputation;
}
async function open(
  training: TrainingGraph,
  { optimizer = adamW, microBatch = batchSize, recomputation = 'none' }: Choice = {},
): Promise<TrainingEngine> {
  const plan = engines.plan(training, { batchSize, optimizer, microBatch, recomputation });
  expect([plan.microBatch, plan.recomputation]).toEqual([microBatch, recomputation]);
  return engines.open(plan, sourceOf(stored));
}
/** Losses and gradients of one step that changes nothing. */
async function gradientsOf(training: TrainingGraph, choice?: Choice) {
  const engine = await open(training, choice);
  await engine.step(inputsOf(engine.plan, batch), RESTING);
  const [report] = await engine.reports();
  const gradients = await engine.gradients();
  engine.destroy();
  return { losses: lossesIn(report?.values), gradients };
}
const lossesIn = (values: Readonly<Record<string, Float32Array>> | undefined): number[] =>
  ['loss', 'crossEntropy', 'dice'].map((name) => values?.[name]?.[0] ?? Number.NaN);

/** Names of the gradients that are far from the reference's, and how far. */
function farGradients(
  actual: NamedArrays,
  expected: ReadonlyMap<string, { readonly data: ArrayLike<number> }>,
) {
  const largest = Math.max(
    ...[...expected.values()].map(({ data }) => maxAbsDifference(data, new Float64Array(data.length))),
  );
  return [...expected].flatMap(([name, { data }]) => {
    const gradient = actual.get(name) ?? new Float32Array();
    if (zeroGradient.has(name)) {
      const noise = maxAbsDifference(gradient, new Float32Array(data.length));
      return noise <= SAMED_GRADIENTS_REL_L2 * largest ? [] : [`${name} is not zero: ${noise}`];
    }
    const off = relativeL2(gradient, data);
    return off <= SAMED_GRADIENTS_REL_L2 ? [] : [`${name}: ${off}`];
  });
}

const plain = trainingWith({ kind: 'none' });
const fair: GroupMethod = { kind: 'febs', gamma: config.loss_fair.gamma, minimum: 'all' };

describe('the small SAMed in the engine', () => {
  it('has the logits of PyTorch', async () => {
    const forward = differentiate(createSamed(golden.configuration), {
      loss: { kind: 'given', output: 'low_res_logits' },
      trainable: new Set(),
      batchNormMomentum: 0.1,
    });
    for (const microBatch of [batchSize, withRest]) {
      const plan = engines.plan(forward, { batchSize, optimizer: undefined, microBatch });
      const engine = await engines.open(plan, sourceOf(stored));
      const { outputs } = await engine.evaluate(inputsOf(plan, batch));
      const expected = golden.outputs.get('low_res_logits')?.data ?? [];
      const actual = outputs.get('low_res_logits') ?? [];
      note(actual, expected);
      expect(describeDifference(actual, expected, SAMED_TINY)).toBeUndefined();
      engine.destroy();
    }
  });

  it.each([
    { file: 'grads.npz', training: plain, loss: config.loss.fp64 },
    { file: 'grads_fair.npz', training: trainingWith(fair), loss: config.loss_fair.fp64 },
  ])('has the losses and gradients of $file', async ({ file, training, loss }) => {
    const { losses, gradients } = await gradientsOf(training);
    const expectedLosses = [loss.loss, loss.loss_ce, loss.loss_dice];
    note(losses, expectedLosses);
    expect(describeDifference(losses, expectedLosses, LOSSES)).toBeUndefined();
    const expected = await read(file);
    expect([...gradients.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
    expect(farGradients(gradients, expected)).toEqual([]);
  });

  describe.each([...new Set([batchSize, withRest])])('with micro-batches of %i', (microBatch) => {
    it('has the losses and gradients of PyTorch', async () => {
      const { losses, gradients } = await gradientsOf(plain, { microBatch });
      const { loss, loss_ce: crossEntropy, loss_dice: dice } = config.loss.fp64;
      expect(describeDifference(losses, [loss, crossEntropy, dice], LOSSES)).toBeUndefined();
      expect(farGradients(gradients, await read('grads.npz'))).toEqual([]);
    });

    it.each(RECOMPUTATIONS.slice(1))('has them bit by bit where %s are made again', async (recomputation) => {
      const kept = await gradientsOf(plain, { microBatch });
      expect(await gradientsOf(plain, { microBatch, recomputation })).toEqual(kept);
    });
  });
});

describe('steps of the small SAMed in the engine', () => {
  it('with AdamW change the weights as stored', async () => {
    const { lr_used_at_step: rates, weight_decay: weightDecay } = config.adamw;
    const steps = Object.keys(rates).map(Number);
    const engine = await open(plain);
    const inputs = inputsOf(engine.plan, batch);
    const far: string[] = [];
    let compared = 0;
    for (const step of steps) {
      await engine.step(inputs, { learningRate: rates[String(step)] ?? Number.NaN, weightDecay });
      const expected = await read(`weights_after_step${step}.npz`).catch(() => undefined);
      if (expected === undefined) continue;
      const { values } = await engine.state();
      for (const [name, weight] of values) {
        if (zeroGradient.has(name)) continue;
        const before = golden.params.get(name)?.data ?? [];
        const difference = describeChange(step, before, weight, expected.get(name)?.data ?? []);
        if (difference !== undefined) far.push(`${name} after step ${step}: ${difference}`);
        compared++;
      }
    }
    expect(far).toEqual([]);
    expect(compared).toBeGreaterThan(0);
    const losses = (await engine.reports()).map(({ values }) => lossesIn(values));
    expect(losses).toHaveLength(steps.length);
    for (const [step, actual] of losses.entries()) {
      const expected = config.adamw.losses_before_each_step_fp64[step] ?? [];
      note(actual, expected);
      expect(describeDifference(actual, expected, LOSSES), `before step ${step + 1}`).toBeUndefined();
    }
    engine.destroy();
  });

  it('with SGD give the stored weights and losses', async () => {
    const runs = Object.entries(config.extra_trajectories).filter(([name]) => name.startsWith('sgd'));
    expect(runs.length).toBeGreaterThan(0);
    for (const [name, { hyper, losses_fp64: expectedLosses }] of runs) {
      const { lr: learningRate, steps, weight_decay: weightDecay, momentum = 0 } = hyper;
      const engine = await open(plain, { optimizer: { kind: 'sgd', momentum } });
      const inputs = inputsOf(engine.plan, batch);
      for (let step = 0; step < steps; step++) await engine.step(inputs, { learningRate, weightDecay });
      const { values } = await engine.state();
      const expected = await read(`extra_${name.split('_')[0]}_lr${learningRate}_after${steps}.npz`);
      const far = [...values].flatMap(([parameter, weight]) => {
        const difference = describeDifference(weight, expected.get(parameter)?.data ?? [], SGD_STEPS);
        return difference === undefined ? [] : [`${parameter}: ${difference}`];
      });
      expect(far).toEqual([]);
      const totals = (await engine.reports()).map(
        ({ values: reported }) => reported['loss']?.[0] ?? Number.NaN,
      );
      expect(describeDifference(totals, expectedLosses.slice(0, steps), LOSSES)).toBeUndefined();
      engine.destroy();
    }
  });

  it('are seen at once by an engine for validation, which holds no weights of its own', async () => {
    const trained = await open(plain);
    const validation = trainingWith({ kind: 'none' }, new Set());
    const plan = engines.plan(validation, { batchSize, optimizer: undefined });
    const engine = await engines.open(plan, sourceOf({}), trained);
    const parameterBytes = plan.regions
      .filter(({ role }) => role === 'parameter')
      .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    expect(engine.allocatedBytes).toBe(plan.totalBytes - parameterBytes);
    expect(parameterBytes).toBeGreaterThan(0);
    const inputs = inputsOf(trained.plan, batch);
    for (let step = 0; step < 2; step++) {
      const { report } = await engine.evaluate(inputs);
      await trained.step(inputs, { learningRate: 0.01, weightDecay: 0.1 });
      const [stepped] = await trained.reports();
      expect(lossesIn(report)).toEqual(lossesIn(stepped?.values));
    }
    engine.destroy();
    trained.destroy();
  });

  it('continue bit by bit from a state in a new engine', async () => {
    const rates = { learningRate: 1e-3, weightDecay: 0.1 };
    const run = async (engine: TrainingEngine, steps: number) => {
      for (let step = 0; step < steps; step++) await engine.step(inputsOf(engine.plan, batch), rates);
    };
    const straight = await open(plain);
    await run(straight, 6);
    const [first, second] = [await open(plain), await open(plain)];
    await run(first, 3);
    await second.restore(await first.state());
    await run(second, 3);
    expect(await second.state()).toEqual(await straight.state());
    for (const engine of [straight, first, second]) engine.destroy();
  });

  it('allocate what the plan says', async () => {
    const engine = await open(plain);
    expect(engine.allocatedBytes).toBe(engine.plan.totalBytes);
    engine.destroy();
  });
});
