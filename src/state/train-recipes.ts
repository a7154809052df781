/** The fairness methods that Train offers, and the recipe that a run starts from, by model and method. */
import type { TrainSettings } from '../../workers/api/train.ts';
import type { Objective } from '../../workers/train/objectives/objective.ts';
import {
  epochsFor,
  FEBS_RECIPE,
  SAMED_RECIPE,
  SAMED_TINY_RECIPE,
  TRANSUNET_RECIPE,
} from '../../workers/train/recipes.ts';

export const METHODS = [
  'plain',
  'febs',
  'groupDro',
  'adversarial',
  'balancedSampling',
  'inverseFrequency',
] as const;
export type Method = (typeof METHODS)[number];

export const METHOD_LABELS: Readonly<Record<Method, string>> = {
  plain: 'Plain',
  febs: 'FEBS',
  groupDro: 'GroupDRO',
  adversarial: 'ADV',
  balancedSampling: 'Group-balanced sampling',
  inverseFrequency: 'Inverse-frequency weights',
};

/** Every method with the parameters that it starts with; the step size of GroupDRO is that of its paper (Sagawa et al., 2020). */
export const OBJECTIVES: Readonly<{ [Kind in Method]: Extract<Objective, { kind: Kind }> }> = {
  plain: { kind: 'plain' },
  febs: { kind: 'febs', gamma: 1, minimum: 'present' },
  groupDro: { kind: 'groupDro', rate: 0.01 },
  adversarial: { kind: 'adversarial', weight: 1, reversalScale: 1 },
  balancedSampling: { kind: 'balancedSampling' },
  inverseFrequency: { kind: 'inverseFrequency' },
};

/** What recipes tell apart: SAMed-Tiny and what was trained from it, other SAMeds, TransUNets. */
export type TrainFamily = 'samed-tiny' | 'samed' | 'transunet';

/** The recipe for a number of training images: the small model's, the published FEBS phase, or the published plain run. */
export function recipeOf(family: TrainFamily, method: Method, imageCount: number): TrainSettings {
  if (family === 'samed-tiny') return SAMED_TINY_RECIPE;
  if (family === 'transunet') return { ...TRANSUNET_RECIPE, epochCount: epochsFor(imageCount) };
  return method === 'febs' ? FEBS_RECIPE : { ...SAMED_RECIPE, epochCount: epochsFor(imageCount) };
}
