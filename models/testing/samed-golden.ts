/** Reads the small SAMed of the reference data (goldens, section 1): configuration, weights, images, activations and outputs. */
import { type NpzFile, readNpz } from '../../core/formats/npz.ts';
import type { Params, Tensor } from '../graph/graph.ts';
import type { SamedConfiguration } from '../zoo/samed-configuration.ts';
import { DENSE_POSITIONS, densePositions, POSITION_MATRIX } from '../zoo/samed-positions.ts';
import { gridOf } from '../zoo/samed-configuration.ts';

/** The part of `config.json` that the graph depends on. */
interface GoldenConfig {
  readonly img_size: number;
  readonly patch_size: number;
  readonly embed_dim: number;
  readonly depth: number;
  readonly num_heads: number;
  readonly mlp_ratio: number;
  readonly global_attn_indexes: readonly number[];
  readonly window_size: number;
  readonly out_chans: number;
  readonly num_classes: number;
  readonly decoder_depth: number;
  readonly decoder_mlp_dim: number;
  readonly decoder_num_heads: number;
  readonly attention_downsample_rate: number;
  readonly iou_head_depth: number;
  readonly iou_head_hidden_dim: number;
  readonly rank: number;
}

export interface SamedGolden {
  readonly configuration: SamedConfiguration;
  /** With the dense position encoding that the matrix makes. */
  readonly params: Params;
  /** [N,3,side,side]. */
  readonly image: Tensor;
  /** Values of the graph of the first image by the reference's names, without the batch axis. */
  readonly activations: ReadonlyMap<string, Tensor>;
  /** By the names of the graph's outputs, and `masks [N,M,side,side]`. */
  readonly outputs: ReadonlyMap<string, Tensor>;
}

function readTensors(npz: NpzFile): Map<string, Tensor> {
  return new Map(
    npz.keys.map((key) => {
      const { shape, values } = npz.read(key);
      return [key, { shape, data: Float32Array.from(values, Number) }];
    }),
  );
}

function configurationOf(config: GoldenConfig): SamedConfiguration {
  return {
    side: config.img_size,
    patchSize: config.patch_size,
    dim: config.embed_dim,
    depth: config.depth,
    heads: config.num_heads,
    mlpDim: config.embed_dim * config.mlp_ratio,
    windowSize: config.window_size,
    globalBlocks: config.global_attn_indexes,
    embeddingDim: config.out_chans,
    maskTokens: config.num_classes + 1,
    rank: config.rank,
    adaptsDecoder: false,
    decoder: {
      depth: config.decoder_depth,
      heads: config.decoder_num_heads,
      mlpDim: config.decoder_mlp_dim,
      crossDim: config.out_chans / config.attention_downsample_rate,
      overlapDim: config.iou_head_hidden_dim,
      overlapDepth: config.iou_head_depth,
    },
  };
}

/** The value of SAMed's graph that the reference calls `name`; undefined for what is no value of the graph. */
export function valueOfActivation(name: string): string | undefined {
  const fixed: Readonly<Record<string, string>> = {
    patch_embed: 'image_encoder.patch_embed',
    neck: 'image_encoder.neck.3',
    decoder_out_tokens: 'mask_decoder.transformer.norm_final_attn',
    upscaled_embedding: 'mask_decoder.output_upscaling.4',
  };
  const block = /^block_(\d+)$/.exec(name)?.[1];
  if (block !== undefined) return `image_encoder.blocks.${Number(block)}`;
  const [, layer, what] = /^decoder_layer(\d+)_(queries|keys)$/.exec(name) ?? [];
  if (layer !== undefined) {
    return `mask_decoder.transformer.layers.${layer}.${what === 'keys' ? 'norm4' : 'norm3'}`;
  }
  return fixed[name];
}

/** The folder's case; `readBytes` reads a file of it. */
export async function readSamedGolden(
  readBytes: (file: string) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<SamedGolden> {
  const read = async (file: string) => readTensors(readNpz(await readBytes(file)));
  const text = new TextDecoder().decode(await readBytes('config.json'));
  const configuration = configurationOf((JSON.parse(text) as { readonly config: GoldenConfig }).config);
  const weights = await read('weights.npz');
  const positions = densePositions(
    weights.get(POSITION_MATRIX)?.data ?? new Float32Array(),
    gridOf(configuration),
  );
  const image = (await read('inputs.npz')).get('image');
  if (image === undefined) throw new Error('inputs.npz has no image');
  return {
    configuration,
    params: weights.set(DENSE_POSITIONS, positions),
    image,
    activations: await read('activations_sample0.npz'),
    outputs: await read('outputs.npz'),
  };
}
