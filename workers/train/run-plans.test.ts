/** What a run's settings make of its plans: frozen weights in f16 take half the memory, in training and validation alike. */
import { describe, expect, it } from 'vitest';

import { publishedSamed } from '../../models/zoo/samed-configuration.ts';
import type { TrainSettings } from '../api/train.ts';
import { GPU_TRAITS } from './plan/testing/networks.ts';
import { prepareRun } from './prepare-run.ts';
import { testSpec } from './testing.ts';

const LIMITS = { bindingBytes: 2 ** 27, bufferBytes: 2 ** 28 };
const viTB = publishedSamed('ViT-B', { side: 512, classes: 2, rank: 4 });

const prepared = (changed: Partial<TrainSettings>) =>
  prepareRun(
    testSpec({ batchSize: 2, memoryBytes: 2 ** 31, ...changed }),
    { kind: 'samed', configuration: viTB },
    { traits: GPU_TRAITS, limits: LIMITS },
  );

describe('frozen weights in f16', () => {
  const [full, half] = [prepared({}), prepared({ frozenWeights: 'f16' })];

  it('take half the memory of the matrices of an encoder', () => {
    const { dim, mlpDim, depth } = viTB;
    const elements = depth * (4 * dim ** 2 + 2 * dim * mlpDim);
    expect(full.estimate.totalBytes - half.estimate.totalBytes).toBe(2 * elements);
    expect(half.estimate).toEqual({ ...full.estimate, totalBytes: half.estimate.totalBytes });
  });

  it('are the same in the validation, which reads those of the training', () => {
    const { training, validation } = half.plans;
    const storages = new Map(training.parameters.map(({ name, storage }) => [name, storage]));
    const trained = new Set(training.trainables?.entries.map(({ parameter }) => parameter));
    expect(new Set(storages.values())).toEqual(new Set(['f16', 'f32']));
    const others = (validation?.parameters ?? []).filter(
      ({ name, storage }) => storage !== (trained.has(name) ? 'f32' : storages.get(name)),
    );
    expect(others).toEqual([]);
  });

  it('are none where every weight trains', () => {
    const all = (frozenWeights: 'f32' | 'f16') =>
      prepared({ trainable: 'all', memoryBytes: 2 ** 33, frozenWeights }).estimate.totalBytes;
    expect(all('f16')).toBe(all('f32'));
  });
});
