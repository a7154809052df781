/** Losses, group weights and gradients with respect to logits against the reference data (goldens, section 4). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { readNpz } from '../../../core/formats/npz.ts';
import { goldensFolder, reportGolden } from '../../../core/goldens.ts';
import { describeDifference, LOGIT_GRADIENTS, LOSSES, maxAbsDifference } from '../../../core/testing.ts';
import { createGraphBuilder } from '../../graph/builder.ts';
import type { GroupMethod } from '../../graph/gradient-ops/losses.ts';
import { differentiate } from '../../rewrite/differentiate.ts';
import type { ReferenceInput } from '../interpret.ts';
import { interpretTraining } from '../interpret-training.ts';
import { febsWeights } from './group-weights.ts';

/** What `gammaG` holds. */
interface FairExpectation {
  readonly group_dice_sums: readonly number[];
  /** null stands for NaN. */
  readonly weight_after_tanh: readonly (number | null)[];
  readonly fair_dice: number;
  readonly combined_0p8: number;
}
interface CaseExpectation {
  readonly n_attr: number;
  readonly fp64: Readonly<Record<string, number | FairExpectation>>;
  readonly 'present_groups_only_gamma1.0_fp64'?: {
    readonly fair_dice: number;
    readonly weight_after_tanh: readonly number[];
  };
}

const folder = goldensFolder('losses');
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Readonly<
  Record<string, CaseExpectation>
>;
const CROSS_ENTROPY = [1, 0] as const;
const DICE = [0, 1] as const;
const COMBINED = [0.2, 0.8] as const;

let worstError = 0;
afterAll(() => reportGolden('losses', Object.keys(expected).length, worstError));

interface Measured {
  readonly loss: number;
  readonly groupLoss: Float64Array;
  readonly gradient: Float64Array;
}

/** Runs the loss on the logits of a case. */
function measure(
  arrays: Readonly<Record<'logits' | 'label' | 'attr', ReferenceInput>>,
  groupCount: number,
  [crossEntropyWeight, diceWeight]: readonly [number, number],
  method: GroupMethod,
): Measured {
  const builder = createGraphBuilder('logits');
  const logits = builder.input('logits', ['N', ...arrays.logits.shape.slice(1)]);
  const training = differentiate(builder.build({ logits }), {
    loss: { kind: 'segmentation', logits: 'logits', crossEntropyWeight, diceWeight, groupCount, method },
    trainable: new Set(['logits']),
    batchNormMomentum: 0.1,
  });
  const imageCount = arrays.attr.data.length;
  const sampleWeight = { shape: [imageCount], data: new Float64Array(imageCount).fill(1) };
  const { logits: given, label, attr: group } = arrays;
  const { outputs, gradients } = interpretTraining(training, { logits: given, label, group, sampleWeight });
  return {
    loss: outputs['loss']?.data[0] ?? Number.NaN,
    groupLoss: outputs['groupLoss']?.data ?? new Float64Array(),
    gradient: gradients.get('logits')?.data ?? new Float64Array(),
  };
}

const NONE: GroupMethod = { kind: 'none' };

describe.each(Object.entries(expected))('the losses of %s', (name, { n_attr: groupCount, fp64, ...rest }) => {
  const npz = readNpz(new Uint8Array(readFileSync(join(folder, `${name}.npz`))));
  const read = (key: string): ReferenceInput => {
    const { shape, values } = npz.read(key);
    return { shape, data: Float64Array.from(values, Number) };
  };
  const arrays = { logits: read('logits'), label: read('label'), attr: read('attr') };
  const classes = arrays.logits.shape[1] ?? 0;
  /** What differs from the stored loss and gradient. */
  const differences = ({ loss, gradient }: Measured, expectedLoss: unknown, gradientKey: string) => {
    const stored = read(gradientKey).data;
    const off = Math.abs(loss - Number(expectedLoss));
    worstError = Math.max(worstError, off, maxAbsDifference(gradient, stored));
    return [
      describeDifference([loss], [Number(expectedLoss)], LOSSES),
      describeDifference(gradient, stored, LOGIT_GRADIENTS),
    ].filter((difference) => difference !== undefined);
  };

  it('are the plain ones', () => {
    const plain = (weights: readonly [number, number]) => measure(arrays, groupCount, weights, NONE);
    expect(differences(plain(CROSS_ENTROPY), fp64['ce'], 'grad_ce')).toEqual([]);
    expect(differences(plain(DICE), fp64['dice'], 'grad_dice')).toEqual([]);
    expect(differences(plain(COMBINED), fp64['combined_0p8'], 'grad_combined')).toEqual([]);
  });

  const gammas = Object.keys(fp64).filter((key) => key.startsWith('gamma'));
  it.each(gammas)('are the published FEBS with %s', (key) => {
    const fair = fp64[key] as FairExpectation;
    const gamma = Number(key.slice('gamma'.length));
    const method: GroupMethod = { kind: 'febs', gamma, minimum: 'all' };
    const dice = measure(arrays, groupCount, DICE, method);
    expect(differences(dice, fair.fair_dice, `grad_fair_${key}`)).toEqual([]);
    const combined = measure(arrays, groupCount, COMBINED, method);
    expect(differences(combined, fair.combined_0p8, `grad_fair_combined_${key}`)).toEqual([]);
    const sums = dice.groupLoss.map((loss) => loss * classes);
    expect(describeDifference(sums, fair.group_dice_sums, LOSSES)).toBeUndefined();
    const weights = fair.weight_after_tanh.map((weight) => weight ?? Number.NaN);
    expect(
      describeDifference(febsWeights(fair.group_dice_sums, gamma, 'all'), weights, LOSSES),
    ).toBeUndefined();
  });

  const present = rest['present_groups_only_gamma1.0_fp64'];
  // Only cases in which a group is absent hold these numbers.
  it.each(present === undefined ? [] : [present])(
    'are FEBS with the minimum over the groups present',
    (stored) => {
      const method: GroupMethod = { kind: 'febs', gamma: 1, minimum: 'present' };
      const measured = measure(arrays, groupCount, DICE, method);
      const key = 'grad_fair_present_groups_only_gamma1.0';
      expect(differences(measured, stored.fair_dice, key)).toEqual([]);
      const weights = febsWeights(
        Array.from(measured.groupLoss).filter((loss) => loss > 0),
        1,
        'present',
      );
      expect(describeDifference(weights, stored.weight_after_tanh, LOSSES)).toBeUndefined();
    },
  );
});
