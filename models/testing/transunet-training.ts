/** The training data of the small TransUNets of the reference data (goldens, section 12): loss, gradients, steps, statistics. */
import { type NpzFile, readNpz } from '../../core/formats/npz.ts';
import type { GroupMethod } from '../graph/gradient-ops/losses.ts';
import type { TrainingGraph } from '../graph/training-graph.ts';
import type { ReferenceInput } from '../reference/interpret.ts';
import { differentiate } from '../rewrite/differentiate.ts';
import type { TransUnetCase } from './transunet-golden.ts';

interface LossExpectation {
  readonly loss: number;
  readonly ce: number;
  readonly dice: number;
}

/** The part of a case in `config.json` that training is compared with. */
export interface TransUnetTrainingConfig {
  readonly loss_train_fp64: LossExpectation;
  readonly loss_febs_fp64: LossExpectation & {
    readonly gamma: number;
    readonly n_attr: number;
    readonly grad_l2: Readonly<Record<string, number>>;
  };
  readonly near_zero_gradients: readonly string[];
  readonly sgd: {
    readonly momentum: number;
    readonly weight_decay: number;
    readonly lr_used: readonly number[];
    readonly loss_fp64: readonly number[];
  };
}

/** Weight of the running statistics' newest batch in PyTorch. */
export const BATCH_NORM_MOMENTUM = 0.1;

/** All arrays of a file in float64. */
export function readArrays(npz: NpzFile): ReadonlyMap<string, ReferenceInput> {
  return new Map(
    npz.keys.map((key) => {
      const { shape, values } = npz.read(key);
      return [key, { shape, data: Float64Array.from(values, Number) }];
    }),
  );
}

export interface TransUnetTraining {
  /** The weights and the batch by name: what the oracle reads. */
  readonly values: Readonly<Record<string, ReferenceInput>>;
  readonly logits: ReferenceInput;
  /** By parameter. */
  readonly gradients: ReadonlyMap<string, ReferenceInput>;
  /** Running statistics after one step. */
  readonly statistics: ReadonlyMap<string, ReferenceInput>;
  /** The training graph in which all parameters with a stored gradient train. */
  readonly trainingWith: (method: GroupMethod, groupCount: number) => TrainingGraph;
}

function required(arrays: ReadonlyMap<string, ReferenceInput>, key: string): ReferenceInput {
  const array = arrays.get(key);
  if (array === undefined) throw new Error(`the case has no array ${key}`);
  return array;
}

/** The training data of a case; `readBytes` reads a file of the folder. */
export async function readTransUnetTraining(
  { name, model: { graph, params }, image }: TransUnetCase,
  readBytes: (file: string) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<TransUnetTraining> {
  const read = async (file: string) => readArrays(readNpz(await readBytes(`${name}_${file}.npz`)));
  const [io, gradients] = [await read('io'), await read('grads')];
  const imageCount = image.shape[0] ?? 0;
  return {
    values: {
      ...Object.fromEntries(params),
      image,
      label: required(io, 'label'),
      group: required(io, 'attr'),
      sampleWeight: { shape: [imageCount], data: new Float64Array(imageCount).fill(1) },
    },
    logits: required(io, 'logits_train'),
    gradients,
    statistics: await read('bn_after_one_train_forward'),
    trainingWith: (method, groupCount) =>
      differentiate(graph, {
        loss: {
          kind: 'segmentation',
          logits: 'logits',
          crossEntropyWeight: 0.5,
          diceWeight: 0.5,
          groupCount,
          method,
        },
        trainable: new Set(gradients.keys()),
        batchNormMomentum: BATCH_NORM_MOMENTUM,
      }),
  };
}
