/** A graph as text, one line a value: for people, for reviewed goldens and for hashing. Same graph, same text. */
import type { Graph } from './graph.ts';
import { formatShape } from './shape.ts';

function formatAttribute(value: unknown): string {
  if (Array.isArray(value)) return `[${value.join(',')}]`;
  return typeof value === 'object' && value !== null ? `{${formatAttributes(value).trim()}}` : String(value);
}

/** ` key=value` for each attribute, in alphabetical order. */
export function formatAttributes(attributes: object): string {
  return Object.entries(attributes)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ` ${key}=${formatAttribute(value)}`)
    .join('');
}

/** The text of a graph, ending in a line feed. Attributes are in alphabetical order, numbers in JavaScript's shortest form. */
export function printGraph(graph: Graph): string {
  const lines = [`graph ${graph.name}`];
  for (const { name, shape } of graph.inputs) lines.push(`input ${name} ${formatShape(shape)}`);
  for (const { name, shape } of graph.parameters) lines.push(`parameter ${name} ${formatShape(shape)}`);
  for (const node of graph.nodes) {
    lines.push(
      `${node.name} = ${node.kind}(${node.inputs.join(', ')})${formatAttributes(node.attributes)} -> ${formatShape(node.shape)}`,
    );
  }
  for (const { name, value } of graph.outputs) lines.push(`output ${name} = ${value}`);
  return `${lines.join('\n')}\n`;
}
