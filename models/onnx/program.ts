/** An ONNX model before it is bytes: operators, constants and the weights it will hold. Plain data, made by `lowerGraph`. */
import type { Value } from '../graph/graph.ts';
import type { OpKind } from '../graph/ops.ts';
import type { Attribute } from './rules/emitter.ts';

export type ElementType = 'float32' | 'float16' | 'int64';

export interface Operator {
  /** With its operator set before a dot where it is not the standard one. */
  readonly operator: string;
  /** An empty name is an absent optional input. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** The operation of the graph that it is a part of; null for what only names an output or changes a type. */
  readonly partOf: OpKind | null;
}

/** A small tensor that belongs to the operators: a shape, an axis, a scale. */
export interface Constant {
  readonly name: string;
  readonly elementType: Exclude<ElementType, 'float16'>;
  readonly shape: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

/** A weight as the file holds it: a parameter of the graph, perhaps in another form. */
export interface StoredWeight {
  readonly name: string;
  readonly elementType: ElementType;
  readonly shape: readonly number[];
  readonly parameter: Value;
  /** From the parameter's values to those stored; undefined where they are the same. */
  readonly transform: ((values: Float32Array) => Float32Array) | undefined;
  /** From the stored values back to the parameter's; undefined where they are the same, or cannot be had back. */
  readonly restore: ((values: Float32Array) => Float32Array<ArrayBuffer>) | undefined;
}

export interface Program {
  readonly name: string;
  /** Inputs and outputs are always f32. */
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** In an order in which they can be computed. */
  readonly operators: readonly Operator[];
  readonly constants: readonly Constant[];
  readonly weights: readonly StoredWeight[];
}
