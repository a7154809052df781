/**
 * SAMed ViT-B at full size through the engine against PyTorch: logits, loss, gradients and the loss after a step of AdamW (goldens,
 * section 2). Minutes and gigabytes on a software adapter.
 */
import { beforeAll, describe, expect, it } from 'vitest';

import { readNpz } from '../../core/formats/npz.ts';
import {
  BACKENDS,
  describeDifference,
  GRADIENT_NORMS,
  LOSSES,
  LOSSES_AFTER_STEP,
  SAMED_FULL_GRADIENTS_REL_L2,
} from '../../core/testing.ts';
import type { TrainingGraph } from '../../models/graph/training-graph.ts';
import { globalNorm, SAMED_ADAMW } from '../../models/reference/optimizers.ts';
import { differentiate } from '../../models/rewrite/differentiate.ts';
import { fetchGolden } from '../../models/testing/fetch-golden.ts';
import { type FullSamedCase, readFullSamedGolden } from '../../models/testing/samed-full-golden.ts';
import { createSamed } from '../../models/zoo/samed.ts';
import type { TrainingEngine } from './engine.ts';
import { inputsOf } from './execute/testing.ts';
import { goldenEngines } from './testing-golden-engines.ts';
import type { Optimizer } from './plan/plan.ts';

const TIMEOUT_MS = 3_600_000;
const readBytes = (file: string) => fetchGolden('samed-vit-b', file);
const { cases } = readFullSamedGolden(new TextDecoder().decode(await readBytes('config.json')));
const trained = cases.filter(({ size }) => size.train_step !== undefined);
const [beta1, beta2] = SAMED_ADAMW.betas;
const adamW: Optimizer = { kind: 'adamw', beta1, beta2, epsilon: SAMED_ADAMW.epsilon };

const golden = goldenEngines('samed-vit-b', trained.length);

async function readTensors(file: string): Promise<ReadonlyMap<string, Float32Array>> {
  const npz = readNpz(await readBytes(file));
  return new Map(npz.keys.map((key) => [key, Float32Array.from(npz.read(key).values, Number)]));
}

/** The published loss of a network; with names of weights, their gradients too. */
function trainingOf({ configuration }: FullSamedCase, trainable: readonly string[]): TrainingGraph {
  return differentiate(createSamed(configuration), {
    loss: {
      kind: 'segmentation',
      logits: 'low_res_logits',
      crossEntropyWeight: 0.2,
      diceWeight: 0.8,
      groupCount: 1,
      method: { kind: 'none' },
    },
    trainable: new Set(trainable),
    batchNormMomentum: 0.1,
  });
}

/** The network alone: its logits. */
function forwardOf({ configuration }: FullSamedCase): TrainingGraph {
  return differentiate(createSamed(configuration), {
    loss: { kind: 'given', output: 'low_res_logits' },
    trainable: new Set(),
    batchNormMomentum: 0.1,
  });
}

/** Gradients of key biases are zero in exact arithmetic, because softmax does not see a shift of all its inputs. */
const isZero = (name: string) => name.endsWith('k_proj.bias');

describe.each(trained)('SAMed ViT-B at $side in the engine', { timeout: TIMEOUT_MS }, (full) => {
  const { side, size, source, image } = full;
  const step = size.train_step ?? {
    loss: NaN,
    loss_ce: NaN,
    loss_dice: NaN,
    grad_l2: {},
    lr: 0,
    loss_after_step: [],
  };
  let engine: TrainingEngine;
  let stored: ReadonlyMap<string, Float32Array>;
  let batch: Readonly<Record<string, { readonly data: ArrayLike<number> }>>;

  beforeAll(async () => {
    stored = await readTensors(`outputs_${side}.npz`);
    batch = {
      image,
      label: { data: stored.get('low_res_label') ?? [] },
      group: { data: [0] },
      sampleWeight: { data: [1] },
    };
    const training = trainingOf(full, Object.keys(step.grad_l2));
    const plan = golden.engines.plan(training, { batchSize: 1, optimizer: adamW });
    engine = await golden.engines.open(plan, (name) => source.read(name));
  }, TIMEOUT_MS);

  /** What a network without an optimiser, which borrows the weights, gives for the image. */
  async function evaluate(training: TrainingGraph) {
    const plan = golden.engines.plan(training, { batchSize: 1, optimizer: undefined });
    const validation = await golden.engines.open(plan, (name) => source.read(name), engine);
    const result = await validation.evaluate(inputsOf(plan, batch));
    validation.destroy();
    return result;
  }

  it('has the logits of PyTorch', async () => {
    const { outputs } = await evaluate(forwardOf(full));
    const expected = stored.get('low_res_logits') ?? [];
    const actual = outputs.get('low_res_logits') ?? [];
    golden.note(actual, expected);
    expect(describeDifference(actual, expected, BACKENDS)).toBeUndefined();
  });

  it('has the loss, the gradients and the loss after a step of PyTorch', async () => {
    expect(engine.allocatedBytes).toBe(engine.plan.totalBytes);
    await engine.step(inputsOf(engine.plan, batch), {
      learningRate: step.lr,
      weightDecay: SAMED_ADAMW.weightDecay,
    });
    const [report] = await engine.reports();
    const losses = ['loss', 'crossEntropy', 'dice'].map((name) => report?.values[name]?.[0] ?? NaN);
    const expectedLosses = [step.loss, step.loss_ce, step.loss_dice];
    golden.note(losses, expectedLosses);
    expect(describeDifference(losses, expectedLosses, LOSSES)).toBeUndefined();

    const gradients = await engine.gradients();
    const names = Object.keys(step.grad_l2).filter((name) => !isZero(name));
    const norms = names.map((name) => globalNorm([Float64Array.from(gradients.get(name) ?? [])]));
    const expectedNorms = names.map((name) => step.grad_l2[name] ?? NaN);
    expect(describeDifference(norms, expectedNorms, GRADIENT_NORMS)).toBeUndefined();
    const files = ['lora_grad_first64.npz', 'decoder_grads_small.npz'];
    const elements = (await Promise.all(files.map(readTensors))).flatMap((file) => [...file]);
    const far = golden.farGradients(
      elements,
      (name, count) => gradients.get(name)?.subarray(0, count) ?? [],
      (name) => (isZero(name) ? undefined : SAMED_FULL_GRADIENTS_REL_L2),
    );
    expect(far).toEqual([]);

    const { report: after } = await evaluate(trainingOf(full, []));
    const lossesAfter = ['loss', 'crossEntropy', 'dice'].map((name) => after[name]?.[0] ?? NaN);
    golden.note(lossesAfter, step.loss_after_step);
    expect(describeDifference(lossesAfter, step.loss_after_step, LOSSES_AFTER_STEP)).toBeUndefined();
  });
});

it('finds a step to check', () => {
  expect(trained.length).toBeGreaterThan(0);
});
