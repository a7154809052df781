/** The small SAMed with its frozen matrices as f16: the numbers of rounded weights, near PyTorch's of f32 (goldens, section 1). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { decodeHalf } from '../../core/formats/npy.ts';
import { describeDifference, maxAbsDifference, relativeL2, STORED_F16 } from '../../core/testing.ts';
import { toFloat16 } from '../../models/onnx/float16.ts';
import { fetchGolden } from '../../models/testing/fetch-golden.ts';
import { reportGoldenInBrowser } from '../../models/testing/report-golden.ts';
import { readSamedGolden } from '../../models/testing/samed-golden.ts';
import { readSamedTraining } from '../../models/testing/samed-training.ts';
import type { TrainingEngine } from './engine.ts';
import { inputsOf, openTestEngines, sourceOf, type TestEngines } from './execute/testing.ts';
import { frozenMatrices } from './plan/frozen-matrices.ts';
import type { Optimizer } from './plan/plan.ts';

const readBytes = (file: string) => fetchGolden('samed-tiny', file);
const golden = await readSamedGolden(readBytes);
const { config, batch, read, trainingWith } = await readSamedTraining(golden, readBytes);
const stored = { ...Object.fromEntries(golden.params), ...batch };
const batchSize = batch['sampleWeight']?.data.length ?? 0;
const optimizer: Optimizer = { kind: 'sgd', momentum: 0.9 };
const RATES = { learningRate: 0.01, weightDecay: 0.1 };

const plain = trainingWith({ kind: 'none' });
const validation = trainingWith({ kind: 'none' }, new Set());
const halves = frozenMatrices(plain);
/** The same values, the matrices rounded to halves. */
const rounded = Object.fromEntries(
  Object.entries(stored).map(([name, { data }]) => [
    name,
    { data: halves.has(name) ? decodeHalf(toFloat16(Float32Array.from(data))) : data },
  ]),
);

let worstError = 0;
let engines: TestEngines;
beforeAll(async () => {
  engines = await openTestEngines();
});
afterAll(() => {
  engines.dispose();
  return reportGoldenInBrowser('samed-tiny (engine, f16 storage)', 1, worstError);
});

const lossesIn = (values: Readonly<Record<string, Float32Array>> | undefined): number[] =>
  ['loss', 'crossEntropy', 'dice'].map((name) => values?.[name]?.[0] ?? Number.NaN);

/** What a step reports, its gradients, and the state after another. */
async function numbersOf(engine: TrainingEngine) {
  const inputs = inputsOf(engine.plan, batch);
  await engine.step(inputs, RATES);
  const gradients = await engine.gradients();
  await engine.step(inputs, RATES);
  const losses = (await engine.reports()).map(({ values }) => lossesIn(values));
  return { losses, gradients, state: await engine.state() };
}

describe('frozen matrices as f16', () => {
  it('train bit by bit as rounded ones in f32, with half their bytes, near the reference', async () => {
    const ofHalves = engines.plan(plain, { batchSize, optimizer, halves });
    const ofRounded = engines.plan(plain, { batchSize, optimizer });
    expect(ofHalves.totalBytes).toBeLessThan(ofRounded.totalBytes);
    const [half, full] = [
      await engines.open(ofHalves, sourceOf(stored)),
      await engines.open(ofRounded, sourceOf(rounded)),
    ];
    expect(half.allocatedBytes).toBe(ofHalves.totalBytes);
    const actual = await numbersOf(half);
    expect(actual).toEqual(await numbersOf(full));
    half.destroy();
    full.destroy();

    const { loss, loss_ce: crossEntropy, loss_dice: dice } = config.loss.fp64;
    const expected = [loss, crossEntropy, dice];
    worstError = maxAbsDifference(actual.losses[0] ?? [], expected);
    expect(describeDifference(actual.losses[0] ?? [], expected, STORED_F16)).toBeUndefined();
    const zeroGradient = new Set(config.adamw.zero_gradient_tensors_adam_noise);
    const far = [...(await read('grads.npz'))].flatMap(([name, { data }]) => {
      const gradient = actual.gradients.get(name) ?? new Float32Array();
      if (zeroGradient.has(name)) return gradient.every(Number.isFinite) ? [] : [name];
      const off = relativeL2(gradient, data);
      return off <= STORED_F16.rel ? [] : [`${name}: ${off}`];
    });
    expect(far).toEqual([]);
  });

  it('are read by a validation of the same weights, not by one that expects f32', async () => {
    const trained = await engines.open(
      engines.plan(plain, { batchSize, optimizer, halves }),
      sourceOf(stored),
    );
    const settings = { batchSize, optimizer: undefined };
    const engine = await engines.open(
      engines.plan(validation, { ...settings, halves }),
      sourceOf({}),
      trained,
    );
    const inputs = inputsOf(trained.plan, batch);
    for (let step = 0; step < 2; step++) {
      const { report } = await engine.evaluate(inputs);
      await trained.step(inputs, RATES);
      const [stepped] = await trained.reports();
      expect(lossesIn(report)).toEqual(lossesIn(stepped?.values));
    }
    await expect(engines.open(engines.plan(validation, settings), sourceOf({}), trained)).rejects.toThrow(
      /another size/,
    );
    engine.destroy();
    trained.destroy();
  });

  it.each([65_505, Number.NaN])('refuse a weight that holds %d, and name it', async (value) => {
    const [name = ''] = halves;
    const data = Float32Array.from(stored[name]?.data ?? []);
    data[data.length - 1] = value;
    const opening = engines.open(
      engines.plan(plain, { batchSize, optimizer, halves }),
      sourceOf({ ...stored, [name]: { data } }),
    );
    await expect(opening).rejects.toMatchObject({
      code: 'train/not-trainable',
      message: expect.stringContaining(`'${name}' holds ${value}`) as string,
    });
  });
});
