/** Losses against central differences and against their own definition: padding, groups, GroupDRO, the classifier of groups. */
import { describe, expect, it } from 'vitest';

import { createRandom } from '../../../core/random.ts';
import { describeDifference, EXACT, GRADCHECK_F64, STATISTICS_F64 } from '../../../core/testing.ts';
import { createGraphBuilder } from '../../graph/builder.ts';
import type { GroupMethod } from '../../graph/gradient-ops/losses.ts';
import type { TrainingGraph } from '../../graph/training-graph.ts';
import { differentiate } from '../../rewrite/differentiate.ts';
import {
  compareDerivatives,
  describeComparisons,
  type ProofValues,
} from '../../testing/central-differences.ts';
import { interpretTraining } from '../interpret-training.ts';
import { febsWeights, groupDroWeights, LARGEST_FEBS_WEIGHT } from './group-weights.ts';

const CLASSES = 3;
const GROUPS = 3;
const [HEIGHT, WIDTH] = [5, 7];
const ADVERSARY_WEIGHT = 0.3;

function lossGraph(method: GroupMethod, trainable: readonly string[], withAdversary = false): TrainingGraph {
  const builder = createGraphBuilder('loss');
  const logits = builder.input('logits', ['N', CLASSES, HEIGHT, WIDTH]);
  const guess = builder.input('guess', ['N', GROUPS]);
  return differentiate(builder.build({ logits, guess }), {
    loss: {
      kind: 'segmentation',
      logits: 'logits',
      crossEntropyWeight: 0.2,
      diceWeight: 0.8,
      groupCount: GROUPS,
      method,
      ...(withAdversary ? { adversary: { logits: 'guess', weight: ADVERSARY_WEIGHT } } : {}),
    },
    trainable: new Set(trainable),
    batchNormMomentum: 0.1,
  });
}

/** Seeded logits and labels of as many images as there are groups given. */
function lossValues(group: readonly number[], sampleWeight: readonly number[]): ProofValues {
  const random = createRandom(7, 'losses');
  const n = group.length;
  const fill = (count: number, make: () => number) => Float64Array.from({ length: count }, make);
  return {
    logits: {
      shape: [n, CLASSES, HEIGHT, WIDTH],
      data: fill(n * CLASSES * HEIGHT * WIDTH, () => 4 * random.uniform() - 2),
    },
    guess: { shape: [n, GROUPS], data: fill(n * GROUPS, () => random.normal()) },
    label: { shape: [n, HEIGHT, WIDTH], data: fill(n * HEIGHT * WIDTH, () => random.integer(CLASSES)) },
    group: { shape: [n], data: Float64Array.from(group) },
    sampleWeight: { shape: [n], data: Float64Array.from(sampleWeight) },
    groupWeight: { shape: [GROUPS], data: Float64Array.of(0.2, 0.5, 0.3) },
  };
}

const PARTLY_WEIGHTED = lossValues([0, 2, 1, -1, 0], [1, 0.5, 2, 1, 0]);

describe('the gradient of the loss is that of central differences', () => {
  it.each([
    ['of cross-entropy and Dice', { kind: 'none' }],
    // With a rate of 0 the weights of the groups are constants, as the derivative takes them.
    ['of groups weighted by GroupDRO', { kind: 'groupDro', rate: 0 }],
  ] as const)('%s, with weights of images', (_, method) => {
    const comparisons = compareDerivatives(
      lossGraph(method, ['logits']),
      lossGraph(method, []),
      PARTLY_WEIGHTED,
      ({ loss }) => loss?.data[0] ?? Number.NaN,
    );
    expect(comparisons.length).toBeGreaterThan(5);
    expect(describeComparisons(comparisons, GRADCHECK_F64)).toEqual([]);
  });

  it('of the classifier of groups, times its weight', () => {
    const comparisons = compareDerivatives(
      lossGraph({ kind: 'none' }, ['guess'], true),
      lossGraph({ kind: 'none' }, [], true),
      PARTLY_WEIGHTED,
      ({ adversaryLoss }) => ADVERSARY_WEIGHT * (adversaryLoss?.data[0] ?? Number.NaN),
    );
    expect(comparisons.length).toBeGreaterThan(5);
    expect(describeComparisons(comparisons, GRADCHECK_F64)).toEqual([]);
  });
});

