/** A feature extractor of another maker: as small as one can be, so that it is quick on a software adapter too. */
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
