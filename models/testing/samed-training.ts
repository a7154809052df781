/** The training data of the small SAMed of the reference data (goldens, section 1): batch, losses, gradients, steps. */
import { readNpz } from '../../core/formats/npz.ts';
import { ADAMW_FIRST_STEP, ADAMW_LATER_STEPS, describeDifference } from '../../core/testing.ts';
import type { GroupMethod } from '../graph/gradient-ops/losses.ts';
import type { TrainingGraph } from '../graph/training-graph.ts';
import type { ReferenceInput } from '../reference/interpret.ts';
import { differentiate } from '../rewrite/differentiate.ts';
import { createSamed } from '../zoo/samed.ts';
import type { SamedGolden } from './samed-golden.ts';
import { readArrays } from './transunet-training.ts';

/**
 * How the change of a weight since before the first step of AdamW differs from that stored after `step` (from 1 on), in words;
 * undefined where it does not. Changes, for the weights themselves are much larger. Arrays of one length.
 */
export function describeChange(
  step: number,
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  expected: ArrayLike<number>,
): string | undefined {
  const change = (values: ArrayLike<number>) =>
    Float64Array.from(before, (value, i) => (values[i] ?? Number.NaN) - value);
  const tolerance = step === 1 ? ADAMW_FIRST_STEP : ADAMW_LATER_STEPS;
  return describeDifference(change(after), change(expected), tolerance);
}

interface LossExpectation {
  readonly loss: number;
  readonly loss_ce: number;
  readonly loss_dice: number;
}

interface Trajectory {
  readonly losses_fp64: readonly number[];
  readonly hyper: {
    readonly lr: number;
    readonly steps: number;
    readonly weight_decay: number;
    readonly momentum?: number;
  };
}

/** The part of `config.json` that training is compared with. */
export interface SamedTrainingConfig {
  readonly dice_weight: number;
  readonly loss: { readonly fp64: LossExpectation };
  readonly loss_fair: { readonly gamma: number; readonly n_attr: number; readonly fp64: LossExpectation };
  readonly trainable_names: readonly string[];
  readonly trainable_without_gradient: readonly string[];
  readonly adamw: {
    readonly betas: readonly [number, number];
    readonly eps: number;
    readonly weight_decay: number;
    readonly lr_used_at_step: Readonly<Record<string, number>>;
    /** Total, cross-entropy and Dice. */
    readonly losses_before_each_step_fp64: readonly (readonly number[])[];
    /** Adam makes steps of the rounding noise of their gradients, which are zero. */
    readonly zero_gradient_tensors_adam_noise: readonly string[];
  };
  readonly extra_trajectories: Readonly<Record<string, Trajectory>>;
}

export interface SamedTraining {
  readonly config: SamedTrainingConfig;
  /** The inputs of a step by name. */
  readonly batch: Readonly<Record<string, ReferenceInput>>;
  /** All arrays of a file of the folder. */
  readonly read: (file: string) => Promise<ReadonlyMap<string, ReferenceInput>>;
  /** The training graph with these trainable weights: the published ones, unless others are named. */
  readonly trainingWith: (method: GroupMethod, trainable?: ReadonlySet<string>) => TrainingGraph;
}

/** The training data of the folder; `readBytes` reads a file of it. */
export async function readSamedTraining(
  { configuration }: SamedGolden,
  readBytes: (file: string) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<SamedTraining> {
  const config = JSON.parse(new TextDecoder().decode(await readBytes('config.json'))) as SamedTrainingConfig;
  const read = async (file: string) => readArrays(readNpz(await readBytes(file)));
  const inputs = await read('inputs.npz');
  const inputOf = (name: string): ReferenceInput => inputs.get(name) ?? { shape: [], data: [] };
  const imageCount = inputOf('attr').data.length;
  const graph = createSamed(configuration);
  const names = new Set(graph.parameters.map(({ name }) => name));
  const published = new Set(config.trainable_names.filter((name) => names.has(name)));
  return {
    config,
    batch: {
      image: inputOf('image'),
      label: inputOf('low_res_label'),
      group: inputOf('attr'),
      sampleWeight: { shape: [imageCount], data: new Float64Array(imageCount).fill(1) },
    },
    read,
    trainingWith: (method, trainable = published) =>
      differentiate(graph, {
        loss: {
          kind: 'segmentation',
          logits: 'low_res_logits',
          crossEntropyWeight: 1 - config.dice_weight,
          diceWeight: config.dice_weight,
          groupCount: config.loss_fair.n_attr,
          method,
        },
        trainable,
        batchNormMomentum: 0.1,
      }),
  };
}
