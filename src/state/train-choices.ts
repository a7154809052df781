/**
 * What a person chooses in Train, flat, so that each setting is one row with one default: the data, the model, the method and
 * every field of TrainSettings. Only what differs from the defaults is kept: another model or method has other defaults.
 */
import type { TrainSettings } from '../../workers/api/train.ts';
import { RECOMPUTATIONS, WEIGHT_STORAGES } from '../../workers/train/plan/plan.ts';
import type { Objective } from '../../workers/train/objectives/objective.ts';
import { type Method, METHODS, OBJECTIVES, recipeOf, type TrainFamily } from './train-recipes.ts';

/** Fields that a row cannot show as they are: null, a union, bytes. */
type Reworded = 'objective' | 'crop' | 'recomputation' | 'microBatch' | 'memoryBytes';

export const VALIDATION_SOURCES = ['train-split', 'validation-split', 'none'] as const;
export type ValidationSource = (typeof VALIDATION_SOURCES)[number];

export interface TrainChoices extends Omit<TrainSettings, Reworded> {
  /** `train-split`, `filter`, or `search:` with the id of a kept search. */
  readonly trainingSet: string;
  readonly validationSource: ValidationSource;
  /** Share of the train split that is drawn for validation, as a fraction. */
  readonly validationFrac: number;
  readonly maxValidationCount: number;
  readonly validationSeed: number;
  readonly groupingId: string;
  /** Key of a model choice, see train-models.ts. */
  readonly modelKey: string;
  readonly method: Method;
  readonly febsGamma: number;
  readonly febsMinimum: 'present' | 'all';
  readonly groupRate: number;
  readonly adversaryWeight: number;
  readonly reversalScale: number;
  /** Pixels; 0 for none. */
  readonly crop: number;
  readonly recomputation: (typeof RECOMPUTATIONS)[number] | 'auto';
  /** Images; 0 for what fits. */
  readonly microBatch: number;
  readonly memoryMebibytes: number;
}

export const SEARCH_PREFIX = 'search:';
export const TINY_KEY = 'embedded:samed-tiny';
const MEBIBYTE = 1024 ** 2;

/** What the defaults depend on beside the method: the images and the model that were chosen. */
export interface Circumstances {
  /** The set that is trained on where none was chosen. */
  readonly trainingSet: string;
  /** Images of the chosen set. */
  readonly imageCount: number;
  /** Of the chosen model. */
  readonly family: TrainFamily;
  /** Crop that the chosen model was trained with, null for none; undefined where nobody has said. */
  readonly crop: number | null | undefined;
}

/** Settings that only a SAMed has. */
export const SAMED_KEYS = [
  'trainable',
  'rank',
  'adaptsDecoder',
  'frozenWeights',
] as const satisfies (keyof TrainChoices)[];

/** What stands where nothing was changed. */
export function defaultChoices(method: Method, circumstances: Circumstances): TrainChoices {
  const { trainingSet, imageCount, family } = circumstances;
  const recipe = recipeOf(family, method, imageCount);
  const { objective: _objective, crop: usual, recomputation, microBatch, memoryBytes, ...same } = recipe;
  const crop = circumstances.crop === undefined ? usual : circumstances.crop;
  return {
    ...same,
    trainingSet,
    validationSource: 'train-split',
    validationFrac: 0.1,
    maxValidationCount: 64,
    validationSeed: 1,
    groupingId: 'race',
    modelKey: TINY_KEY,
    method: 'plain',
    febsGamma: OBJECTIVES.febs.gamma,
    febsMinimum: OBJECTIVES.febs.minimum,
    groupRate: OBJECTIVES.groupDro.rate,
    adversaryWeight: OBJECTIVES.adversarial.weight,
    reversalScale: OBJECTIVES.adversarial.reversalScale,
    crop: crop ?? 0,
    recomputation: recomputation ?? 'auto',
    microBatch: microBatch ?? 0,
    memoryMebibytes: Math.round(memoryBytes / MEBIBYTE),
  };
}

function objectiveOf(choices: TrainChoices): Objective {
  switch (choices.method) {
    case 'febs':
      return { kind: 'febs', gamma: choices.febsGamma, minimum: choices.febsMinimum };
    case 'groupDro':
      return { kind: 'groupDro', rate: choices.groupRate };
    case 'adversarial':
      return {
        kind: 'adversarial',
        weight: choices.adversaryWeight,
        reversalScale: choices.reversalScale,
      };
    default:
      return { kind: choices.method };
  }
}

