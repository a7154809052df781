/** Folds batch normalisation by given statistics into the convolution before it, for inference. Training needs both apart. */
import type { Graph, Node, NodeOf } from '../graph/graph.ts';
import type { Shape } from '../graph/shape.ts';
import { type DerivedWeight, type WeightRewrite, withNodes } from './derived-weights.ts';

/** scale / sqrt(variance + epsilon), the factor of each channel, in f64. */
function channelFactors(scale: Float32Array, variance: Float32Array, epsilon: number): Float64Array {
  return Float64Array.from(
    scale,
    (value, channel) => value / Math.sqrt((variance[channel] as number) + epsilon),
  );
}

/** weight [O,I,kh,kw], every output channel times its factor. */
function foldWeight(epsilon: number, [weight, scale, variance]: readonly Float32Array[]): Float32Array {
  const factors = channelFactors(scale as Float32Array, variance as Float32Array, epsilon);
  const values = weight as Float32Array;
  const folded = new Float32Array(values.length);
  const perChannel = values.length / factors.length;
  for (const [channel, factor] of factors.entries()) {
    const end = (channel + 1) * perChannel;
    for (let at = channel * perChannel; at < end; at++) folded[at] = (values[at] as number) * factor;
  }
  return folded;
}

/** shift + (bias - mean) * factor for every channel; no bias is 0. */
function foldBias(
  epsilon: number,
  [scale, variance, shift, mean, bias]: readonly Float32Array[],
): Float32Array {
  const factors = channelFactors(scale as Float32Array, variance as Float32Array, epsilon);
  const means = mean as Float32Array;
  return (shift as Float32Array).map(
    (value, channel) =>
      value + ((bias?.[channel] ?? 0) - (means[channel] as number)) * (factors[channel] as number),
  );
}

/** A batch norm and the convolution it can be folded into. */
interface Pair {
  readonly norm: NodeOf<'batchNorm'>;
  readonly conv: NodeOf<'conv2d'>;
}

/** The batch norms whose input is a convolution that nothing else uses, both with parameters alone. */
function findPairs({ nodes, parameters, outputs }: Graph): Map<string, Pair> {
  const names = new Set(parameters.map(({ name }) => name));
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const useCounts = new Map<string, number>();
  for (const name of [...nodes.flatMap(({ inputs }) => inputs), ...outputs.map(({ value }) => value)]) {
    useCounts.set(name, (useCounts.get(name) ?? 0) + 1);
  }
  const pairs = new Map<string, Pair>();
  for (const norm of nodes) {
    if (norm.kind !== 'batchNorm') continue;
    const conv = byName.get(norm.inputs[0] as string);
    if (conv?.kind !== 'conv2d' || useCounts.get(conv.name) !== 1) continue;
    const weights = [...norm.inputs.slice(1), ...conv.inputs.slice(1)];
    if (weights.every((name) => names.has(name))) pairs.set(norm.name, { norm, conv });
  }
  return pairs;
}

/** The convolution with the norm in its weights, by the norm's name, and these weights. */
function foldPair({ norm, conv }: Pair, weightShape: Shape): { node: Node; derived: DerivedWeight[] } {
  const { epsilon } = norm.attributes;
  const [, scale, shift, mean, variance] = norm.inputs as [string, string, string, string, string];
  const [map, weight, ...bias] = conv.inputs as [string, string, string?];
  const foldedWeight = {
    name: `${norm.name}.folded-weight`,
    shape: weightShape,
    from: [weight, scale, variance],
    derive: (values: readonly Float32Array[]) => foldWeight(epsilon, values),
  };
  const foldedBias = {
    name: `${norm.name}.folded-bias`,
    shape: weightShape.slice(0, 1),
    from: [scale, variance, shift, mean, ...bias.filter((name) => name !== undefined)],
    derive: (values: readonly Float32Array[]) => foldBias(epsilon, values),
  };
  return {
    node: { ...conv, name: norm.name, inputs: [map, foldedWeight.name, foldedBias.name] },
    derived: [foldedWeight, foldedBias],
  };
}

/**
 * The graph with batch norms folded into their convolutions: a folded convolution has the norm's name and the parameters
 * `<name>.folded-weight` and `<name>.folded-bias`. A norm stays where its convolution is used elsewhere too, or where a
 * weight of either is computed.
 */
export function foldBatchNorm(graph: Graph): WeightRewrite {
  const pairs = findPairs(graph);
  const folded = new Set([...pairs.values()].map(({ conv }) => conv.name));
  const shapes = new Map(graph.parameters.map(({ name, shape }) => [name, shape]));
  const derived: DerivedWeight[] = [];
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    if (folded.has(node.name)) continue;
    const pair = pairs.get(node.name);
    if (pair === undefined) {
      nodes.push(node);
      continue;
    }
    const fold = foldPair(pair, shapes.get(pair.conv.inputs[1] as string) as Shape);
    nodes.push(fold.node);
    derived.push(...fold.derived);
  }
  return { graph: withNodes(graph, nodes, derived), derived };
}
