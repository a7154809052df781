/** What a lowering rule writes to. */
import type { NodeOf } from '../../graph/graph.ts';
import type { OpKind } from '../../graph/ops.ts';
import type { Shape } from '../../graph/shape.ts';

export type Attribute = number | string | readonly number[];

/** Collects the nodes and constants of the file. */
export interface Emitter {
  /** Adds an operator whose single result is `output`. An empty input name is an absent optional input. */
  emit(
    operator: string,
    inputs: readonly string[],
    output: string,
    attributes?: Readonly<Record<string, Attribute>>,
  ): void;
  /** Adds a constant and returns its name. */
  floatConstant(name: string, value: number): string;
  floatsConstant(name: string, values: readonly number[]): string;
  intsConstant(name: string, values: readonly number[]): string;
}

export type OnnxRule<K extends OpKind> = (
  emitter: Emitter,
  node: NodeOf<K>,
  inputShapes: readonly Shape[],
) => void;
