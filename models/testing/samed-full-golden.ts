/** The SAMed of full size of the reference data (goldens, section 2): its sizes, with weights made from a hash of their names. */
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import { readSamConfiguration } from '../checkpoints/sam-configuration.ts';
import { encoderAdapters } from '../zoo/samed-adapters.ts';
import { gridOf, SAM_DECODER, type SamedConfiguration } from '../zoo/samed-configuration.ts';
import { withDensePositions } from '../zoo/samed-positions.ts';
import { createSamedEncoder } from '../zoo/samed.ts';
import { synthCheckpoint } from './synth-checkpoint.ts';
import { synthImage } from '../reference/synth-weights.ts';

/** The adapters' rank, which the shapes kept in the folder do not tell. */
const RANK = 4;

/** What `config.json` holds of one size. */
export interface FullSamedSize {
  readonly image_name: string;
  readonly image_first8: readonly number[];
  readonly weights_first16?: Readonly<Record<string, readonly number[]>>;
  /** Mean, standard deviation and the first four values after each block. */
  readonly block_stats_mean_std_first4: Readonly<Record<string, readonly number[]>>;
  /** Pixels of each class in the masks at full size. */
  readonly argmax_histogram: readonly number[];
  readonly state_dict_shapes?: Readonly<Record<string, readonly number[]>>;
  /** One step of AdamW on the image. */
  readonly train_step?: {
    readonly loss: number;
    readonly loss_ce: number;
    readonly loss_dice: number;
    readonly grad_l2: Readonly<Record<string, number>>;
    readonly lr: number;
    /** Total, cross-entropy and Dice. */
    readonly loss_after_step: readonly number[];
  };
}

export interface FullSamedCase {
  readonly side: number;
  readonly size: FullSamedSize;
  readonly configuration: SamedConfiguration;
  /** With the dense position encoding. */
  readonly source: TensorSource;
  /** [1,3,side,side]. */
  readonly image: { readonly shape: readonly number[]; readonly data: Float32Array<ArrayBuffer> };
}

export interface FullSamedGolden {
  readonly salt: string;
  readonly cases: readonly FullSamedCase[];
}

/** The cases of a `config.json`. */
export function readFullSamedGolden(text: string): FullSamedGolden {
  const config = JSON.parse(text) as Readonly<Record<string, FullSamedSize | string>>;
  const salt = config['salt'] as string;
  const sizes = Object.entries(config).flatMap(([key, size]) => {
    const side = Number(/^size_(\d+)$/.exec(key)?.[1]);
    return Number.isNaN(side) || typeof size === 'string' ? [] : [{ side, size }];
  });
  const knownShapes =
    sizes.find(({ size }) => size.state_dict_shapes !== undefined)?.size.state_dict_shapes ?? {};
  const original = readSamConfiguration(synthCheckpoint(knownShapes, salt));

  /** The checkpoint for another side: the same names; the embedding and the tables of the whole grid have the new grid's shape. */
  function checkpointFor(configuration: SamedConfiguration): TensorSource {
    const shapes: Record<string, readonly number[]> = { ...knownShapes };
    for (const { name, shape } of createSamedEncoder({ ...configuration, rank: 0 }).parameters) {
      shapes[name] = shape.map(Number);
    }
    for (const { a, b, span } of encoderAdapters(configuration)) {
      shapes[a] = [configuration.rank, configuration.dim];
      shapes[b] = [span, configuration.rank];
    }
    return withDensePositions(synthCheckpoint(shapes, salt), gridOf(configuration));
  }
  return {
    salt,
    cases: sizes.map(({ side, size }) => {
      const configuration = { ...original, side, rank: RANK, adaptsDecoder: false, decoder: SAM_DECODER };
      const image = { shape: [1, 3, side, side], data: synthImage(size.image_name, 3, side, side, salt) };
      return { side, size, configuration, source: checkpointFor(configuration), image };
    }),
  };
}
