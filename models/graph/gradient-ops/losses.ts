/**
 * Losses: formulas and shapes. The segmentation loss is three operations, so that a method of fairness is arithmetic on a few
 * numbers per image, and so that micro-batches can share the sums that Dice takes over the whole batch.
 */
import type { NoAttributes } from '../ops.ts';
import { isSameShape, type Shape } from '../shape.ts';
import { isCount, requireThat } from '../shape-rules/rule.ts';
import { requireInputs, type ResultRule } from './rule.ts';

/**
 * How group membership enters the loss. Groups are 0 .. groupCount - 1; another number is an unknown group.
 * febs: the probabilities of an image are multiplied by tanh((min L / L of its group)^gamma), L being the sum of the classes'
 *   Dice losses of the group alone; for the group with the least L, and for an unknown group, by tanh 1. The minimum is over
 *   the groups 'present' in the batch, or over 'all', as published: there the loss of an absent group is 0, so that a batch
 *   that lacks one does not train Dice, and images of group -1 make a group that is indexed as the last. Only to reproduce.
 * groupDro: q_g is multiplied by exp(rate L_g) and divided by the sum, L_g being the loss on the group alone, 0 where it is
 *   absent; the loss is the sum of q_g L_g, so that images of an unknown group do not train.
 */
export type GroupMethod =
  | { readonly kind: 'none' }
  | { readonly kind: 'febs'; readonly gamma: number; readonly minimum: 'present' | 'all' }
  | { readonly kind: 'groupDro'; readonly rate: number };

export interface LossOperations {
  /**
   * With p = softmax of the logits over K classes and t = 1 where the label is the class: per image
   * sums = [sum of p t, sum of p^2, sum of t] over the pixels, and crossEntropy = mean over the pixels of -log p[label].
   * Inputs: logits [N,K,h,w], label [N,h,w] (whole numbers); results sums [N,3,K], crossEntropy [N].
   */
  readonly segmentationSums: NoAttributes;
  /**
   * crossEntropy = sum of a ce / sum of a, with the weight a of each image; dice = mean over classes of
   * 1 - (2 I + smoothing) / (P + T + smoothing), where I, P, T are the sums over images of a u pt, a u^2 p^2, a t and u is 1
   * but for febs. loss = crossEntropyWeight crossEntropy + diceWeight dice, but for groupDro. A batch without weight has
   * crossEntropy 0. Per group: loss (with u = 1) and number of images of weight, both 0 where the group is absent.
   * Inputs: sums, crossEntropy, group [N], sampleWeight [N], with groupDro also groupWeight [G].
   * Results: loss [1], crossEntropy [1], dice [1], groupLoss [G], groupSize [G], then the derivatives of the loss with
   * respect to the first two sums, dSums [N,2,K], and to the images' cross-entropy, dCrossEntropy [N]; with groupDro also
   * the new groupWeight [G]. u and q count as constants.
   */
  readonly segmentationLoss: {
    readonly crossEntropyWeight: number;
    readonly diceWeight: number;
    readonly smoothing: number;
    readonly groupCount: number;
    readonly method: GroupMethod;
  };
  /**
   * With e[k] = dSums[0,k] t[k] + 2 dSums[1,k] p[k]: dLogits[k] = p[k] (e[k] - sum over j of p[j] e[j])
   * + dCrossEntropy (p[k] - t[k]) / (h w). Inputs: logits, label, dSums, dCrossEntropy.
   */
  readonly segmentationGradient: NoAttributes;
  /**
   * loss = sum over images of a * -log softmax(logits)[label] / sum of a over the images whose label is a class; 0 without
   * such images. dLogits = weight a (p - t) / sum of a. Inputs: logits [N,K], label [N], sampleWeight [N]; results loss [1],
   * dLogits [N,K].
   */
  readonly classificationLoss: { readonly weight: number };
}

const ONE: Shape = [1];

export const lossShapes: { readonly [K in keyof LossOperations]: ResultRule<K> } = {
  segmentationSums(inputs) {
    const [logits, label] = requireInputs(inputs, 2) as [Shape, Shape];
    const [n, classes, h, w] = logits;
    requireThat(
      logits.length === 4 && isSameShape(label, [n, h, w] as Shape),
      'takes logits [N,K,h,w] and a label [N,h,w]',
    );
    return [[n, 3, classes] as Shape, [n as 'N']];
  },
  segmentationLoss(inputs, { groupCount, method, smoothing }) {
    const isDro = method.kind === 'groupDro';
    const [sums, crossEntropy, group, sampleWeight, groupWeight] = requireInputs(inputs, isDro ? 5 : 4);
    const [n, three, classes] = sums as Shape;
    const perImage = [n] as Shape;
    requireThat(
      three === 3 &&
        [crossEntropy, group, sampleWeight].every((shape) => isSameShape(shape as Shape, perImage)),
      'takes sums [N,3,K], then the cross-entropy, the group and the weight [N] of each image',
    );
    requireThat(isCount(groupCount) && smoothing > 0, 'needs at least one group and a positive smoothing');
    requireThat(
      !isDro || isSameShape(groupWeight as Shape, [groupCount]),
      `takes the weights [${groupCount}] of the groups last`,
    );
    const groups: Shape = [groupCount];
    const results = [ONE, ONE, ONE, groups, groups, [n, 2, classes] as Shape, perImage];
    return isDro ? [...results, groups] : results;
  },
  segmentationGradient(inputs) {
    const [logits, label, dSums, dCrossEntropy] = requireInputs(inputs, 4) as [Shape, Shape, Shape, Shape];
    const [n, classes, h, w] = logits;
    requireThat(
      isSameShape(label, [n, h, w] as Shape) &&
        isSameShape(dSums, [n, 2, classes] as Shape) &&
        isSameShape(dCrossEntropy, [n as 'N']),
      'takes logits [N,K,h,w], label [N,h,w], dSums [N,2,K] and dCrossEntropy [N]',
    );
    return [logits];
  },
  classificationLoss(inputs) {
    const [logits, label, sampleWeight] = requireInputs(inputs, 3) as [Shape, Shape, Shape];
    const perImage = [logits[0]] as Shape;
    requireThat(
      logits.length === 2 && isSameShape(label, perImage) && isSameShape(sampleWeight, perImage),
      'takes logits [N,K], a label [N] and a weight [N]',
    );
    return [ONE, logits];
  },
};
