/**
 * The mask decoder of SAM as SAMed uses it: without prompts, with one mask for the background and one for each class.
 * Source: Kirillov et al., "Segment Anything", 2023; Zhang and Liu, "Customized Segment Anything Model for Medical Image
 * Segmentation", 2023.
 */
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { gridOf, type SamedConfiguration } from './samed-configuration.ts';
import { createLayers, type Layers } from './samed-layers.ts';
import { DENSE_POSITIONS } from './samed-positions.ts';

const TOKEN_EPSILON = 1e-5;
const MAP_EPSILON = 1e-6;
const HYPERNETWORK_DEPTH = 3;

interface Attended {
  readonly q: Value;
  readonly k: Value;
  readonly v: Value;
}

/** Attention between its own projections to `innerDim` channels. Shapes: q [N,T,E], k and v [N,S,E]; result [N,T,E]. */
function attend(
  graph: GraphBuilder,
  name: string,
  { q, k, v }: Attended,
  innerDim: number,
  { embeddingDim, decoder: { heads } }: SamedConfiguration,
): Value {
  const { linear } = createLayers(graph);
  const projected = [
    linear(`${name}.q_proj`, q, innerDim),
    linear(`${name}.k_proj`, k, innerDim),
    linear(`${name}.v_proj`, v, innerDim),
  ];
  return linear(`${name}.out_proj`, graph.op('attention', name, projected, { heads }), embeddingDim);
}

/** Linear layers with ReLU between them, under `${name}.layers`. */
function perceive({ apply, linear }: Layers, name: string, x: Value, sizes: readonly number[]): Value {
  return sizes.reduce((value, size, index) => {
    const layer = linear(`${name}.layers.${index}`, value, size);
    return index === sizes.length - 1 ? layer : apply(`${name}.act.${index}`, layer, 'relu');
  }, x);
}

/** Tokens, the image's positions as tokens, and what both are at this point of the decoder. */
interface TwoWay {
  readonly queries: Value;
  readonly keys: Value;
}

/** The transformer in which the output tokens and the image look at each other. */
function addTransformer(
  graph: GraphBuilder,
  configuration: SamedConfiguration,
  start: TwoWay,
  keyPositions: Value,
): TwoWay {
  const { embeddingDim, decoder } = configuration;
  const { depth, crossDim, mlpDim } = decoder;
  const { add, apply, linear, norm } = createLayers(graph);
  const transformer = 'mask_decoder.transformer';
  const queryPositions = start.queries;
  let { queries, keys } = start;
  for (let index = 0; index < depth; index++) {
    const layer = `${transformer}.layers.${index}`;
    if (index === 0) {
      // The first layer has nothing to add to, and its tokens are their own positions.
      const same = { q: queries, k: queries, v: queries };
      queries = attend(graph, `${layer}.self_attn`, same, embeddingDim, configuration);
    } else {
      const placed = add(`${layer}.self_placed`, queries, queryPositions);
      const self = { q: placed, k: placed, v: queries };
      const seen = attend(graph, `${layer}.self_attn`, self, embeddingDim, configuration);
      queries = add(`${layer}.self_sum`, queries, seen);
    }
    queries = norm(`${layer}.norm1`, queries, 2, TOKEN_EPSILON);

    const placedKeys = add(`${layer}.placed_keys`, keys, keyPositions);
    const toImage = { q: add(`${layer}.image_placed`, queries, queryPositions), k: placedKeys, v: keys };
    const fromImage = attend(graph, `${layer}.cross_attn_token_to_image`, toImage, crossDim, configuration);
    queries = norm(`${layer}.norm2`, add(`${layer}.image_sum`, queries, fromImage), 2, TOKEN_EPSILON);

    const hidden = apply(`${layer}.mlp.act`, linear(`${layer}.mlp.lin1`, queries, mlpDim), 'relu');
    const perceived = linear(`${layer}.mlp.lin2`, hidden, embeddingDim);
    queries = norm(`${layer}.norm3`, add(`${layer}.mlp_sum`, queries, perceived), 2, TOKEN_EPSILON);

    const toTokens = { q: placedKeys, k: add(`${layer}.token_placed`, queries, queryPositions), v: queries };
    const fromTokens = attend(graph, `${layer}.cross_attn_image_to_token`, toTokens, crossDim, configuration);
    keys = norm(`${layer}.norm4`, add(`${layer}.key_sum`, keys, fromTokens), 2, TOKEN_EPSILON);
  }
  const last = {
    q: add(`${transformer}.final_placed`, queries, queryPositions),
    k: add(`${transformer}.final_keys`, keys, keyPositions),
    v: keys,
  };
  const seen = attend(graph, `${transformer}.final_attn_token_to_image`, last, crossDim, configuration);
  const summed = add(`${transformer}.final_sum`, queries, seen);
  return { queries: norm(`${transformer}.norm_final_attn`, summed, 2, TOKEN_EPSILON), keys };
}

