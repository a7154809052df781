/** Reads the small TransUNets of the reference data (goldens, section 12): configuration, weights, image and logits. */
import { type NpzFile, readNpz } from '../../core/formats/npz.ts';
import type { TransUnetConfiguration } from '../checkpoints/recognised.ts';
import type { Model, Tensor } from '../graph/graph.ts';
import { createTransUnet } from '../zoo/transunet.ts';

/** The part of a case in `config.json` that the graph depends on. */
interface CaseConfig {
  readonly config: {
    readonly hidden_size: number;
    readonly mlp_dim: number;
    readonly num_heads: number;
    readonly num_layers: number;
    readonly decoder_channels: readonly number[];
    readonly ncls: number;
    readonly width_factor: number;
    readonly blocks: readonly number[];
  };
  readonly skip_channels: readonly number[];
  readonly n_skip: number;
  readonly img_size: number;
}

export interface TransUnetCase {
  readonly name: string;
  readonly model: Model;
  /** Names in the checkpoint that the model does not use. */
  readonly unused: readonly string[];
  readonly image: Tensor;
  readonly logits: Tensor;
}

function readTensor(npz: NpzFile, key: string): Tensor {
  const { shape, values } = npz.read(key);
  return { shape, data: Float32Array.from(values, Number) };
}

function configurationOf({ config, ...rest }: CaseConfig, isHybrid: boolean): TransUnetConfiguration {
  return {
    side: rest.img_size,
    isHybrid,
    resnetUnits: isHybrid ? config.blocks : [],
    resnetWidth: isHybrid ? 64 * config.width_factor : 0,
    dim: config.hidden_size,
    depth: config.num_layers,
    mlpDim: config.mlp_dim,
    decoderChannels: config.decoder_channels,
    skipChannels: rest.skip_channels.map((channels, block) => (block < rest.n_skip ? channels : 0)),
    classes: config.ncls,
  };
}

/** Every case of the folder; `readBytes` reads a file of it. */
export async function readTransUnetCases(
  readBytes: (file: string) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<TransUnetCase[]> {
  const text = new TextDecoder().decode(await readBytes('config.json'));
  const configs = Object.entries(JSON.parse(text) as Readonly<Record<string, CaseConfig>>);
  return Promise.all(
    configs.map(async ([name, config]) => {
      const weights = readNpz(await readBytes(`${name}_weights.npz`));
      const io = readNpz(await readBytes(`${name}_io.npz`));
      const isHybrid = weights.keys.some((key) => key.includes('hybrid_model'));
      const graph = createTransUnet(configurationOf(config, isHybrid), config.config.num_heads);
      const used = new Set(graph.parameters.map((parameter) => parameter.name));
      return {
        name,
        model: { graph, params: new Map([...used].map((key) => [key, readTensor(weights, key)])) },
        unused: weights.keys.filter((key) => !used.has(key)),
        image: readTensor(io, 'image'),
        logits: readTensor(io, 'logits_eval'),
      };
    }),
  );
}
