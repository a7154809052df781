/** Checks a finished graph again: one that was cloned, stored or rewritten did not come through the builder's checks. */
import { WorkbenchError } from '../../core/errors.ts';
import type { Graph, NodeOf } from './graph.ts';
import type { OpKind } from './ops.ts';
import { inferShape } from './shape-rules/infer.ts';
import { formatShape, isSameShape, type Shape } from './shape.ts';

/**
 * Throws unless names are unique, every value is defined before it is used, and every stated shape is the inferred one.
 * Errors: `graph/unknown-value`, `graph/bad-attribute` (a name used twice), `graph/shape-mismatch`; each names the node.
 */
export function verifyGraph(graph: Graph): void {
  const shapes = new Map<string, Shape>();
  const define = (name: string, shape: Shape) => {
    if (shapes.has(name)) {
      throw new WorkbenchError('graph/bad-attribute', `Two values of '${graph.name}' are called '${name}'.`);
    }
    shapes.set(name, shape);
  };
  const shapeOf = (user: string, name: string): Shape => {
    const shape = shapes.get(name);
    if (shape === undefined) {
      throw new WorkbenchError(
        'graph/unknown-value',
        `${user} of '${graph.name}' uses '${name}', which is not defined before it.`,
        { context: { value: name } },
      );
    }
    return shape;
  };
  const infer = <K extends OpKind>(node: NodeOf<K>) =>
    inferShape(
      node.kind,
      node.name,
      node.inputs.map((name) => shapeOf(`Node '${node.name}'`, name)),
      node.attributes,
    );

  for (const value of [...graph.inputs, ...graph.parameters]) define(value.name, value.shape);
  for (const node of graph.nodes) {
    const shape = infer(node);
    if (!isSameShape(shape, node.shape)) {
      throw new WorkbenchError(
        'graph/shape-mismatch',
        `Node '${node.name}' (${node.kind}) states ${formatShape(node.shape)} but makes ${formatShape(shape)}.`,
        { context: { node: node.name, kind: node.kind } },
      );
    }
    define(node.name, shape);
  }
  for (const output of graph.outputs) shapeOf(`Output '${output.name}'`, output.value);
}
