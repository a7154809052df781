/** Losses, gradients, running statistics and steps of small TransUNets through the engine against PyTorch (goldens, section 12). */
import { beforeAll, describe, expect, it } from 'vitest';

import { readNpz } from '../../core/formats/npz.ts';
import {
  describeDifference,
  FOUR_STEPS_F32,
  GRADIENT_NORMS,
  LOSSES,
  REDUCED_F32,
  TRANSUNET_GRADIENTS_REL_L2,
  TRANSUNET_KINKED_GRADIENTS_REL_L2,
} from '../../core/testing.ts';
import type { TrainingGraph } from '../../models/graph/training-graph.ts';
import { globalNorm } from '../../models/reference/optimizers.ts';
import { fetchGolden } from '../../models/testing/fetch-golden.ts';
import { readTransUnetCases } from '../../models/testing/transunet-golden.ts';
import { type RoundingBounds, roundingBounds } from '../../models/testing/transunet-steps.ts';
import {
  readArrays,
  readTransUnetTraining,
  type TransUnetTraining,
  type TransUnetTrainingConfig,
} from '../../models/testing/transunet-training.ts';
import type { KernelTraits } from '../gpu/kernels/kernel.ts';
import { traitsOf } from '../gpu/traits.ts';
import type { TrainingEngine } from './engine.ts';
import { inputsOf, sourceOf, type TestValues } from './execute/testing.ts';
import { goldenEngines } from './testing-golden-engines.ts';

const readBytes = (file: string) => fetchGolden('transunet-tiny', file);
const cases = await readTransUnetCases(readBytes);
const configs = JSON.parse(new TextDecoder().decode(await readBytes('config.json'))) as Readonly<
  Record<string, TransUnetTrainingConfig>
>;
const TIMEOUT_MS = 600_000;

const golden = goldenEngines('transunet-tiny', cases.length);

/** Kinks of ReLU and max pool amplify rounding most in the gradients of what lies below many of them. */
const leastTolerance = (name: string) =>
  name.includes('hybrid_model') ? TRANSUNET_KINKED_GRADIENTS_REL_L2 : TRANSUNET_GRADIENTS_REL_L2;

