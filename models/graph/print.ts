/** A graph as text, one line a value: for people, for reviewed goldens and for hashing. Same graph, same text. */
import type { Graph } from './graph.ts';
import { formatShape } from './shape.ts';

function formatAttribute(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(',')}]` : String(value);
}

/** The text of a graph, ending in a line feed. Attributes are in alphabetical order, numbers in JavaScript's shortest form. */
export function printGraph(graph: Graph): string {
  const lines = [`graph ${graph.name}`];
  for (const { name, shape } of graph.inputs) lines.push(`input ${name} ${formatShape(shape)}`);
  for (const { name, shape } of graph.parameters) lines.push(`parameter ${name} ${formatShape(shape)}`);
  for (const node of graph.nodes) {
    const attributes = Object.entries(node.attributes)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => ` ${key}=${formatAttribute(value)}`)
      .join('');
    lines.push(
      `${node.name} = ${node.kind}(${node.inputs.join(', ')})${attributes} -> ${formatShape(node.shape)}`,
    );
  }
  for (const { name, value } of graph.outputs) lines.push(`output ${name} = ${value}`);
  return `${lines.join('\n')}\n`;
}
