/** The objectives: what each asks of the loss, of the order of images and of their weights. */
import { describe, expect, it } from 'vitest';

import { createRandom } from '../../../core/random.ts';
import { balancedOrder, epochOrder, type ImageOrder } from './group-sampling.ts';
import { inverseFrequencyWeights } from './inverse-frequency.ts';
import { initialGroupWeights, lossOf } from './objective.ts';

const draw = (order: ImageOrder, count: number) => Array.from({ length: count }, () => order.next());
const SETTINGS = { logits: 'logits', crossEntropyWeight: 0.2, diceWeight: 0.8, groupCount: 3 };

describe('the loss of an objective', () => {
  it('is plain where the method lies in the data', () => {
    for (const kind of ['plain', 'balancedSampling', 'inverseFrequency'] as const) {
      expect(lossOf({ kind }, SETTINGS)).toEqual({
        kind: 'segmentation',
        ...SETTINGS,
        method: { kind: 'none' },
      });
    }
  });

  it('has the method of groups, or the classifier beside it', () => {
    const febs = { kind: 'febs', gamma: 0.5, minimum: 'present' } as const;
    expect(lossOf(febs, SETTINGS).method).toEqual(febs);
    expect(lossOf({ kind: 'groupDro', rate: 0.01 }, SETTINGS).method).toEqual({
      kind: 'groupDro',
      rate: 0.01,
    });
    const adversarial = lossOf({ kind: 'adversarial', weight: 0.1, reversalScale: 1 }, SETTINGS);
    expect(adversarial.adversary).toEqual({ logits: 'group_logits', weight: 0.1 });
    expect(adversarial.method).toEqual({ kind: 'none' });
  });

  it('of GroupDRO begins with equal weights', () => {
    expect(Array.from(initialGroupWeights(4))).toEqual([0.25, 0.25, 0.25, 0.25]);
  });
});

describe('the order of images', () => {
  it('has each image once an epoch, in another order the next time, the same for a seed', () => {
    const order = epochOrder(20, createRandom(3, 'order'));
    const [first, second] = [draw(order, 20), draw(order, 20)];
    const all = Array.from({ length: 20 }, (_, index) => index);
    expect(first.toSorted((a, b) => a - b)).toEqual(all);
    expect(second.toSorted((a, b) => a - b)).toEqual(all);
    expect(first).not.toEqual(second);
    expect(draw(epochOrder(20, createRandom(3, 'order')), 20)).toEqual(first);
  });

  it('has every group equally often when it is balanced, and no image of a group before all others of it', () => {
    const groups = [0, 0, 0, 0, 0, 0, 1, 1, -1];
    const drawn = draw(balancedOrder(groups, createRandom(5, 'order')), 18);
    const ofGroup = (group: number) => drawn.filter((image) => groups[image] === group);
    expect([0, 1, -1].map((group) => ofGroup(group).length)).toEqual([6, 6, 6]);
    expect(ofGroup(0).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(ofGroup(1).filter((image) => image === 6)).toHaveLength(3);
    expect(draw(balancedOrder(groups, createRandom(5, 'order')), 18)).toEqual(drawn);
  });
});

describe('weights by inverse frequency', () => {
  it('give every present group the same sum, and an image of unknown group the mean weight', () => {
    const groups = [0, 0, 0, 2, -1];
    const weights = inverseFrequencyWeights(groups, 3);
    expect(weights).toEqual([2 / 3, 2 / 3, 2 / 3, 2, 1]);
  });

  it('are 1 where no group is known', () => {
    expect(inverseFrequencyWeights([-1, -1], 2)).toEqual([1, 1]);
  });
});
