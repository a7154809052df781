/**
 * The ResNet that comes before the transformer of a hybrid TransUNet: weight-standardised convolutions without bias and
 * group norms. Its maps are the skip connections of the decoder.
 * Source: Kolesnikov et al., "Big Transfer", ECCV 2020, as TransUNet uses it: the norms come after the convolutions.
 */
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';

const STANDARDIZE_EPSILON = 1e-5;
const GROUPS = 32;
const NORM_EPSILON = 1e-6;
/** The norm of a projection has a group for each channel, and PyTorch's default epsilon where the others have their own. */
const PROJECTION_EPSILON = 1e-5;
/** A bottleneck ends with this many times the channels it has inside. */
const EXPANSION = 4;

interface ConvShape {
  readonly channels: number;
  readonly size: number;
  readonly stride?: number;
}

function convolve(
  graph: GraphBuilder,
  name: string,
  x: Value,
  { channels, size, stride = 1 }: ConvShape,
): Value {
  const weight = graph.parameter(`${name}.weight`, [channels, x.shape[1] ?? 0, size, size]);
  const standardized = graph.op('weightStandardize', `${name}.standardized`, [weight], {
    epsilon: STANDARDIZE_EPSILON,
  });
  const padding = (size - 1) / 2;
  return graph.op('conv2d', name, [x, standardized], { stride, padding: [padding, padding] });
}

function normalize(graph: GraphBuilder, name: string, x: Value, groups: number, epsilon: number): Value {
  const channels = x.shape.slice(1, 2);
  const operands = [
    x,
    graph.parameter(`${name}.weight`, channels),
    graph.parameter(`${name}.bias`, channels),
  ];
  return graph.op('groupNorm', name, operands, { groups, epsilon });
}

function rectify(graph: GraphBuilder, name: string, x: Value): Value {
  return graph.op('unary', name, [x], { function: 'relu' });
}

/** Three convolutions beside a shortcut; the shortcut is a projection where the map changes its size or channels. */
function bottleneck(graph: GraphBuilder, name: string, x: Value, inner: number, stride: number): Value {
  const channels = inner * EXPANSION;
  const norm = (step: string, value: Value) =>
    normalize(graph, `${name}.${step}`, value, GROUPS, NORM_EPSILON);
  const conv = (step: string, value: Value, shape: ConvShape) =>
    convolve(graph, `${name}.${step}`, value, shape);
  const relu = (step: string, value: Value) => rectify(graph, `${name}.${step}`, value);

  let y = relu('relu1', norm('gn1', conv('conv1', x, { channels: inner, size: 1 })));
  y = relu('relu2', norm('gn2', conv('conv2', y, { channels: inner, size: 3, stride })));
  y = norm('gn3', conv('conv3', y, { channels, size: 1 }));
  let shortcut = x;
  if (stride !== 1 || x.shape[1] !== channels) {
    const projected = conv('downsample', x, { channels, size: 1, stride });
    shortcut = normalize(graph, `${name}.gn_proj`, projected, channels, PROJECTION_EPSILON);
  }
  return relu('relu', graph.op('binary', `${name}.sum`, [shortcut, y], { function: 'add' }));
}

/** Zeros at the bottom and right, up to `side`. */
function padTo(graph: GraphBuilder, name: string, x: Value, side: number): Value {
  const missing = side - Number(x.shape[2]);
  if (missing === 0) return x;
  return graph.op('pad', name, [x], { rows: [0, missing], columns: [0, missing] });
}

/** What the ResNet gives to the rest of the network. */
export interface ResnetMaps {
  /** [N,16*width,side/16,side/16] for three blocks. */
  readonly deepest: Value;
  /** The maps on the way, from the deepest to the root: sides side/8, side/4, side/2. */
  readonly skips: readonly Value[];
}

/**
 * The ResNet.
 * Shapes: `image [N,3,side,side]`; `units` is the number of bottlenecks of each block, `width` the channels of the root.
 */
export function buildResnet(
  graph: GraphBuilder,
  name: string,
  image: Value,
  { width, units }: { readonly width: number; readonly units: readonly number[] },
): ResnetMaps {
  const side = Number(image.shape[2]);
  const conv = convolve(graph, `${name}.root.conv`, image, { channels: width, size: 7, stride: 2 });
  const norm = normalize(graph, `${name}.root.gn`, conv, GROUPS, NORM_EPSILON);
  const root = rectify(graph, `${name}.root`, norm);
  // Without padding the pool loses a row and a column of side / 4; the skip gets them back as zeros, the main path does not.
  let x = graph.op('maxPool', `${name}.root.pool`, [root], { size: 3, stride: 2, padding: 0 });
  const skips = [root];
  units.forEach((count, index) => {
    const block = `${name}.body.block${index + 1}`;
    for (let unit = 1; unit <= count; unit++) {
      const stride = unit === 1 && index > 0 ? 2 : 1;
      x = bottleneck(graph, `${block}.unit${unit}`, x, width * 2 ** index, stride);
    }
    if (index < units.length - 1) skips.unshift(padTo(graph, `${block}.padded`, x, side / 2 ** (index + 2)));
  });
  return { deepest: x, skips };
}