/** The settings of a run, as the worker takes them. */
export function settingsOf(choices: TrainChoices): TrainSettings {
  return {
    objective: objectiveOf(choices),
    trainable: choices.trainable,
    rank: choices.rank,
    adaptsDecoder: choices.adaptsDecoder,
    crossEntropyWeight: choices.crossEntropyWeight,
    diceWeight: choices.diceWeight,
    optimizer: choices.optimizer,
    learningRate: choices.learningRate,
    weightDecay: choices.weightDecay,
    momentum: choices.momentum,
    warmUpStepCount: choices.warmUpStepCount,
    epochCount: choices.epochCount,
    decayEpochCount: choices.decayEpochCount,
    batchSize: choices.batchSize,
    isAugmented: choices.isAugmented,
    preset: choices.preset,
    crop: choices.crop === 0 ? null : choices.crop,
    validateEverySteps: choices.validateEverySteps,
    patience: choices.patience,
    checkpointEverySteps: choices.checkpointEverySteps,
    seed: choices.seed,
    recomputation: choices.recomputation === 'auto' ? null : choices.recomputation,
    microBatch: choices.microBatch === 0 ? null : choices.microBatch,
    frozenWeights: choices.frozenWeights,
    memoryBytes: choices.memoryMebibytes * MEBIBYTE,
  };
}

/** The values that a choice may have, where they are few. */
const CHOICES: { readonly [Key in keyof TrainChoices]?: readonly TrainChoices[Key][] } = {
  validationSource: VALIDATION_SOURCES,
  method: METHODS,
  febsMinimum: ['present', 'all'],
  trainable: ['adapters-and-decoder', 'all'],
  optimizer: ['adamw', 'sgd'],
  preset: ['corrected', 'published'],
  recomputation: ['auto', ...RECOMPUTATIONS],
  frozenWeights: WEIGHT_STORAGES,
};

/** The least and the most of each number. The rows show the same limits. */
export const LIMITS = {
  validationFrac: [0.01, 0.5],
  maxValidationCount: [1, 10_000],
  validationSeed: [0, 4_294_967_295],
  febsGamma: [0, 100],
  groupRate: [0, 10],
  adversaryWeight: [0, 100],
  reversalScale: [0, 100],
  rank: [0, 64],
  crossEntropyWeight: [0, 100],
  diceWeight: [0, 100],
  learningRate: [0.000001, 10],
  weightDecay: [0, 1],
  momentum: [0, 0.999],
  warmUpStepCount: [0, 100_000],
  epochCount: [1, 100_000],
  decayEpochCount: [1, 100_000],
  batchSize: [1, 512],
  crop: [0, 4096],
  validateEverySteps: [0, 100_000],
  patience: [0, 100_000],
  checkpointEverySteps: [1, 100_000],
  seed: [0, 4_294_967_295],
  microBatch: [0, 512],
  memoryMebibytes: [64, 262_144],
} as const satisfies { readonly [Key in keyof TrainChoices]?: readonly [number, number] };
export type LimitedKey = keyof typeof LIMITS;

/** The names of numbers that lie outside their limits; empty when a run may start. */
export function keysOutOfLimits(choices: TrainChoices): readonly LimitedKey[] {
  return (Object.keys(LIMITS) as LimitedKey[]).filter((key) => {
    const [least, most] = LIMITS[key];
    return !(choices[key] >= least && choices[key] <= most);
  });
}

/** What was changed, as read from storage: only keys and values that can be. */
export function checkedChanges(saved: unknown): Partial<TrainChoices> {
  if (typeof saved !== 'object' || saved === null) return {};
  const defaults = defaultChoices('plain', {
    trainingSet: 'train-split',
    imageCount: 0,
    family: 'samed-tiny',
    crop: undefined,
  });
  const entries = Object.entries(saved).filter(([key, value]: [string, unknown]) => {
    if (!(key in defaults) || typeof value !== typeof defaults[key as keyof TrainChoices]) return false;
    const allowed = CHOICES[key as keyof TrainChoices] as readonly unknown[] | undefined;
    return (allowed?.includes(value) ?? true) && (typeof value !== 'number' || Number.isFinite(value));
  });
  return Object.fromEntries(entries) as Partial<TrainChoices>;
}
