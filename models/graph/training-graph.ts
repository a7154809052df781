/**
 * One training step of a network as plain data: its operations, the loss, and the gradient of every trainable parameter.
 * Memory and kernels are the planner's. Nodes have several results, and each reads exactly its inputs.
 */
import type { GraphOutput, Value } from './graph.ts';
import type { TrainingKind, TrainingOperations } from './gradient-ops.ts';

/** One operation. Its name is that of its first result. */
export interface TrainingNodeOf<K extends TrainingKind> {
  readonly kind: K;
  readonly inputs: readonly string[];
  readonly attributes: TrainingOperations[K];
  /** In the order of the operation's formula. A forward operation gives its statistics only where its gradient reads them. */
  readonly results: readonly Value[];
}

export type TrainingNode = { [K in TrainingKind]: TrainingNodeOf<K> }[TrainingKind];

export interface ParameterGradient {
  readonly parameter: string;
  /** The value that is its gradient, of its shape. */
  readonly value: string;
}

/** A value that persists from step to step and is no trainable weight: running statistics, weights of groups. */
export interface StateUpdate {
  /** The parameter or input that holds it. */
  readonly state: string;
  /** The value it has after the step. */
  readonly value: string;
}

export interface TrainingGraph {
  readonly name: string;
  readonly inputs: readonly Value[];
  /** Those that the step reads, trainable or not. */
  readonly parameters: readonly Value[];
  /** In an order in which they can be computed: the first `forwardCount` do not depend on a gradient. */
  readonly nodes: readonly TrainingNode[];
  readonly forwardCount: number;
  /** What the step reports. */
  readonly outputs: readonly GraphOutput[];
  readonly gradients: readonly ParameterGradient[];
  readonly updates: readonly StateUpdate[];
}

/** The name of a node: that of its first result. */
export function nodeName(node: TrainingNode): string {
  return node.results[0]?.name ?? '';
}

/**
 * What of the forward part the backward part reads: inputs, parameters, values and statistics, in the order of their making.
 * These must outlive the forward part, or be made again.
 */
export function savedValues(training: TrainingGraph): readonly Value[] {
  const { nodes, forwardCount } = training;
  const read = new Set(nodes.slice(forwardCount).flatMap(({ inputs }) => inputs));
  const made = nodes.slice(0, forwardCount).flatMap(({ results }) => results);
  return [...training.inputs, ...training.parameters, ...made].filter(({ name }) => read.has(name));
}
