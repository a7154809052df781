/** Standardises weights once, for inference. Training needs the operation, because the weight under it changes. */
import type { Graph, Node } from '../graph/graph.ts';
import { type DerivedWeight, type WeightRewrite, withNodes } from './derived-weights.ts';

/** weight [O,I,kh,kw], every output channel less its mean, over the root of its biased variance plus epsilon. In f64. */
function standardize(epsilon: number, channelCount: number, weight: Float32Array): Float32Array {
  const out = new Float32Array(weight.length);
  const perChannel = weight.length / channelCount;
  for (let start = 0; start < weight.length; start += perChannel) {
    let sum = 0;
    for (let at = start; at < start + perChannel; at++) sum += weight[at] as number;
    const mean = sum / perChannel;
    let squares = 0;
    for (let at = start; at < start + perChannel; at++) squares += ((weight[at] as number) - mean) ** 2;
    const scale = 1 / Math.sqrt(squares / perChannel + epsilon);
    for (let at = start; at < start + perChannel; at++) out[at] = ((weight[at] as number) - mean) * scale;
  }
  return out;
}

/** The graph with every standardised parameter as a parameter by the operation's name. */
export function foldWeightStandardize(graph: Graph): WeightRewrite {
  const shapes = new Map(graph.parameters.map(({ name, shape }) => [name, shape]));
  const derived: DerivedWeight[] = [];
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const [weight] = node.inputs;
    const shape = shapes.get(weight as string);
    if (node.kind !== 'weightStandardize' || weight === undefined || shape === undefined) {
      nodes.push(node);
      continue;
    }
    const { epsilon } = node.attributes;
    derived.push({
      name: node.name,
      shape,
      from: [weight],
      derive: ([values]) => standardize(epsilon, Number(shape[0]), values as Float32Array),
    });
  }
  return { graph: withNodes(graph, nodes, derived), derived };
}
