/** Models of another maker, as small as they can be, so that they are quick on a software adapter too. */
import { createGraphBuilder } from '../../models/graph/builder.ts';
import { lowerToOnnx } from '../../models/onnx/lower.ts';

/** Three channels in, their means out, under names that are not ours. */
export function foreignExtractor(): Uint8Array {
  const builder = createGraphBuilder('foreign');
  const pixels = builder.input('pixel_values', ['N', 3, 64, 64]);
  const means = builder.op('reduce', 'means', [pixels], { function: 'mean', axes: [2, 3] });
  const vector = builder.op('reshape', 'vector', [means], { shape: ['N', 3] });
  return lowerToOnnx({ graph: builder.build({ last_hidden: vector }), params: new Map() });
}

/** Calls pixels brighter than 0.5 rim and brighter than 0.7 cup: three logits, each a line in the brightness. */
export function foreignSegmenter(): Uint8Array {
  const builder = createGraphBuilder('thresholds');
  const x = builder.input('x', ['N', 1, 64, 64]);
  const weight = builder.parameter('weight', [3, 1, 1, 1]);
  const bias = builder.parameter('bias', [3]);
  const logits = builder.op('conv2d', 'maps', [x, weight, bias], { stride: 1, padding: [0, 0] });
  const params = new Map([
    ['weight', { shape: [3, 1, 1, 1], data: Float32Array.of(0, 1, 2) }],
    ['bias', { shape: [3], data: Float32Array.of(0, -0.5, -1.2) }],
  ]);
  return lowerToOnnx({ graph: builder.build({ logits }), params });
}
