/** Gradients and steps of the small SAMed against PyTorch (goldens, section 1), through differentiation and the oracle. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { createRandom } from '../../core/random.ts';
import { goldensFolder, reportGolden } from '../../core/goldens.ts';
import {
  describeDifference,
  GRADCHECK_MODEL,
  LOSSES,
  maxAbsDifference,
  relativeL2,
  SAMED_GRADIENTS_REL_L2,
  SGD_STEPS,
} from '../../core/testing.ts';
import type { GroupMethod } from '../graph/gradient-ops/losses.ts';
import { initialMoments, type OptimizerSettings, stepOptimizer } from '../reference/optimizers.ts';
import { interpretTraining, type TrainingResult } from '../reference/interpret-training.ts';
import { readSamedGolden } from '../testing/samed-golden.ts';
import { describeChange, readSamedTraining } from '../testing/samed-training.ts';
import { createSamed } from '../zoo/samed.ts';

/** Half the distance of a difference along a direction of all weights, which is short for few ReLUs to change side. */
const STEP = 1e-6;
const folder = goldensFolder('samed-tiny');
const readBytes = async (file: string) => new Uint8Array(await readFile(join(folder, file)));
const golden = await readSamedGolden(readBytes);
const { config, batch, read, trainingWith } = await readSamedTraining(golden, readBytes);
const graph = createSamed(golden.configuration);
const zeroGradient = new Set(config.adamw.zero_gradient_tensors_adam_noise);

const plain = trainingWith({ kind: 'none' });
const stored = Object.fromEntries(
  [...golden.params].map(([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data) }]),
);

function lossesOf({ outputs }: TrainingResult): number[] {
  return ['loss', 'crossEntropy', 'dice'].map((name) => outputs[name]?.data[0] ?? Number.NaN);
}

let caseCount = 0;
let worstError = 0;
afterAll(() => reportGolden('samed-tiny (gradients)', caseCount, worstError));

