/** Low-rank adapters: added to linear layers of a finished graph, and packed into one input for all layers. */
import { invariant } from '../../core/errors.ts';
import type { Graph, Node, Value } from '../graph/graph.ts';

/** A pair of adapters A [R,I], B [S,R] of some output features of a linear layer. */
export interface LoraPair {
  /** Name of the linear node. */
  readonly node: string;
  /** First output feature that it adapts, and how many. */
  readonly offset: number;
  readonly span: number;
  /** Names of the parameters A and B. */
  readonly a: string;
  readonly b: string;
}

/** The graph with adapters as further parameters. Pairs of one node must come in the order of their features. */
export function withLora(graph: Graph, pairs: readonly LoraPair[], rank: number): Graph {
  const shapes = new Map(graph.parameters.map(({ name, shape }) => [name, shape]));
  const added: Value[] = [];
  const nodes = graph.nodes.map((node): Node => {
    const own = pairs.filter((pair) => pair.node === node.name);
    if (own.length === 0) return node;
    invariant(
      node.kind === 'linear' && node.attributes.adapters.length === 0,
      `'${node.name}' of '${graph.name}' is no linear layer without adapters`,
    );
    const inputCount = shapes.get(node.inputs[1] ?? '')?.[1];
    invariant(inputCount !== undefined, `the weight of '${node.name}' is no parameter of '${graph.name}'`);
    for (const { a, b, span } of own) {
      added.push({ name: a, shape: [rank, inputCount] }, { name: b, shape: [span, rank] });
    }
    return {
      ...node,
      inputs: [...node.inputs, ...own.flatMap(({ a, b }) => [a, b])],
      attributes: { ...node.attributes, adapters: own.map(({ offset }) => offset) },
    };
  });
  invariant(added.length === 2 * pairs.length, `adapters of layers that '${graph.name}' does not have`);
  return { ...graph, nodes, parameters: [...graph.parameters, ...added] };
}

/**
 * The graph with parameters of one shape as slices of one input [count, ...shape], in the order given, so that they can
 * be exchanged without a new session.
 */
export function packParameters(graph: Graph, names: readonly string[], input: string): Graph {
  const shapes = new Map(graph.parameters.map(({ name, shape }) => [name, shape]));
  const [first = ''] = names;
  const shape = shapes.get(first);
  invariant(shape !== undefined, `'${first}' is no parameter of '${graph.name}'`);
  const packed: Value = { name: input, shape: [names.length, ...shape] };
  const unpacking = names.flatMap((name, start): Node[] => {
    const slice = `${input}.${start}`;
    return [
      {
        kind: 'slice',
        name: slice,
        inputs: [input],
        attributes: { axis: 0, start, length: 1 },
        shape: [1, ...shape],
      },
      { kind: 'reshape', name, inputs: [slice], attributes: { shape }, shape },
    ];
  });
  return {
    ...graph,
    inputs: [...graph.inputs, packed],
    parameters: graph.parameters.filter(({ name }) => !names.includes(name)),
    nodes: [...unpacking, ...graph.nodes],
  };
}
