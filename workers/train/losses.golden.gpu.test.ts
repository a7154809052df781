/** The losses and their gradients with respect to logits, kernel by kernel on the device (goldens, section 4). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readNpz } from '../../core/formats/npz.ts';
import { describeDifference, LOGIT_GRADIENTS, LOSSES, maxAbsDifference } from '../../core/testing.ts';
import { createGraphBuilder } from '../../models/graph/builder.ts';
import type { GroupMethod } from '../../models/graph/gradient-ops/losses.ts';
import type { Tensor } from '../../models/graph/graph.ts';
import { bindBatch } from '../../models/graph/shape.ts';
import { differentiate } from '../../models/rewrite/differentiate.ts';
import { fetchGolden } from '../../models/testing/fetch-golden.ts';
import { reportGoldenInBrowser } from '../../models/testing/report-golden.ts';
import { hasKernel, kernelFor } from '../gpu/kernels/kernel-table.ts';
import { type KernelHarness, openKernelHarness } from '../gpu/testing.ts';

/** What `gammaG` holds. */
interface FairExpectation {
  readonly group_dice_sums: readonly number[];
  readonly fair_dice: number;
  readonly combined_0p8: number;
}
interface CaseExpectation {
  readonly n_attr: number;
  readonly fp64: Readonly<Record<string, number | FairExpectation>>;
  readonly 'present_groups_only_gamma1.0_fp64'?: { readonly fair_dice: number };
}
interface Expected {
  readonly name: string;
  readonly method: GroupMethod;
  readonly weights: readonly [crossEntropy: number, dice: number];
  readonly loss: number;
  readonly gradient: string;
  readonly groupDiceSums?: readonly number[];
}

const cases = Object.entries(
  JSON.parse(new TextDecoder().decode(await fetchGolden('losses', 'expected.json'))) as Readonly<
    Record<string, CaseExpectation>
  >,
);
const CROSS_ENTROPY = [1, 0] as const;
const DICE = [0, 1] as const;
const COMBINED = [0.2, 0.8] as const;

/** Every loss that is stored of a case. */
function expectedOf({ fp64, ...rest }: CaseExpectation): Expected[] {
  const none = { kind: 'none' } as const;
  const plain = [
    { name: 'cross-entropy', method: none, weights: CROSS_ENTROPY, loss: fp64['ce'], gradient: 'grad_ce' },
    { name: 'Dice', method: none, weights: DICE, loss: fp64['dice'], gradient: 'grad_dice' },
    { name: 'both', method: none, weights: COMBINED, loss: fp64['combined_0p8'], gradient: 'grad_combined' },
  ].map((each) => ({ ...each, loss: Number(each.loss) }));
  const fair = Object.entries(fp64).flatMap(([key, stored]) => {
    if (typeof stored === 'number') return [];
    const method = { kind: 'febs', gamma: Number(key.slice('gamma'.length)), minimum: 'all' } as const;
    const groupDiceSums = stored.group_dice_sums;
    return [
      {
        name: `FEBS, ${key}`,
        method,
        weights: DICE,
        loss: stored.fair_dice,
        gradient: `grad_fair_${key}`,
        groupDiceSums,
      },
      {
        name: `both with FEBS, ${key}`,
        method,
        weights: COMBINED,
        loss: stored.combined_0p8,
        gradient: `grad_fair_combined_${key}`,
      },
    ];
  });
  const present = rest['present_groups_only_gamma1.0_fp64'];
  if (present === undefined) return [...plain, ...fair];
  const method = { kind: 'febs', gamma: 1, minimum: 'present' } as const;
  const gradient = 'grad_fair_present_groups_only_gamma1.0';
  const name = 'FEBS of the groups present';
  return [...plain, ...fair, { name, method, weights: DICE, loss: present.fair_dice, gradient }];
}

let worstError = 0;
let harness: KernelHarness;
beforeAll(async () => {
  harness = await openKernelHarness();
});
afterAll(() => {
  harness.dispose();
  return reportGoldenInBrowser('losses (kernels)', cases.length, worstError);
});

/** Runs the loss on the logits of a case: every node of its training graph by its kernel. */
async function measure(
  values: ReadonlyMap<string, Tensor>,
  groupCount: number,
  { method, weights: [crossEntropyWeight, diceWeight] }: Expected,
) {
  const shape = values.get('logits')?.shape ?? [];
  const builder = createGraphBuilder('logits');
  const training = differentiate(
    builder.build({ logits: builder.input('logits', ['N', ...shape.slice(1)]) }),
    {
      loss: { kind: 'segmentation', logits: 'logits', crossEntropyWeight, diceWeight, groupCount, method },
      trainable: new Set(['logits']),
      batchNormMomentum: 0.1,
    },
  );
  const computed = new Map(values);
  for (const { kind, attributes, inputs, results } of training.nodes) {
    if (!hasKernel(kind)) throw new Error(`a loss has an operation without kernel: ${kind}`);
    const given = inputs.map((name) => computed.get(name) ?? { shape: [], data: new Float32Array() });
    const shapes = results.map((result) => bindBatch(result.shape, shape[0] ?? 0));
    const call = {
      attributes: attributes as never,
      inputs: given.map((input) => input.shape),
      results: shapes,
    };
    const arrays = await harness.run(kernelFor(kind, call, harness.traits), given, shapes);
    for (const [index, { name }] of results.entries()) {
      computed.set(name, { shape: shapes[index] ?? [], data: arrays[index] ?? new Float32Array() });
    }
  }
  const valueOf = (name: string | undefined) => computed.get(name ?? '')?.data ?? new Float32Array();
  return {
    loss: valueOf(training.outputs.find(({ name }) => name === 'loss')?.value),
    groupLoss: valueOf(training.outputs.find(({ name }) => name === 'groupLoss')?.value),
    gradient: valueOf(training.gradients[0]?.value),
  };
}

describe.each(cases)('the losses of %s on the device', (name, stored) => {
  it.each(expectedOf(stored))('$name', async (expected) => {
    const npz = readNpz(await fetchGolden('losses', `${name}.npz`));
    const read = (key: string): Tensor => {
      const { shape, values } = npz.read(key);
      return { shape, data: Float32Array.from(values, Number) };
    };
    const group = read('attr');
    const values = new Map([
      ['logits', read('logits')],
      ['label', read('label')],
      ['group', group],
      ['sampleWeight', { shape: group.shape, data: new Float32Array(group.data.length).fill(1) }],
    ]);
    const { loss, groupLoss, gradient } = await measure(values, stored.n_attr, expected);
    const classes = values.get('logits')?.shape[1] ?? 0;
    const sums = groupLoss.map((each) => each * classes);
    const { groupDiceSums } = expected;
    const expectedGradient = read(expected.gradient).data;
    worstError = Math.max(
      worstError,
      maxAbsDifference(loss, [expected.loss]),
      maxAbsDifference(gradient, expectedGradient),
    );
    const problems = [
      describeDifference(loss, [expected.loss], LOSSES),
      describeDifference(gradient, expectedGradient, LOGIT_GRADIENTS),
      groupDiceSums === undefined ? undefined : describeDifference(sums, groupDiceSums, LOSSES),
    ];
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });
});

it('finds losses to check', () => {
  expect(cases.length).toBeGreaterThan(0);
});