describe('an image of weight zero', () => {
  const methods: readonly GroupMethod[] = [
    { kind: 'none' },
    { kind: 'febs', gamma: 1, minimum: 'present' },
    { kind: 'febs', gamma: 1, minimum: 'all' },
    { kind: 'groupDro', rate: 0.1 },
  ];
  it.each(methods)('changes nothing and has no gradient: $kind', (method) => {
    const whole = lossValues([0, 1, 2, 1], [1, 1, 1, 0]);
    const images = (count: number): ProofValues =>
      Object.fromEntries(
        Object.entries(whole).map(([name, { shape, data }]) => {
          if (name === 'groupWeight') return [name, { shape, data }];
          const size = data.length / (shape[0] ?? 1);
          return [name, { shape: [count, ...shape.slice(1)], data: data.slice(0, count * size) }];
        }),
      );
    const padded = interpretTraining(lossGraph(method, ['logits']), whole);
    const plain = interpretTraining(lossGraph(method, ['logits']), images(3));
    for (const name of ['loss', 'crossEntropy', 'dice', 'groupLoss', 'groupSize']) {
      const [a, b] = [padded.outputs[name]?.data ?? [], plain.outputs[name]?.data ?? []];
      expect(describeDifference(a, b, EXACT)).toBeUndefined();
    }
    const gradient = padded.gradients.get('logits')?.data ?? new Float64Array();
    const expected = plain.gradients.get('logits')?.data ?? new Float64Array();
    expect(describeDifference(gradient.slice(0, expected.length), expected, EXACT)).toBeUndefined();
    expect(gradient.slice(expected.length).every((value) => value === 0)).toBe(true);
    expect(expected.some((value) => value !== 0)).toBe(true);
  });

  it('leaves a loss of 0 and no gradient when there is no other', () => {
    const result = interpretTraining(lossGraph({ kind: 'none' }, ['logits']), lossValues([0, 1], [0, 0]));
    expect(result.outputs['crossEntropy']?.data[0]).toBe(0);
    expect(result.gradients.get('logits')?.data.every((value) => value === 0)).toBe(true);
  });
});

describe('the weights of groups', () => {
  it('with FEBS are tanh 1 for the least loss, also for a loss of 0, and less for the others', () => {
    expect(febsWeights([0.5, 1, 2], 1, 'present')).toEqual([Math.tanh(1), Math.tanh(0.5), Math.tanh(0.25)]);
    expect(febsWeights([0, 1], 1, 'present')).toEqual([LARGEST_FEBS_WEIGHT, 0]);
  });

  it('with FEBS are tanh 1 for a group that is not known', () => {
    const method: GroupMethod = { kind: 'febs', gamma: 1, minimum: 'present' };
    const unknown = interpretTraining(lossGraph(method, ['logits']), lossValues([-1, 9], [1, 1]));
    // All probabilities times tanh 1, by the formula of a single group, whose weight it is.
    const single = interpretTraining(lossGraph(method, ['logits']), lossValues([1, 1], [1, 1]));
    expect(unknown.outputs['loss']?.data).toEqual(single.outputs['loss']?.data);
    expect(Array.from(unknown.outputs['groupSize']?.data ?? [])).toEqual([0, 0, 0]);
  });

  it('with GroupDRO grow with the loss, sum to one, and are kept for the next step', () => {
    const next = groupDroWeights([0.25, 0.25, 0.5], [Math.log(2), 0, 0], 1);
    expect(describeDifference(next, [0.4, 0.2, 0.4], STATISTICS_F64)).toBeUndefined();
    const training = lossGraph({ kind: 'groupDro', rate: 2 }, ['logits']);
    const { outputs, updates } = interpretTraining(training, PARTLY_WEIGHTED);
    const losses = Array.from(outputs['groupLoss']?.data ?? []);
    const expected = groupDroWeights([0.2, 0.5, 0.3], losses, 2);
    expect(Array.from(updates.get('groupWeight')?.data ?? [])).toEqual(expected);
    const loss = expected.reduce((sum, q, group) => sum + q * (losses[group] ?? Number.NaN), 0);
    expect(outputs['loss']?.data[0]).toBeCloseTo(loss, 12);
  });
});
