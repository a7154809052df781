/** Settings to start from: the published recipes, and smaller ones for the small model that comes with the workbench. */
import { SAMED_TINY_CROP } from '../../models/zoo/samed-tiny.ts';
import type { TrainSettings } from '../api/train.ts';

const MEBIBYTE = 2 ** 20;

/**
 * Plain SAMed on FairSeg with 100 training images: the decay is stretched over 200 epochs, and the run ends after 10.
 * Source: the training code of FairSeg (Tian et al., 2024) and of SAMed; early stop of the search paper, see `epochsFor`.
 */
export const SAMED_RECIPE: TrainSettings = {
  objective: { kind: 'plain' },
  trainable: 'adapters-and-decoder',
  rank: 4,
  adaptsDecoder: false,
  crossEntropyWeight: 0.2,
  diceWeight: 0.8,
  optimizer: 'adamw',
  learningRate: 0.005,
  weightDecay: 0.1,
  momentum: 0.9,
  warmUpStepCount: 250,
  epochCount: 10,
  decayEpochCount: 200,
  batchSize: 24,
  isAugmented: true,
  preset: 'corrected',
  crop: 512,
  validateEverySteps: 50,
  patience: 0,
  checkpointEverySteps: 50,
  seed: 0,
  recomputation: null,
  microBatch: null,
  frozenWeights: 'f32',
  memoryBytes: 2048 * MEBIBYTE,
};

/** FairSeg's second phase: a plainly trained SAMed goes on with FEBS, 5 of 10 epochs without warm-up. */
export const FEBS_RECIPE: TrainSettings = {
  ...SAMED_RECIPE,
  objective: { kind: 'febs', gamma: 1, minimum: 'present' },
  learningRate: 0.0005,
  warmUpStepCount: 0,
  epochCount: 5,
  decayEpochCount: 10,
  batchSize: 42,
};

/**
 * TransUNet, every weight, as its code publishes it: 150 epochs of decay without warm-up. Which run ends when is the person's:
 * `epochsFor` as with SAMed. Its batch norms want the whole batch in memory at once. SAMed's own settings have no meaning.
 * Source: spec page training.md; the training code of TransUNet (Chen et al., 2021).
 */
export const TRANSUNET_RECIPE: TrainSettings = {
  ...SAMED_RECIPE,
  trainable: 'all',
  rank: 0,
  crossEntropyWeight: 0.5,
  diceWeight: 0.5,
  optimizer: 'sgd',
  learningRate: 0.01,
  weightDecay: 1e-4,
  momentum: 0.9,
  warmUpStepCount: 0,
  decayEpochCount: 150,
  batchSize: 24,
  memoryBytes: 4096 * MEBIBYTE,
};

/** For SAMed-Tiny on a few hundred images: small batches and a decay to the end of the run, so that minutes are enough. */
export const SAMED_TINY_RECIPE: TrainSettings = {
  ...SAMED_RECIPE,
  learningRate: 0.002,
  weightDecay: 0.01,
  warmUpStepCount: 10,
  epochCount: 10,
  decayEpochCount: 10,
  batchSize: 8,
  crop: SAMED_TINY_CROP,
  validateEverySteps: 25,
  checkpointEverySteps: 25,
  memoryBytes: 512 * MEBIBYTE,
};

/** Epochs after which the published runs stop, for a number of training images. Source: spec page training.md, "early stop by epoch". */
export function epochsFor(imageCount: number): number {
  if (imageCount <= 100) return 10;
  return imageCount <= 500 ? 5 : 3;
}
