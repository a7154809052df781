/**
 * TransUNet: a vision transformer, with or without a ResNet before it, and a decoder that doubles the map four times.
 * Parameters have the published checkpoints' own names. Dropout is off and batch norms have their inference form.
 * Source: Chen et al., "TransUNet: transformers make strong encoders for medical image segmentation", 2021.
 */
import { invariant, WorkbenchError } from '../../core/errors.ts';
import type { TransUnetConfiguration } from '../checkpoints/recognised.ts';
import { createGraphBuilder, type GraphBuilder } from '../graph/builder.ts';
import type { Graph, Value } from '../graph/graph.ts';
import { buildResnet } from './transunet-resnet.ts';

/** Heads of the published configurations; the shapes of a checkpoint do not tell. */
export const TRANSUNET_HEADS = 12;

const VIT_B_16 = {
  side: 224,
  isHybrid: false,
  resnetUnits: [],
  resnetWidth: 0,
  dim: 768,
  depth: 12,
  mlpDim: 3072,
  decoderChannels: [256, 128, 64, 16],
  skipChannels: [0, 0, 0, 0],
  classes: 3,
} as const satisfies TransUnetConfiguration;

/** The published configurations at the side and classes that FairSeg trains: without skip connections, and with three. */
export const TRANSUNET_CONFIGURATIONS: Readonly<Record<'ViT-B_16' | 'R50-ViT-B_16', TransUnetConfiguration>> =
  {
    'ViT-B_16': VIT_B_16,
    'R50-ViT-B_16': {
      ...VIT_B_16,
      isHybrid: true,
      resnetUnits: [3, 4, 9],
      resnetWidth: 64,
      skipChannels: [512, 256, 64, 0],
    },
  };

/** Pixels of the image for each token, per axis. */
const PATCH = 16;
const LAYER_NORM_EPSILON = 1e-6;
const BATCH_NORM_EPSILON = 1e-5;
/** Channels of the first convolution after the transformer. */
const DECODER_HEAD_CHANNELS = 512;

/** Layer norm with the parameters `name.weight` and `name.bias`. */
function normalizeTokens(graph: GraphBuilder, name: string, x: Value): Value {
  const channels = x.shape.slice(2);
  const operands = [
    x,
    graph.parameter(`${name}.weight`, channels),
    graph.parameter(`${name}.bias`, channels),
  ];
  return graph.op('layerNorm', name, operands, { axis: 2, epsilon: LAYER_NORM_EPSILON });
}

function project(graph: GraphBuilder, name: string, x: Value, features: number): Value {
  const weight = graph.parameter(`${name}.weight`, [features, x.shape[2] ?? 0]);
  const operands = [x, weight, graph.parameter(`${name}.bias`, [features])];
  return graph.op('linear', name, operands, { bias: true, adapters: [] });
}

/** Pre-norm attention and a two-layer perceptron, each added to its input. */
function transformerLayer(
  graph: GraphBuilder,
  name: string,
  x: Value,
  { dim, mlpDim }: TransUnetConfiguration,
  heads: number,
): Value {
  const normed = normalizeTokens(graph, `${name}.attention_norm`, x);
  const qkv = ['query', 'key', 'value'].map((part) => project(graph, `${name}.attn.${part}`, normed, dim));
  const attended = graph.op('attention', `${name}.attn`, qkv, { heads });
  const out = project(graph, `${name}.attn.out`, attended, dim);
  const middle = graph.op('binary', `${name}.attended`, [x, out], { function: 'add' });

  const hidden = project(
    graph,
    `${name}.ffn.fc1`,
    normalizeTokens(graph, `${name}.ffn_norm`, middle),
    mlpDim,
  );
  const active = graph.op('unary', `${name}.ffn.gelu`, [hidden], { function: 'gelu' });
  const mixed = project(graph, `${name}.ffn.fc2`, active, dim);
  return graph.op('binary', name, [middle, mixed], { function: 'add' });
}

/** Convolution of 3 x 3 without bias, batch norm, ReLU. */
function convolve(graph: GraphBuilder, name: string, x: Value, channels: number): Value {
  const weight = graph.parameter(`${name}.0.weight`, [channels, x.shape[1] ?? 0, 3, 3]);
  const conv = graph.op('conv2d', `${name}.0`, [x, weight], { stride: 1, padding: [1, 1] });
  const statistics = ['weight', 'bias', 'running_mean', 'running_var'].map((part) =>
    graph.parameter(`${name}.1.${part}`, [channels]),
  );
  const norm = graph.op('batchNorm', `${name}.1`, [conv, ...statistics], { epsilon: BATCH_NORM_EPSILON });
  return graph.op('unary', name, [norm], { function: 'relu' });
}