describe('the gradients of the small SAMed', () => {
  const fair: GroupMethod = { kind: 'febs', gamma: config.loss_fair.gamma, minimum: 'all' };
  it.each([
    { file: 'grads.npz', training: plain, loss: config.loss.fp64 },
    { file: 'grads_fair.npz', training: trainingWith(fair), loss: config.loss_fair.fp64 },
  ])('are those of $file', async ({ file, training, loss }) => {
    const expected = await read(file);
    const result = interpretTraining(training, { ...stored, ...batch });
    const [total, crossEntropy, dice] = lossesOf(result);
    // The reference reports the Dice of the scaled probabilities as its Dice.
    const losses = [total, crossEntropy, dice] as number[];
    expect(describeDifference(losses, [loss.loss, loss.loss_ce, loss.loss_dice], LOSSES)).toBeUndefined();
    expect([...result.gradients.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
    const far: string[] = [];
    for (const [name, { data }] of expected) {
      const gradient = result.gradients.get(name)?.data ?? new Float64Array();
      caseCount++;
      if (zeroGradient.has(name)) {
        if (maxAbsDifference(gradient, new Float64Array(data.length)) > 1e-12)
          far.push(`${name} is not zero`);
        continue;
      }
      worstError = Math.max(worstError, maxAbsDifference(gradient, data));
      const off = relativeL2(gradient, data);
      if (!(off <= SAMED_GRADIENTS_REL_L2)) far.push(`${name}: ${off}`);
    }
    expect(far).toEqual([]);
  });

  it('are none of the tensors that the loss does not depend on, and of no frozen one', () => {
    const withGradient = new Set(plain.gradients.map(({ parameter }) => parameter));
    expect(config.trainable_without_gradient.filter((name) => withGradient.has(name))).toEqual([]);
    expect([...withGradient].filter((name) => !config.trainable_names.includes(name))).toEqual([]);
    const backward = plain.nodes
      .slice(plain.forwardCount)
      .flatMap(({ results }) => results.map(({ name }) => name));
    expect(
      backward.filter((name) => /^image_encoder.*\.d(weight|bias|scale|shift|rows|padding)$/.test(name)),
    ).toEqual([]);
    // Nothing below the first adapters is gone through backwards.
    expect(
      backward.filter((name) => /^image_encoder\.(patch_embed|blocks\.0\.(norm1|attn\.qkv\.dx))/.test(name)),
    ).toEqual([]);
  });
});

/** Weights along a run on the fixed batch, and the losses before each step. */
async function train(
  stepCount: number,
  optimizer: OptimizerSettings,
  rateOf: (step: number) => number,
  afterStep: (step: number, weights: ReadonlyMap<string, Float64Array>) => Promise<void>,
): Promise<number[][]> {
  const weights = new Map(
    plain.gradients.map(({ parameter }) => [
      parameter,
      (stored[parameter]?.data ?? new Float64Array()).slice(),
    ]),
  );
  const moments = new Map([...weights].map(([name, { length }]) => [name, initialMoments(length)]));
  const losses: number[][] = [];
  for (let step = 1; step <= stepCount; step++) {
    const current = Object.fromEntries(
      [...weights].map(([name, data]) => [name, { shape: stored[name]?.shape ?? [], data }]),
    );
    const result = interpretTraining(plain, { ...stored, ...current, ...batch });
    losses.push(lossesOf(result));
    for (const [name, weight] of weights) {
      const gradient = result.gradients.get(name)?.data ?? new Float64Array();
      const own = moments.get(name) ?? initialMoments(0);
      stepOptimizer(weight, gradient, own, step, rateOf(step), optimizer);
    }
    await afterStep(step, weights);
  }
  return losses;
}

describe('steps of the small SAMed', () => {
  it('with AdamW change the weights as stored', async () => {
    const { betas, eps, weight_decay: weightDecay, ...run } = config.adamw;
    const steps = Object.keys(run.lr_used_at_step).map(Number);
    const far: string[] = [];
    let compared = 0;
    const losses = await train(
      Math.max(...steps),
      { kind: 'adamw', betas, epsilon: eps, weightDecay },
      (step) => run.lr_used_at_step[String(step)] ?? Number.NaN,
      async (step, weights) => {
        const file = `weights_after_step${step}.npz`;
        if (!existsSync(join(folder, file))) return;
        const expected = await read(file);
        for (const [name, weight] of weights) {
          // Adam makes steps of the rounding noise of a gradient that is zero.
          if (zeroGradient.has(name)) continue;
          const before = stored[name]?.data ?? [];
          const difference = describeChange(step, before, weight, expected.get(name)?.data ?? []);
          if (difference !== undefined) far.push(`${name} after step ${step}: ${difference}`);
          compared++;
        }
      },
    );
    expect(far).toEqual([]);
    expect(compared).toBeGreaterThan(0);
    for (const [step, expected] of run.losses_before_each_step_fp64.entries()) {
      expect(
        describeDifference(losses[step] ?? [], expected, LOSSES),
        `before step ${step + 1}`,
      ).toBeUndefined();
    }
  });

  it('with SGD give the stored weights and losses', async () => {
    const runs = Object.entries(config.extra_trajectories).filter(([name]) => name.startsWith('sgd'));
    expect(runs.length).toBeGreaterThan(0);
    for (const [name, { hyper, losses_fp64: expectedLosses }] of runs) {
      const file = `extra_${name.split('_')[0]}_lr${hyper.lr}_after${hyper.steps}.npz`;
      const expected = await read(file);
      const optimizer = {
        kind: 'sgd',
        momentum: hyper.momentum ?? 0,
        weightDecay: hyper.weight_decay,
      } as const;
      const far: string[] = [];
      const losses = await train(
        hyper.steps,
        optimizer,
        () => hyper.lr,
        async (step, weights) => {
          if (step < hyper.steps) return;
          for (const [parameter, weight] of weights) {
            const goal = expected.get(parameter)?.data ?? [];
            const difference = describeDifference(weight, goal, SGD_STEPS);
            if (difference !== undefined) far.push(`${parameter}: ${difference}`);
          }
        },
      );
      expect(far).toEqual([]);
      const totals = losses.map(([total]) => total ?? Number.NaN);
      expect(describeDifference(totals, expectedLosses.slice(0, hyper.steps), LOSSES)).toBeUndefined();
    }
  });
});

describe('the small SAMed with all weights trainable, as for pretraining', () => {
  it('has a gradient of every weight that the logits need, that of central differences', () => {
    const all = graph.parameters.map(({ name }) => name);
    const training = trainingWith({ kind: 'none' }, new Set(all));
    const withGradient = new Set(training.gradients.map(({ parameter }) => parameter));
    const without = all.filter((name) => !withGradient.has(name));
    expect(without.filter((name) => !name.includes('iou_prediction_head'))).toEqual([]);

    const random = createRandom(1, 'all-trainable');
    const direction = new Map(
      [...withGradient].map((name) => [
        name,
        (stored[name]?.data ?? new Float64Array()).map(() => random.normal()),
      ]),
    );
    const lossAlong = (step: number) => {
      const moved = [...direction].map(([name, along]) => {
        const { shape, data } = stored[name] ?? { shape: [], data: new Float64Array() };
        return [name, { shape, data: data.map((value, i) => value + step * (along[i] ?? 0)) }] as const;
      });
      const values = { ...stored, ...Object.fromEntries(moved), ...batch };
      return (
        interpretTraining(trainingWith({ kind: 'none' }, new Set()), values).outputs['loss']?.data[0] ??
        Number.NaN
      );
    };
    const { gradients } = interpretTraining(training, { ...stored, ...batch });
    let analytic = 0;
    for (const [name, along] of direction) {
      gradients.get(name)?.data.forEach((value, i) => {
        analytic += value * (along[i] ?? 0);
      });
    }
    const numeric = (lossAlong(STEP) - lossAlong(-STEP)) / (2 * STEP);
    expect(describeDifference([analytic], [numeric], GRADCHECK_MODEL)).toBeUndefined();
  });
});
