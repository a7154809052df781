/** The shapes of every training operation's results, and the refusal of inputs that do not fit. */
import { WorkbenchError } from '../../../core/errors.ts';
import type { ForwardKind, GradientKind, TrainingKind, TrainingOperations } from '../gradient-ops.ts';
import type { Operations } from '../ops.ts';
import { formatShape, type Shape } from '../shape.ts';
import { inferShape } from '../shape-rules/infer.ts';
import { ShapeProblem } from '../shape-rules/rule.ts';
import { elementGradientShapes } from './elements.ts';
import { lossShapes } from './losses.ts';
import { mapGradientShapes } from './maps.ts';
import type { ResultRule } from './rule.ts';
import { statisticsOf } from './statistics.ts';
import { tokenGradientShapes } from './tokens.ts';

const resultRules: { readonly [K in GradientKind]: ResultRule<K> } = {
  ...mapGradientShapes,
  ...elementGradientShapes,
  ...tokenGradientShapes,
  ...lossShapes,
};

/** Every kind that only training has, for tests that must not forget one. */
export const GRADIENT_KINDS = Object.keys(resultRules) as readonly GradientKind[];

export function isGradientKind(kind: TrainingKind): kind is GradientKind {
  return Object.hasOwn(resultRules, kind);
}

function inferForward<K extends ForwardKind>(
  kind: K,
  name: string,
  inputs: readonly Shape[],
  attributes: Operations[K],
): readonly Shape[] {
  const value = inferShape(kind, name, inputs, attributes);
  return [value, ...Object.values(statisticsOf(kind, inputs, attributes))];
}

/**
 * Shapes of the results of an operation: of a forward one its value, then its statistics.
 * Errors: `graph/shape-mismatch`, naming the node and the shapes it was given.
 */
export function inferResults<K extends TrainingKind>(
  kind: K,
  name: string,
  inputs: readonly Shape[],
  attributes: TrainingOperations[K],
): readonly Shape[] {
  // In both branches the attributes are those of `kind`, which the compiler does not follow through the guard.
  if (!isGradientKind(kind)) return inferForward(kind, name, inputs, attributes as never);
  const rule = resultRules[kind] as unknown as ResultRule<K>;
  try {
    return rule(inputs, attributes);
  } catch (cause) {
    if (!(cause instanceof ShapeProblem)) throw cause;
    throw new WorkbenchError(
      'graph/shape-mismatch',
      `Node '${name}' (${kind}): ${cause.message}. Its inputs are ${inputs.map(formatShape).join(', ') || 'none'}.`,
      { context: { node: name, kind } },
    );
  }
}
