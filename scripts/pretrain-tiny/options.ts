/** What SAMed-Tiny's pretraining is set to, and what it tells of itself: all that the script and its page exchange. */
import type { EyeCounts } from './eye-source.ts';

export interface PretrainingOptions extends EyeCounts {
  readonly epochCount: number;
  /** Epochs of fine-tuning in the check. */
  readonly fineTuningEpochCount: number;
}

export const PRETRAINING: PretrainingOptions = {
  seed: 1,
  trainingCount: 1200,
  validationCount: 32,
  demoCount: 1000,
  demoSeed: 1,
  fineTuningCount: 200,
  epochCount: 20,
  fineTuningEpochCount: 30,
};

/** Mean Dice over images, at the network's side. */
export interface Score {
  readonly imageCount: number;
  readonly rim: number;
  readonly cup: number;
  readonly disc: number;
  /** Disc, by the groups of `GROUPS`. */
  readonly discByGroup: readonly (number | null)[];
}

/** What a run came to. */
export interface RunSummary {
  readonly seconds: number;
  readonly stepCount: number;
  /** Mean loss of the first and of the last steps. */
  readonly firstLoss: number;
  readonly lastLoss: number;
  readonly score: Score;
}

export interface PretrainingSummary {
  readonly adapter: string;
  /** Scored on held-out eyes of the pretraining cohort. */
  readonly pretraining: RunSummary;
  /** Of held-out demo subjects: before any fine-tuning. */
  readonly alone: Score;
  /** Scored on the same subjects. */
  readonly fineTuning: RunSummary;
}

/** Where the storage has the pretrained weights, as a safetensors file. */
export const WEIGHTS_FILE = { folder: 'result', name: 'samed-tiny.safetensors' } as const;
