/** Steps of SGD and gradients with FEBS of small TransUNets against PyTorch (goldens, section 12): a minute or two in the oracle. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readNpz } from '../../core/formats/npz.ts';
import { goldensFolder } from '../../core/goldens.ts';
import { describeDifference, GRADIENT_NORMS, LOSSES, TRANSUNET_STEPS } from '../../core/testing.ts';
import { interpretTraining } from '../reference/interpret-training.ts';
import { globalNorm } from '../reference/optimizers.ts';
import { readTransUnetCases } from '../testing/transunet-golden.ts';
import { runSgd } from '../testing/transunet-steps.ts';
import {
  readArrays,
  readTransUnetTraining,
  type TransUnetTrainingConfig,
} from '../testing/transunet-training.ts';

const TIMEOUT_MS = 600_000;
const folder = goldensFolder('transunet-tiny');
const readBytes = async (file: string) => new Uint8Array(await readFile(join(folder, file)));
const cases = await readTransUnetCases(readBytes);
const configs = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Readonly<
  Record<string, TransUnetTrainingConfig>
>;

describe.each(cases)('training the small TransUNet $name', { timeout: TIMEOUT_MS }, (transUnet) => {
  const config = configs[transUnet.name] as TransUnetTrainingConfig;
  const { sgd } = config;
  const nearZero = new Set(config.near_zero_gradients);

  it('has the losses of PyTorch along steps of SGD, and its weights after them', async () => {
    const { values, trainingWith } = await readTransUnetTraining(transUnet, readBytes);
    const run = runSgd(trainingWith({ kind: 'none' }, 1), values, sgd);
    expect(describeDifference(run.losses, sgd.loss_fp64, LOSSES)).toBeUndefined();

    const file = `${transUnet.name}_weights_after_${sgd.lr_used.length}_sgd_steps.npz`;
    const stored = [...readArrays(readNpz(await readBytes(file)))].filter(
      ([name]) => !name.endsWith('num_batches_tracked'),
    );
    expect([...run.values.keys()].toSorted()).toEqual(stored.map(([name]) => name).toSorted());
    const far = stored.flatMap(([name, { data }]) => {
      const difference = describeDifference(run.values.get(name) ?? [], data, TRANSUNET_STEPS);
      return difference === undefined ? [] : [`${name}: ${difference}`];
    });
    expect(far).toEqual([]);
  });

  it('has the loss and the norms of gradients with the published FEBS', async () => {
    const { values, trainingWith } = await readTransUnetTraining(transUnet, readBytes);
    const { gamma, n_attr: groupCount, ...febs } = config.loss_febs_fp64;
    const result = interpretTraining(
      trainingWith({ kind: 'febs', gamma, minimum: 'all' }, groupCount),
      values,
    );
    expect(describeDifference(result.outputs['loss']?.data ?? [], [febs.loss], LOSSES)).toBeUndefined();
    const names = Object.keys(febs.grad_l2).filter((name) => !nearZero.has(name));
    const norms = names.map((name) => globalNorm([result.gradients.get(name)?.data ?? new Float64Array()]));
    const expected = names.map((name) => febs.grad_l2[name] ?? Number.NaN);
    expect(describeDifference(norms, expected, GRADIENT_NORMS)).toBeUndefined();
  });
});
