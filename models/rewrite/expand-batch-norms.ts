/**
 * Batch norms with their running statistics as operations on elements: how a network in training is validated, for `differentiate`
 * gives every batch norm the statistics of its batch. Weights stay parameters by their names, unlike where norms are folded.
 */
import type { Graph, Node, NodeOf } from '../graph/graph.ts';
import type { BinaryFunction } from '../graph/ops.ts';
import type { Shape } from '../graph/shape.ts';

/** (x - mean) * (scale / sqrt(variance + epsilon)) + shift, in the order of the norm's formula; the last node has its name. */
function expand({ name, inputs, attributes: { epsilon }, shape }: NodeOf<'batchNorm'>): Node[] {
  const [x, scale, shift, mean, variance] = inputs as readonly [string, string, string, string, string];
  const perChannel: Shape = [shape[1] as number];
  const channels: Shape = [1, shape[1] as number, 1, 1];
  const nodes: Node[] = [];
  const add = (node: Node): string => {
    nodes.push(node);
    return node.name;
  };
  const binary = (part: string, how: BinaryFunction, [a, b]: readonly [string, string], of: Shape) =>
    add({ kind: 'binary', name: part, inputs: [a, b], attributes: { function: how }, shape: of });
  const spread = (part: string, value: string) =>
    add({ kind: 'reshape', name: part, inputs: [value], attributes: { shape: channels }, shape: channels });

  const shifted: Node = {
    kind: 'affine',
    name: `${name}.positive`,
    inputs: [variance],
    attributes: { scale: 1, shift: epsilon },
    shape: perChannel,
  };
  const root: Node = {
    kind: 'unary',
    name: `${name}.deviation`,
    inputs: [add(shifted)],
    attributes: { function: 'sqrt' },
    shape: perChannel,
  };
  const factor = binary(`${name}.factor`, 'divide', [scale, add(root)], perChannel);
  const centred = binary(`${name}.centred`, 'subtract', [x, spread(`${name}.meanMap`, mean)], shape);
  const scaled = binary(`${name}.scaled`, 'multiply', [centred, spread(`${name}.factorMap`, factor)], shape);
  binary(name, 'add', [scaled, spread(`${name}.shiftMap`, shift)], shape);
  return nodes;
}

/** The graph without batch norms: the same numbers from the same weights. */
export function expandBatchNorms(graph: Graph): Graph {
  return {
    ...graph,
    nodes: graph.nodes.flatMap((node) => (node.kind === 'batchNorm' ? expand(node) : [node])),
  };
}
