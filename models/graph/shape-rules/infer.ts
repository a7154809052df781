/** The shape of every operation's result, and the refusal of inputs that do not fit. */
import { WorkbenchError } from '../../../core/errors.ts';
import type { OpKind, Operations } from '../ops.ts';
import { formatShape, type Shape } from '../shape.ts';
import { elementShapes } from './elements.ts';
import { mapShapes } from './maps.ts';
import { ShapeProblem, type ShapeRule } from './rule.ts';
import { tokenShapes } from './tokens.ts';

const shapeRules: { readonly [K in OpKind]: ShapeRule<K> } = {
  ...mapShapes,
  ...elementShapes,
  ...tokenShapes,
};

/**
 * Shape of an operation's result.
 * Errors: `graph/shape-mismatch`, naming the node and the shapes it was given.
 */
export function inferShape<K extends OpKind>(
  kind: K,
  name: string,
  inputs: readonly Shape[],
  attributes: Operations[K],
): Shape {
  try {
    return shapeRules[kind](inputs, attributes);
  } catch (cause) {
    if (!(cause instanceof ShapeProblem)) throw cause;
    throw new WorkbenchError(
      'graph/shape-mismatch',
      `Node '${name}' (${kind}): ${cause.message}. Its inputs are ${inputs.map(formatShape).join(', ') || 'none'}.`,
      { context: { node: name, kind } },
    );
  }
}
