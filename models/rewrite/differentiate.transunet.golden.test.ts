/** Loss, gradients and running statistics of small TransUNets against PyTorch (goldens, section 12), in the oracle. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { goldensFolder, reportGolden } from '../../core/goldens.ts';
import {
  describeDifference,
  LOSSES,
  maxAbsDifference,
  REDUCED_F32,
  relativeL2,
  TRANSUNET_ORACLE_GRADIENTS_REL_L2,
  TRANSUNET_TRAINING_LOGITS_REL_L2,
} from '../../core/testing.ts';
import { interpretTraining } from '../reference/interpret-training.ts';
import { readTransUnetCases } from '../testing/transunet-golden.ts';
import {
  BATCH_NORM_MOMENTUM,
  readTransUnetTraining,
  type TransUnetTrainingConfig,
} from '../testing/transunet-training.ts';
import { differentiate } from './differentiate.ts';

const folder = goldensFolder('transunet-tiny');
const readBytes = async (file: string) => new Uint8Array(await readFile(join(folder, file)));
const cases = await readTransUnetCases(readBytes);
const configs = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Readonly<
  Record<string, TransUnetTrainingConfig>
>;
let checked = 0;
let worstError = 0;

afterAll(() => reportGolden('transunet-tiny (gradients)', checked, worstError));

describe.each(cases)('training the small TransUNet $name', (transUnet) => {
  const config = configs[transUnet.name] as TransUnetTrainingConfig;
  const opened = readTransUnetTraining(transUnet, readBytes);
  const nearZero = new Set(config.near_zero_gradients);

  it('has the loss, the gradients and the running statistics of PyTorch', async () => {
    const { values, gradients, statistics, trainingWith } = await opened;
    const training = trainingWith({ kind: 'none' }, 1);
    const result = interpretTraining(training, values);
    const losses = ['loss', 'crossEntropy', 'dice'].map(
      (name) => result.outputs[name]?.data[0] ?? Number.NaN,
    );
    const { loss, ce, dice } = config.loss_train_fp64;
    expect(describeDifference(losses, [loss, ce, dice], LOSSES)).toBeUndefined();

    expect([...result.gradients.keys()].toSorted()).toEqual([...gradients.keys()].toSorted());
    const far: string[] = [];
    for (const [name, { data }] of gradients) {
      if (nearZero.has(name)) continue;
      const gradient = result.gradients.get(name)?.data ?? new Float64Array();
      checked++;
      worstError = Math.max(worstError, maxAbsDifference(gradient, data));
      const off = relativeL2(gradient, data);
      if (!(off <= TRANSUNET_ORACLE_GRADIENTS_REL_L2)) far.push(`${name}: ${off}`);
    }
    expect(far).toEqual([]);

    const running = [...statistics].filter(([name]) => !name.endsWith('num_batches_tracked'));
    expect([...result.updates.keys()].toSorted()).toEqual(running.map(([name]) => name).toSorted());
    const wrong = running.filter(([name, { data }]) => {
      const updated = result.updates.get(name)?.data ?? [];
      return describeDifference(updated, data, REDUCED_F32) !== undefined;
    });
    expect(wrong.map(([name]) => name)).toEqual([]);
  });

  it('has the logits of training mode', async () => {
    const { values, logits } = await opened;
    const forward = differentiate(transUnet.model.graph, {
      loss: { kind: 'given', output: 'logits' },
      trainable: new Set(),
      batchNormMomentum: BATCH_NORM_MOMENTUM,
    });
    const actual = interpretTraining(forward, values).outputs['logits']?.data ?? [];
    expect(relativeL2(actual, logits.data)).toBeLessThan(TRANSUNET_TRAINING_LOGITS_REL_L2);
  });
});
