/** What the gradient rules are made of. */
import type { ForwardKind, TrainingKind, TrainingOperations } from '../../graph/gradient-ops.ts';
import type { Value } from '../../graph/graph.ts';
import type { Operations } from '../../graph/ops.ts';
import { isSameShape, type Shape } from '../../graph/shape.ts';

/** Where rules write the operations of the backward part. */
export interface Tape {
  /** Adds an operation with as many results as names are given. */
  add<K extends TrainingKind>(
    kind: K,
    names: readonly string[],
    inputs: readonly Value[],
    attributes: TrainingOperations[K],
  ): readonly Value[];
  /** Adds an operation with one result. */
  op<K extends TrainingKind>(
    kind: K,
    name: string,
    inputs: readonly Value[],
    attributes: TrainingOperations[K],
  ): Value;
}

/** The operation whose gradient is made. */
export interface Differentiated<K extends ForwardKind> {
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly attributes: Operations[K];
  readonly result: Value;
  /** Its statistics in order. Asking makes the node give them. */
  readonly statistics: () => readonly Value[];
}

/** Adds what the gradient of one input needs. Called only where that gradient is wanted. */
export type InputGradient = () => Value;

/** The gradients with respect to each input, undefined where there is none. */
export type GradientRule<K extends ForwardKind> = (
  tape: Tape,
  node: Differentiated<K>,
  dOut: Value,
) => readonly (InputGradient | undefined)[];

/** Inputs are as many as the verified graph says; this only tells the compiler. */
export function at(values: readonly Value[], index: number): Value {
  return values[index] as Value;
}

/** Several gradients of one operation, which is added when the first of them is wanted. */
export function jointly(add: () => readonly Value[], count: number): InputGradient[] {
  let values: readonly Value[] | undefined;
  return Array.from({ length: count }, (_, index) => () => at((values ??= add()), index));
}

/** The gradient of a value that was broadcast: summed where it was repeated. */
export function sumTo(tape: Tape, name: string, gradient: Value, shape: Shape): Value {
  return isSameShape(gradient.shape, shape) ? gradient : tape.op('sumTo', name, [gradient], { shape });
}