/** Twice the map, the skip connection beside it, two convolutions. */
function decoderBlock(
  graph: GraphBuilder,
  name: string,
  x: Value,
  skip: Value | undefined,
  channels: number,
): Value {
  const [, , height, width] = x.shape as [unknown, unknown, number, number];
  const doubled = graph.op('resize', `${name}.up`, [x], {
    height: height * 2,
    width: width * 2,
    centres: 'align-corners',
  });
  const joined =
    skip === undefined ? doubled : graph.op('concat', `${name}.concat`, [doubled, skip], { axis: 1 });
  return convolve(graph, `${name}.conv2`, convolve(graph, `${name}.conv1`, joined, channels), channels);
}

/** The image as tokens [N,T,dim] without their positions, and the skip connections; T = (side / 16)^2 in rows of the grid. */
function embed(graph: GraphBuilder, image: Value, configuration: TransUnetConfiguration) {
  const { dim, isHybrid, resnetUnits, resnetWidth, side } = configuration;
  const path = 'transformer.embeddings';
  const maps = isHybrid
    ? buildResnet(graph, `${path}.hybrid_model`, image, { width: resnetWidth, units: resnetUnits })
    : { deepest: image, skips: [] };
  const channels = maps.deepest.shape[1] ?? 0;
  const size = isHybrid ? 1 : PATCH;
  const name = `${path}.patch_embeddings`;
  const weight = graph.parameter(`${name}.weight`, [dim, channels, size, size]);
  const operands = [maps.deepest, weight, graph.parameter(`${name}.bias`, [dim])];
  const map = graph.op('conv2d', name, operands, { stride: size, padding: [0, 0] });
  const tokenCount = (side / PATCH) ** 2;
  const columns = graph.op('reshape', `${name}.columns`, [map], { shape: ['N', dim, tokenCount] });
  const tokens = graph.op('transpose', `${name}.tokens`, [columns], { order: [0, 2, 1] });
  const positions = graph.parameter(`${path}.position_embeddings`, [1, tokenCount, dim]);
  const placed = graph.op('binary', path, [tokens, positions], { function: 'add' });
  return { tokens: placed, skips: maps.skips };
}

function requireSkip(skips: readonly Value[], block: number, channels: number): Value {
  const skip = skips[block];
  if (skip?.shape[1] === channels) return skip;
  throw new WorkbenchError(
    'graph/shape-mismatch',
    `Decoder block ${block} of the TransUNet wants a skip connection of ${channels} channels; there is ${skip === undefined ? 'none' : `one of ${skip.shape[1]}`}.`,
  );
}

/**
 * The graph of a TransUNet.
 * Shapes: `image [N,3,side,side]` in [0, 1], side a multiple of 16 -> `logits [N,classes,side,side]`, background first.
 * Errors: `graph/shape-mismatch` when a skip connection of the configuration has not the channels of the ResNet's map.
 */
export function createTransUnet(configuration: TransUnetConfiguration, heads: number): Graph {
  const { classes, decoderChannels, depth, dim, side, skipChannels } = configuration;
  invariant(side % PATCH === 0, `a TransUNet's side is a multiple of ${PATCH}, not ${side}`);
  const graph = createGraphBuilder('transunet');
  const image = graph.input('image', ['N', 3, side, side]);
  const embedded = embed(graph, image, configuration);

  let tokens = embedded.tokens;
  for (let layer = 0; layer < depth; layer++) {
    tokens = transformerLayer(graph, `transformer.encoder.layer.${layer}`, tokens, configuration, heads);
  }
  tokens = normalizeTokens(graph, 'transformer.encoder.encoder_norm', tokens);

  const columns = graph.op('transpose', 'decoder.columns', [tokens], { order: [0, 2, 1] });
  const grid = side / PATCH;
  const map = graph.op('reshape', 'decoder.map', [columns], { shape: ['N', dim, grid, grid] });
  let x = convolve(graph, 'decoder.conv_more', map, DECODER_HEAD_CHANNELS);
  decoderChannels.forEach((channels, block) => {
    const wanted = skipChannels[block] ?? 0;
    const skip = wanted > 0 ? requireSkip(embedded.skips, block, wanted) : undefined;
    x = decoderBlock(graph, `decoder.blocks.${block}`, x, skip, channels);
  });
  const weight = graph.parameter('segmentation_head.0.weight', [classes, x.shape[1] ?? 0, 3, 3]);
  const operands = [x, weight, graph.parameter('segmentation_head.0.bias', [classes])];
  const logits = graph.op('conv2d', 'segmentation_head.0', operands, { stride: 1, padding: [1, 1] });
  return graph.build({ logits });
}
