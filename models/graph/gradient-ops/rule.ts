/** What the shape rules of training operations are made of. */
import type { TrainingKind, TrainingOperations } from '../gradient-ops.ts';
import type { Shape } from '../shape.ts';
import { requireThat } from '../shape-rules/rule.ts';

/** The shapes of an operation's results, in the order that its formula names them. */
export type ResultRule<K extends TrainingKind> = (
  inputs: readonly Shape[],
  attributes: TrainingOperations[K],
) => readonly Shape[];

/** The inputs of an operation that takes exactly so many. */
export function requireInputs(inputs: readonly Shape[], count: number): readonly Shape[] {
  requireThat(inputs.length === count, `takes ${count} inputs, got ${inputs.length}`);
  return inputs;
}

/** One input. A rule checks the number of inputs first. */
export function inputAt(inputs: readonly Shape[], index: number): Shape {
  return inputs[index] as Shape;
}
