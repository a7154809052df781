/** Builds a graph operation by operation; shapes are inferred and checked as it grows. */
import { invariant, WorkbenchError } from '../../core/errors.ts';
import type { Graph, Node, NodeOf, Value } from './graph.ts';
import type { OpKind, Operations } from './ops.ts';
import { inferShape } from './shape-rules/infer.ts';
import type { Shape } from './shape.ts';

export interface GraphBuilder {
  input(name: string, shape: Shape): Value;
  parameter(name: string, shape: Shape): Value;
  /** Adds an operation; its result is a value of the node's name. Errors: `graph/shape-mismatch`. */
  op<K extends OpKind>(kind: K, name: string, inputs: readonly Value[], attributes: Operations[K]): Value;
  /** Ends the graph. `outputs` maps outside names to values. */
  build(outputs: Readonly<Record<string, Value>>): Graph;
}

/**
 * An empty graph to be filled.
 * Errors: `graph/unknown-value` when an operation or an output uses a value of another graph.
 */
export function createGraphBuilder(graphName: string): GraphBuilder {
  const inputs: Value[] = [];
  const parameters: Value[] = [];
  const nodes: Node[] = [];
  const values = new Map<string, Value>();

  function define(value: Value): Value {
    invariant(!values.has(value.name), `two values of graph '${graphName}' are called '${value.name}'`);
    values.set(value.name, value);
    return value;
  }
  function requireOwn(user: string, value: Value): void {
    if (values.get(value.name) === value) return;
    throw new WorkbenchError(
      'graph/unknown-value',
      `${user} uses '${value.name}', which is not a value of graph '${graphName}'.`,
    );
  }

  return {
    input(name, shape) {
      const value = define({ name, shape });
      inputs.push(value);
      return value;
    },
    parameter(name, shape) {
      const value = define({ name, shape });
      parameters.push(value);
      return value;
    },
    op<K extends OpKind>(kind: K, name: string, operands: readonly Value[], attributes: Operations[K]) {
      for (const operand of operands) requireOwn(`Node '${name}'`, operand);
      const shapes = operands.map((operand) => operand.shape);
      const node: NodeOf<K> = {
        kind,
        name,
        inputs: operands.map((operand) => operand.name),
        attributes,
        shape: inferShape(kind, name, shapes, attributes),
      };
      // A generic NodeOf<K> is one member of the union, which the compiler cannot see.
      nodes.push(node as Node);
      return define({ name, shape: node.shape });
    },
    build(outputs) {
      for (const [name, value] of Object.entries(outputs)) requireOwn(`Output '${name}'`, value);
      return {
        name: graphName,
        inputs,
        parameters,
        nodes,
        outputs: Object.entries(outputs).map(([name, value]) => ({ name, value: value.name })),
      };
    },
  };
}