/** The image at four times the grid. keys [N,g*g,E] -> [N,E/8,4g,4g]. */
function addUpscaling(graph: GraphBuilder, configuration: SamedConfiguration, keys: Value): Value {
  const { embeddingDim } = configuration;
  const grid = gridOf(configuration);
  const { apply, doubleSize, norm } = createLayers(graph);
  const name = 'mask_decoder.output_upscaling';
  const turned = graph.op('transpose', 'mask_decoder.keys', [keys], { order: [0, 2, 1] });
  const map = graph.op('reshape', 'mask_decoder.map', [turned], { shape: ['N', embeddingDim, grid, grid] });
  const twice = norm(`${name}.1`, doubleSize(`${name}.0`, map, embeddingDim / 4), 1, MAP_EPSILON);
  const fourfold = doubleSize(`${name}.3`, apply(`${name}.2`, twice, 'gelu'), embeddingDim / 8);
  return apply(`${name}.4`, fourfold, 'gelu');
}

export interface DecoderOutputs {
  /** [N,M,4g,4g] with a mask for the background, then one for each class; softmax over M makes probabilities. */
  readonly logits: Value;
  /** The decoder's own estimate of each mask's overlap with the truth, [N,M]. */
  readonly overlaps: Value;
}

/** Adds the decoder. Shapes: image embedding [N,E,g,g]. */
export function addMaskDecoder(
  graph: GraphBuilder,
  configuration: SamedConfiguration,
  embedding: Value,
): DecoderOutputs {
  const { embeddingDim, maskTokens, decoder } = configuration;
  const grid = gridOf(configuration);
  const layers = createLayers(graph);
  const noMask = graph.op(
    'reshape',
    'prompt_encoder.no_mask',
    [graph.parameter('prompt_encoder.no_mask_embed.weight', [1, embeddingDim])],
    { shape: [1, embeddingDim, 1, 1] },
  );
  const prompted = layers.add('mask_decoder.prompted', embedding, noMask);
  const columns = graph.op('reshape', 'mask_decoder.columns', [prompted], {
    shape: ['N', embeddingDim, grid * grid],
  });
  const keys = graph.op('transpose', 'mask_decoder.image_tokens', [columns], { order: [0, 2, 1] });
  const tokens = graph.op(
    'concat',
    'mask_decoder.tokens',
    [
      graph.parameter('mask_decoder.iou_token.weight', [1, embeddingDim]),
      graph.parameter('mask_decoder.mask_tokens.weight', [maskTokens, embeddingDim]),
    ],
    { axis: 0 },
  );
  const oneSet = graph.op('reshape', 'mask_decoder.token_set', [tokens], {
    shape: [1, maskTokens + 1, embeddingDim],
  });
  const queries = graph.op('expandBatch', 'mask_decoder.queries', [oneSet, embedding], {});
  const positions = graph.parameter(DENSE_POSITIONS, [1, grid * grid, embeddingDim]);
  const seen = addTransformer(graph, configuration, { queries, keys }, positions);

  const upscaled = addUpscaling(graph, configuration, seen.keys);
  const token = (name: string, start: number) =>
    graph.op('slice', name, [seen.queries], { axis: 1, start, length: 1 });
  const weights = Array.from({ length: maskTokens }, (_, mask) =>
    perceive(
      layers,
      `mask_decoder.output_hypernetworks_mlps.${mask}`,
      token(`mask_decoder.mask_token.${mask}`, mask + 1),
      [...Array.from({ length: HYPERNETWORK_DEPTH - 1 }, () => embeddingDim), embeddingDim / 8],
    ),
  );
  const pixels = graph.op('reshape', 'mask_decoder.pixels', [upscaled], {
    shape: ['N', embeddingDim / 8, 16 * grid * grid],
  });
  const joined = graph.op('concat', 'mask_decoder.mask_weights', weights, { axis: 1 });
  const masks = graph.op('matmul', 'mask_decoder.masks', [joined, pixels], {});
  const overlap = perceive(
    layers,
    'mask_decoder.iou_prediction_head',
    token('mask_decoder.overlap_token', 0),
    [...Array.from({ length: decoder.overlapDepth - 1 }, () => decoder.overlapDim), maskTokens],
  );
  return {
    logits: graph.op('reshape', 'mask_decoder.logits', [masks], {
      shape: ['N', maskTokens, 4 * grid, 4 * grid],
    }),
    overlaps: graph.op('reshape', 'mask_decoder.overlaps', [overlap], { shape: ['N', maskTokens] }),
  };
}
