/**
 * What a run optimises: plain training, or one of the fairness methods. A method is carried out in the loss of the training
 * graph, in the order of the images, or in their weights; each says which here, and nothing else knows the methods apart.
 */
import { GROUP_LOGITS } from '../../../models/rewrite/group-classifier.ts';
import type { GroupMethod } from '../../../models/graph/gradient-ops/losses.ts';
import type { SegmentationLoss } from '../../../models/rewrite/differentiate/loss.ts';

export type Objective =
  | { readonly kind: 'plain' }
  /** Probabilities weighted by the losses of the groups: present in the batch, or as published. */
  | { readonly kind: 'febs'; readonly gamma: number; readonly minimum: 'present' | 'all' }
  /** Weights of groups that grow with their losses. */
  | { readonly kind: 'groupDro'; readonly rate: number }
  /** A classifier of groups whose gradient is reversed; the graph has one from `withGroupClassifier`. */
  | { readonly kind: 'adversarial'; readonly weight: number; readonly reversalScale: number }
  /** Every group drawn equally often. */
  | { readonly kind: 'balancedSampling' }
  /** Every group weighing equally much. */
  | { readonly kind: 'inverseFrequency' };

/** The parts of the loss that a run sets whatever its objective. */
export type LossSettings = Pick<
  SegmentationLoss,
  'logits' | 'crossEntropyWeight' | 'diceWeight' | 'groupCount'
>;

function groupMethod(objective: Objective): GroupMethod {
  switch (objective.kind) {
    case 'febs':
    case 'groupDro':
      return objective;
    default:
      return { kind: 'none' };
  }
}

/** The loss of an objective, for `differentiate`. The losses of groups are reported by all. */
export function lossOf(objective: Objective, settings: LossSettings): SegmentationLoss {
  const loss: SegmentationLoss = { kind: 'segmentation', ...settings, method: groupMethod(objective) };
  return objective.kind === 'adversarial'
    ? { ...loss, adversary: { logits: GROUP_LOGITS, weight: objective.weight } }
    : loss;
}

/** The weights of the groups before the first step of GroupDRO: all the same. */
export function initialGroupWeights(groupCount: number): Float32Array<ArrayBuffer> {
  return new Float32Array(groupCount).fill(1 / groupCount);
}
