/**
 * The image encoder of SAM: a vision transformer with attention in windows and, in some blocks, in the whole grid.
 * Source: Kirillov et al., "Segment Anything", 2023; the transformer: Li et al., "Exploring plain vision transformer
 * backbones for object detection", 2022.
 */
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { gridOf, type SamedConfiguration } from './samed-configuration.ts';
import { createLayers } from './samed-layers.ts';

const EPSILON = 1e-6;

/** The node that makes q, k and v in a block: what adapters adapt. */
export function qkvName(block: number): string {
  return `image_encoder.blocks.${block}.attn.qkv`;
}

/** One block. x [N,g,g,C]; result alike, under the block's name. */
function addBlock(graph: GraphBuilder, configuration: SamedConfiguration, index: number, x: Value): Value {
  const { dim, heads, mlpDim, windowSize, globalBlocks } = configuration;
  const { add, apply, linear, norm } = createLayers(graph);
  const block = `image_encoder.blocks.${index}`;
  const window = globalBlocks.includes(index) ? null : windowSize;
  const tableShape = [2 * (window ?? gridOf(configuration)) - 1, dim / heads];

  const weight = graph.parameter(`${block}.attn.qkv.weight`, [3 * dim, dim]);
  const bias = graph.parameter(`${block}.attn.qkv.bias`, [3 * dim]);
  const qkv = graph.op('linear', qkvName(index), [norm(`${block}.norm1`, x, 3, EPSILON), weight, bias], {
    bias: true,
    adapters: [],
  });
  const tables = ['h', 'w'].map((axis) => graph.parameter(`${block}.attn.rel_pos_${axis}`, tableShape));
  // Windows are padded with zeros before the projection, which makes its bias of them: adapters have none.
  const padding = window === null ? [] : [bias];
  const attended = graph.op('gridAttention', `${block}.attn.grid`, [qkv, ...tables, ...padding], {
    heads,
    window,
  });
  const seen = add(`${block}.attn`, x, linear(`${block}.attn.proj`, attended, dim));

  const hidden = linear(`${block}.mlp.lin1`, norm(`${block}.norm2`, seen, 3, EPSILON), mlpDim);
  return add(block, seen, linear(`${block}.mlp.lin2`, apply(`${block}.mlp.act`, hidden, 'gelu'), dim));
}

/** Adds the encoder. Shapes: image [N,3,side,side] -> image embedding [N,E,g,g], with g = side / patchSize. */
export function addSamEncoder(graph: GraphBuilder, configuration: SamedConfiguration, image: Value): Value {
  const { dim, depth, patchSize, embeddingDim } = configuration;
  const { add, conv, norm } = createLayers(graph);
  const grid = gridOf(configuration);
  const patches = graph.op(
    'conv2d',
    'image_encoder.patch_embed.proj',
    [
      image,
      graph.parameter('image_encoder.patch_embed.proj.weight', [dim, 3, patchSize, patchSize]),
      graph.parameter('image_encoder.patch_embed.proj.bias', [dim]),
    ],
    { stride: patchSize, padding: [0, 0] },
  );
  const tokens = graph.op('transpose', 'image_encoder.patch_embed', [patches], { order: [0, 2, 3, 1] });
  const positions = graph.parameter('image_encoder.pos_embed', [1, grid, grid, dim]);
  let x = add('image_encoder.placed', tokens, positions);
  for (let block = 0; block < depth; block++) x = addBlock(graph, configuration, block, x);

  const map = graph.op('transpose', 'image_encoder.map', [x], { order: [0, 3, 1, 2] });
  const narrow = norm(
    'image_encoder.neck.1',
    conv('image_encoder.neck.0', map, embeddingDim, 1, 0),
    1,
    EPSILON,
  );
  return norm('image_encoder.neck.3', conv('image_encoder.neck.2', narrow, embeddingDim, 3, 1), 1, EPSILON);
}
