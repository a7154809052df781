/**
 * What a network is: operations, names and shapes as plain data that can be cloned, printed and hashed.
 * A graph holds no weights (those are `Params`) and no buffers.
 */
import type { OpKind, Operations } from './ops.ts';
import type { Shape } from './shape.ts';

/** A named value of known shape: an input, a parameter or the result of a node. */
export interface Value {
  readonly name: string;
  readonly shape: Shape;
}

/** One operation. Its result has the node's name. */
export interface NodeOf<K extends OpKind> {
  readonly kind: K;
  readonly name: string;
  /** Names of inputs, parameters or earlier nodes. */
  readonly inputs: readonly string[];
  readonly attributes: Operations[K];
  /** Shape of the result. */
  readonly shape: Shape;
}

export type Node = { [K in OpKind]: NodeOf<K> }[OpKind];

export interface GraphOutput {
  /** The name the outside sees. */
  readonly name: string;
  /** The value it is. */
  readonly value: string;
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly parameters: readonly Value[];
  /** In an order in which they can be computed. */
  readonly nodes: readonly Node[];
  readonly outputs: readonly GraphOutput[];
}

/** A tensor of f32 with its shape, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The weights of a graph, by parameter name. */
export type Params = ReadonlyMap<string, Tensor>;

/** A graph with its weights: a model. */
export interface Model {
  readonly graph: Graph;
  readonly params: Params;
}
