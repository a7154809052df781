/** What the shape rules are made of: their type, and the checks they share. */
import type { OpKind, Operations } from '../ops.ts';
import type { Shape } from '../shape.ts';

/** Thrown by a rule; `inferShape` adds the node's name and its inputs. */
export class ShapeProblem extends Error {}

export type ShapeRule<K extends OpKind> = (inputs: readonly Shape[], attributes: Operations[K]) => Shape;

export function requireThat(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new ShapeProblem(problem);
}

export function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}

/** The single input of an operation, of the rank given. */
export function soleInput(inputs: readonly Shape[], rank?: number): Shape {
  const [input] = inputs;
  requireThat(inputs.length === 1 && input !== undefined, `takes one input, got ${inputs.length}`);
  requireThat(rank === undefined || input.length === rank, `takes a map [N,C,h,w]`);
  return input;
}