describe.each(cases)('the small TransUNet $name in the engine', { timeout: TIMEOUT_MS }, (transUnet) => {
  const { sgd, ...config } = configs[transUnet.name] as TransUnetTrainingConfig;
  const nearZero = new Set(config.near_zero_gradients);
  let [read, bounds]: [TransUnetTraining?, RoundingBounds?] = [];
  beforeAll(async () => {
    read = await readTransUnetTraining(transUnet, readBytes);
    bounds = roundingBounds(read.trainingWith({ kind: 'none' }, 1), read.values, sgd);
  });
  const opened = () => {
    if (read === undefined || bounds === undefined) throw new Error('A case is read before its tests.');
    return { ...read, rounding: bounds };
  };

  async function open(training: TrainingGraph, values: TestValues, traits?: KernelTraits) {
    const batchSize = transUnet.image.shape[0] ?? 0;
    const plan = golden.engines.plan(training, {
      batchSize,
      optimizer: { kind: 'sgd', momentum: sgd.momentum },
      ...(traits === undefined ? {} : { traits }),
    });
    return golden.engines.open(plan, sourceOf(values));
  }
  /** The gradients of an engine's last step that are further from the reference's than rounding of f32 takes them. */
  async function farGradients(engine: TrainingEngine) {
    const { gradients, rounding } = opened();
    const actual = await engine.gradients();
    expect([...actual.keys()].toSorted()).toEqual([...gradients.keys()].toSorted());
    return golden.farGradients(
      [...gradients].map(([name, { data }]) => [name, data] as const),
      (name) => actual.get(name) ?? [],
      (name) =>
        nearZero.has(name) ? undefined : Math.max(leastTolerance(name), rounding.gradients.get(name) ?? 0),
    );
  }

  it('has the losses, gradients, running statistics and SGD steps of PyTorch', async () => {
    const { values, statistics, rounding, trainingWith } = opened();
    const engine = await open(trainingWith({ kind: 'none' }, 1), values);
    const inputs = inputsOf(engine.plan, values);
    const step = (learningRate: number) =>
      engine.step(inputs, { learningRate, weightDecay: sgd.weight_decay });

    await step(sgd.lr_used[0] ?? Number.NaN);
    expect(await farGradients(engine)).toEqual([]);

    const running = [...statistics].filter(([name]) => !name.endsWith('num_batches_tracked'));
    const { values: afterOne } = await engine.state();
    const wrong = running.filter(([name, { data }]) => {
      golden.note(afterOne.get(name) ?? [], data);
      return describeDifference(afterOne.get(name) ?? [], data, REDUCED_F32) !== undefined;
    });
    expect(wrong.map(([name]) => name)).toEqual([]);

    for (const learningRate of sgd.lr_used.slice(1)) await step(learningRate);
    const reports = await engine.reports();
    const losses = reports.map(({ values: reported }) => reported['loss']?.[0] ?? Number.NaN);
    golden.note(losses, sgd.loss_fp64);
    expect(losses).toHaveLength(sgd.loss_fp64.length);
    for (const [index, loss] of sgd.loss_fp64.entries()) {
      const tolerance = { abs: Math.max(LOSSES.rel * loss, rounding.losses[index] ?? 0), rel: 0 };
      expect(describeDifference([losses[index] ?? Number.NaN], [loss], tolerance)).toBeUndefined();
    }
    const file = `${transUnet.name}_weights_after_${sgd.lr_used.length}_sgd_steps.npz`;
    const { values: afterAllSteps } = await engine.state();
    const farWeights = [...readArrays(readNpz(await readBytes(file)))].flatMap(([name, { data }]) => {
      if (name.endsWith('num_batches_tracked')) return [];
      golden.note(afterAllSteps.get(name) ?? [], data);
      const difference = describeDifference(afterAllSteps.get(name) ?? [], data, {
        ...FOUR_STEPS_F32,
        abs: rounding.changes.get(name) ?? 0,
      });
      return difference === undefined ? [] : [`${name}: ${difference}`];
    });
    expect(farWeights).toEqual([]);
    engine.destroy();
  });

  it('has the loss and the gradients by the kernels of GPUs', async () => {
    const { values, trainingWith } = opened();
    const traits = { ...traitsOf(golden.engines.gpu.device), isSoftware: false };
    const engine = await open(trainingWith({ kind: 'none' }, 1), values, traits);
    await engine.step(inputsOf(engine.plan, values), { learningRate: 0, weightDecay: 0 });
    const [report] = await engine.reports();
    const { loss } = config.loss_train_fp64;
    expect(describeDifference(report?.values['loss'] ?? [], [loss], LOSSES)).toBeUndefined();
    expect(await farGradients(engine)).toEqual([]);
    engine.destroy();
  });

  it('has the loss and the norms of gradients with the published FEBS', async () => {
    const { values, rounding, trainingWith } = opened();
    const { gamma, n_attr: groupCount, ...febs } = config.loss_febs_fp64;
    const engine = await open(trainingWith({ kind: 'febs', gamma, minimum: 'all' }, groupCount), values);
    await engine.step(inputsOf(engine.plan, values), { learningRate: 0, weightDecay: 0 });
    const [report] = await engine.reports();
    expect(describeDifference(report?.values['loss'] ?? [], [febs.loss], LOSSES)).toBeUndefined();
    const gradients = await engine.gradients();
    const names = Object.keys(febs.grad_l2).filter((name) => !nearZero.has(name));
    const far = names.flatMap((name) => {
      const norm = globalNorm([Float64Array.from(gradients.get(name) ?? [])]);
      const tolerance = {
        ...GRADIENT_NORMS,
        rel: Math.max(GRADIENT_NORMS.rel, rounding.gradients.get(name) ?? 0),
      };
      const difference = describeDifference([norm], [febs.grad_l2[name] ?? Number.NaN], tolerance);
      return difference === undefined ? [] : [`${name}: ${difference}`];
    });
    expect(far).toEqual([]);
    engine.destroy();
  });
});

it('finds small TransUNets to train', () => {
  expect(cases.length).toBeGreaterThan(0);
});
