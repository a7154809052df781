/**
 * SAMed: a SAM whose encoder has low-rank adapters and whose decoder predicts classes without prompts. Three graphs:
 * encoder and decoder for inference, both in one for training. Parameters have the names of SAM's and SAMed's checkpoints.
 * Source: Zhang and Liu, "Customized Segment Anything Model for Medical Image Segmentation", 2023.
 */
import { invariant } from '../../core/errors.ts';
import { createGraphBuilder, type GraphBuilder } from '../graph/builder.ts';
import type { Graph, Value } from '../graph/graph.ts';
import { packParameters, withLora } from '../rewrite/lora.ts';
import { decoderAdapters, encoderAdapters } from './samed-adapters.ts';
import { gridOf, type SamedConfiguration } from './samed-configuration.ts';
import { addMaskDecoder, type DecoderOutputs } from './samed-decoder.ts';
import { addSamEncoder } from './samed-encoder.ts';
import { addPixelNormalisation } from './sam-pixels.ts';

function imageInput(graph: GraphBuilder, configuration: SamedConfiguration): Value {
  const { side } = configuration;
  invariant(Number.isInteger(gridOf(configuration)), `a side of ${side} is no whole number of patches`);
  return graph.input('image', ['N', 3, side, side]);
}

function adaptEncoder(graph: Graph, configuration: SamedConfiguration): Graph {
  if (configuration.rank === 0) return graph;
  return withLora(graph, encoderAdapters(configuration), configuration.rank);
}

function adaptDecoder(graph: Graph, configuration: SamedConfiguration): Graph {
  if (!configuration.adaptsDecoder) return graph;
  return withLora(graph, decoderAdapters(configuration), configuration.rank);
}

const outputsOf = ({ logits, overlaps }: DecoderOutputs) => ({
  low_res_logits: logits,
  iou_predictions: overlaps,
});

/**
 * The encoder, with its adapters as inputs, so that a new adapter needs no new session.
 * Shapes: `image [N,3,side,side]` in [0, 1], with R > 0 `lora_a [2*depth,R,C]` and `lora_b [2*depth,C,R]` ->
 * `image_embeddings [N,E,g,g]`, g = side / patchSize.
 */
export function createSamedEncoder(configuration: SamedConfiguration): Graph {
  const builder = createGraphBuilder('samed-encoder');
  const embedding = addSamEncoder(builder, configuration, imageInput(builder, configuration));
  const graph = adaptEncoder(builder.build({ image_embeddings: embedding }), configuration);
  if (configuration.rank === 0) return graph;
  const pairs = encoderAdapters(configuration);
  const a = pairs.map((pair) => pair.a);
  const b = pairs.map((pair) => pair.b);
  return packParameters(packParameters(graph, a, 'lora_a'), b, 'lora_b');
}

/**
 * The encoder of a SAM without adapters, which normalises the pixels as SAM was trained. Shapes: `image [N,3,side,side]` in
 * [0, 1] -> `image_embeddings [N,E,g,g]`, g = side / patchSize.
 */
export function createSamEncoder(configuration: SamedConfiguration): Graph {
  const builder = createGraphBuilder('sam-encoder');
  const image = addPixelNormalisation(builder, imageInput(builder, configuration));
  return builder.build({ image_embeddings: addSamEncoder(builder, configuration, image) });
}

/**
 * The decoder. Shapes: `image_embeddings [N,E,g,g]` -> `low_res_logits [N,M,4g,4g]`, background first, and
 * `iou_predictions [N,M]`.
 */
export function createSamedDecoder(configuration: SamedConfiguration): Graph {
  const builder = createGraphBuilder('samed-decoder');
  const grid = gridOf(configuration);
  const embedding = builder.input('image_embeddings', ['N', configuration.embeddingDim, grid, grid]);
  const outputs = addMaskDecoder(builder, configuration, embedding);
  return adaptDecoder(builder.build(outputsOf(outputs)), configuration);
}

/** Both in one, with all adapters as parameters. Shapes: `image [N,3,side,side]` -> the outputs of encoder and decoder. */
export function createSamed(configuration: SamedConfiguration): Graph {
  const builder = createGraphBuilder('samed');
  const embedding = addSamEncoder(builder, configuration, imageInput(builder, configuration));
  const outputs = addMaskDecoder(builder, configuration, embedding);
  const graph = builder.build({ image_embeddings: embedding, ...outputsOf(outputs) });
  return adaptDecoder(adaptEncoder(graph, configuration), configuration);
}
