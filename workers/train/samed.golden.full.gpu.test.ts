/**
 * Losses and gradients of the small SAMed against PyTorch (goldens, section 1) by the kernels that GPUs get, which the adapter of
 * the tests runs too, if slowly: elsewhere each of them is tested by itself only.
 */
import { expect, it } from 'vitest';

import { describeDifference, LOSSES, SAMED_GRADIENTS_REL_L2 } from '../../core/testing.ts';
import { fetchGolden } from '../../models/testing/fetch-golden.ts';
import { readSamedGolden } from '../../models/testing/samed-golden.ts';
import { readSamedTraining } from '../../models/testing/samed-training.ts';
import { traitsOf } from '../gpu/traits.ts';
import { inputsOf, sourceOf } from './execute/testing.ts';
import { goldenEngines } from './testing-golden-engines.ts';

/** Kernels in workgroup memory compile slowly on a CPU. */
const TIMEOUT_MS = 900_000;

const readBytes = (file: string) => fetchGolden('samed-tiny', file);
const stored = await readSamedGolden(readBytes);
const { config, batch, read, trainingWith } = await readSamedTraining(stored, readBytes);
const golden = goldenEngines('samed-tiny', 1);
const zeroGradient = new Set(config.adamw.zero_gradient_tensors_adam_noise);

it(
  'the small SAMed has the losses and gradients of PyTorch by the kernels of GPUs',
  { timeout: TIMEOUT_MS },
  async () => {
    const { engines } = golden;
    const plan = engines.plan(trainingWith({ kind: 'none' }), {
      batchSize: batch['sampleWeight']?.data.length ?? 0,
      optimizer: { kind: 'sgd', momentum: 0 },
      traits: { ...traitsOf(engines.gpu.device), isSoftware: false },
    });
    const engine = await engines.open(plan, sourceOf({ ...Object.fromEntries(stored.params), ...batch }));
    await engine.step(inputsOf(plan, batch), { learningRate: 0, weightDecay: 0 });
    const [report] = await engine.reports();
    const losses = ['loss', 'crossEntropy', 'dice'].map((name) => report?.values[name]?.[0] ?? Number.NaN);
    const { loss, loss_ce: crossEntropy, loss_dice: dice } = config.loss.fp64;
    golden.note(losses, [loss, crossEntropy, dice]);
    expect(describeDifference(losses, [loss, crossEntropy, dice], LOSSES)).toBeUndefined();
    const gradients = await engine.gradients();
    const expected = await read('grads.npz');
    expect([...gradients.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
    const far = golden.farGradients(
      [...expected].map(([name, { data }]) => [name, data] as const),
      (name) => gradients.get(name) ?? [],
      (name) => (zeroGradient.has(name) ? undefined : SAMED_GRADIENTS_REL_L2),
    );
    expect(far).toEqual([]);
    engine.destroy();
  },
);
