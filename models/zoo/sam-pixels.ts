/**
 * What a SAM that nobody adapted expects of pixels. SAMed takes them in [0, 1] as they are: FairSeg trains it with a mean
 * of 0 and a deviation of 1.
 * Source: Kirillov et al., "Segment Anything", 2023, by the settings of its published code.
 */
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { Params, Tensor, Value } from '../graph/graph.ts';

/** Mean and standard deviation of red, green and blue that SAM was trained with, of pixels in [0, 1]. */
const SAM_PIXELS = {
  mean: [123.675 / 255, 116.28 / 255, 103.53 / 255],
  deviation: [58.395 / 255, 57.12 / 255, 57.375 / 255],
} as const;

const MEAN = 'pixel_mean';
const DEVIATION = 'pixel_std';
/** One value for each channel of a map. */
const SHAPE = [1, 3, 1, 1];

/** Adds the normalisation. Shapes: image [N,3,h,w] in [0, 1] -> (image - mean) / deviation. */
export function addPixelNormalisation(graph: GraphBuilder, image: Value): Value {
  const mean = graph.parameter(MEAN, SHAPE);
  const centred = graph.op('binary', 'image.centred', [image, mean], { function: 'subtract' });
  const deviation = graph.parameter(DEVIATION, SHAPE);
  return graph.op('binary', 'image.normalised', [centred, deviation], { function: 'divide' });
}

/** The parameters of the normalisation, which no checkpoint holds. */
export function pixelParams(): Params {
  const tensor = (values: readonly number[]): Tensor => ({ shape: SHAPE, data: Float32Array.from(values) });
  return new Map([
    [MEAN, tensor(SAM_PIXELS.mean)],
    [DEVIATION, tensor(SAM_PIXELS.deviation)],
  ]);
}

/** A SAM's tensors and those of the normalisation. */
export function withPixelNormalisation(source: TensorSource): TensorSource {
  const params = pixelParams();
  const tensors = new Map(source.tensors);
  for (const [name, { shape }] of params) tensors.set(name, { name, dtype: 'float32', shape });
  return {
    ...source,
    tensors,
    read: async (name) => {
      const own = params.get(name);
      return own === undefined ? source.read(name) : Float32Array.from(own.data);
    },
  };
}
