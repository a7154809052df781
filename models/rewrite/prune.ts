/** Cuts a graph down to what some values need. */
import { invariant } from '../../core/errors.ts';
import type { Graph } from '../graph/graph.ts';

/**
 * The graph that computes the values given, by outside name, and nothing else: other nodes, and the parameters and
 * inputs that only they use, are gone.
 */
export function prune(graph: Graph, outputs: Readonly<Record<string, string>>): Graph {
  const needed = new Set(Object.values(outputs));
  // A node's inputs stand before it, so one walk from the end finds everything.
  const nodes = graph.nodes.toReversed().filter((node) => {
    if (!needed.has(node.name)) return false;
    for (const name of node.inputs) needed.add(name);
    return true;
  });
  const isNeeded = ({ name }: { readonly name: string }) => needed.has(name);
  const kept = {
    inputs: graph.inputs.filter(isNeeded),
    parameters: graph.parameters.filter(isNeeded),
    nodes: nodes.toReversed(),
  };
  const known = new Set(Object.values(kept).flatMap((values) => values.map(({ name }) => name)));
  for (const name of Object.values(outputs)) {
    invariant(known.has(name), `'${name}' is no value of '${graph.name}'`);
  }
  return {
    ...graph,
    ...kept,
    outputs: Object.entries(outputs).map(([name, value]) => ({ name, value })),
  };
}
