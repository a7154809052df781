/** Checks a finished training graph: one that was cloned, stored or changed did not come through the checks of its making. */
import { WorkbenchError } from '../../core/errors.ts';
import type { TrainingKind } from './gradient-ops.ts';
import { inferResults, isGradientKind } from './gradient-ops/infer.ts';
import { formatShape, isSameShape, type Shape } from './shape.ts';
import { nodeName, type TrainingGraph, type TrainingNodeOf } from './training-graph.ts';

/**
 * Throws unless names are unique, every value is defined before it is used, every stated shape is the inferred one, and every
 * gradient and every update has the shape of what it belongs to.
 * Errors: `graph/unknown-value`, `graph/bad-attribute` (a name used twice), `graph/shape-mismatch`; each names the node.
 */
export function verifyTrainingGraph(training: TrainingGraph): void {
  const shapes = new Map<string, Shape>();
  const define = (name: string, shape: Shape) => {
    if (shapes.has(name)) {
      throw new WorkbenchError(
        'graph/bad-attribute',
        `Two values of '${training.name}' are called '${name}'.`,
      );
    }
    shapes.set(name, shape);
  };
  const shapeOf = (user: string, name: string): Shape => {
    const shape = shapes.get(name);
    if (shape === undefined) {
      throw new WorkbenchError(
        'graph/unknown-value',
        `${user} of '${training.name}' uses '${name}', which is not defined before it.`,
        { context: { value: name } },
      );
    }
    return shape;
  };
  const refuse = (what: string, stated: Shape, expected: Shape) => {
    throw new WorkbenchError(
      'graph/shape-mismatch',
      `${what} of '${training.name}' is ${formatShape(stated)}, not ${formatShape(expected)}.`,
    );
  };
  const infer = <K extends TrainingKind>(name: string, { kind, inputs, attributes }: TrainingNodeOf<K>) =>
    inferResults(
      kind,
      name,
      inputs.map((input) => shapeOf(`Node '${name}'`, input)),
      attributes,
    );

  for (const value of [...training.inputs, ...training.parameters]) define(value.name, value.shape);
  for (const node of training.nodes) {
    const inferred = infer(nodeName(node), node);
    const isComplete = node.results.length === inferred.length;
    if (!isComplete && (isGradientKind(node.kind) || node.results.length !== 1)) {
      throw new WorkbenchError(
        'graph/shape-mismatch',
        `Node '${nodeName(node)}' (${node.kind}) of '${training.name}' states ${node.results.length} results but makes ${inferred.length}.`,
      );
    }
    for (const [index, { name, shape }] of node.results.entries()) {
      const expected = inferred[index] as Shape;
      if (!isSameShape(shape, expected)) refuse(`Value '${name}' (${node.kind})`, shape, expected);
      define(name, shape);
    }
  }
  for (const output of training.outputs) shapeOf(`Output '${output.name}'`, output.value);
  const owned = [
    ...training.gradients.map(({ parameter, value }) => ({
      what: `The gradient of '${parameter}'`,
      owner: parameter,
      value,
    })),
    ...training.updates.map(({ state, value }) => ({ what: `The next '${state}'`, owner: state, value })),
  ];
  for (const { what, owner, value } of owned) {
    const [stated, expected] = [shapeOf(what, value), shapeOf(what, owner)];
    if (!isSameShape(stated, expected)) refuse(what, stated, expected);
  }
}
