/**
 * A training graph as the planner reads it: without what the step does not need, without views, and in the three parts that
 * micro-batches tell apart. Sizes and memory come later.
 */
import { invariant } from '../../../core/errors.ts';
import type { GraphOutput } from '../../../models/graph/graph.ts';
import type { Shape } from '../../../models/graph/shape.ts';
import type {
  ParameterGradient,
  StateUpdate,
  TrainingGraph,
  TrainingNode,
} from '../../../models/graph/training-graph.ts';
import { hasKernel } from '../../gpu/kernels/kernel-table.ts';

/** Operations whose result is not the sum of what each image gives: they take the whole batch at once. */
const WHOLE_BATCH_KINDS: ReadonlySet<string> = new Set(['segmentationLoss', 'classificationLoss']);

/** How a batch is cut. */
export interface Batching {
  readonly microBatch: number;
  readonly microBatchCount: number;
}

/** An operation with a kernel. */
export interface StepNode {
  readonly node: TrainingNode;
  /** The values that hold its inputs: a view is held by what it is a view of. */
  readonly inputs: readonly string[];
}

export interface StepGraph {
  readonly training: TrainingGraph;
  /** By the name of every value, views too. */
  readonly shapes: ReadonlyMap<string, Shape>;
  /** Of single images. */
  readonly forward: readonly StepNode[];
  /** Of the whole batch. */
  readonly wholeBatch: readonly StepNode[];
  /** What depends on a gradient, of single images. */
  readonly backward: readonly StepNode[];
  /** What the step reports: outputs without a batch axis. */
  readonly reported: readonly GraphOutput[];
  /** Outputs with a batch axis, of the shape that their readers see. */
  readonly outputs: readonly (GraphOutput & { readonly shape: Shape })[];
  readonly gradients: readonly ParameterGradient[];
  readonly updates: readonly StateUpdate[];
  /** Whether an operation on images depends on the other images of its batch. */
  readonly needsWholeBatch: boolean;
}

/** Whether a value has an axis of images. */
export function isBatched(shape: Shape): boolean {
  return shape.includes('N');
}

/** The names of the results of a node. */
export function resultNames({ results }: TrainingNode): string[] {
  return results.map(({ name }) => name);
}

/** The nodes that make `wanted`, and what those read, in their order. */
export function ancestorsOf(nodes: readonly StepNode[], wanted: Iterable<string>): StepNode[] {
  const needed = new Set(wanted);
  return nodes
    .toReversed()
    .filter(({ node, inputs }) => {
      if (!resultNames(node).some((name) => needed.has(name))) return false;
      for (const name of inputs) needed.add(name);
      return true;
    })
    .toReversed();
}

/** The step of a training graph; one that does not train has neither gradients nor updates. */
export function readStepGraph(training: TrainingGraph, isTraining: boolean): StepGraph {
  const shapes = new Map<string, Shape>();
  const holders = new Map<string, string>();
  const holderOf = (name: string) => holders.get(name) ?? name;
  for (const { name, shape } of [...training.inputs, ...training.parameters]) shapes.set(name, shape);
  const all = training.nodes.flatMap((node, index): (StepNode & { isForward: boolean })[] => {
    for (const { name, shape } of node.results) shapes.set(name, shape);
    const inputs = node.inputs.map(holderOf);
    if (hasKernel(node.kind)) return [{ node, inputs, isForward: index < training.forwardCount }];
    holders.set(node.results[0]?.name ?? '', inputs[0] ?? '');
    return [];
  });
  const held = training.outputs.map(({ name, value }) => ({
    name,
    value: holderOf(value),
    shape: shapes.get(value) ?? [],
  }));
  const isOfImages = ({ shape }: { readonly shape: Shape }) => isBatched(shape);
  const parameters = new Set(training.parameters.map(({ name }) => name));
  const gradients = training.gradients.map(({ parameter, value }) => ({ parameter, value: holderOf(value) }));
  invariant(
    gradients.every(({ parameter }) => parameters.has(parameter)),
    `'${training.name}' has the gradient of an input, which no optimiser changes`,
  );
  const updates = training.updates.map(({ state, value }) => ({ state, value: holderOf(value) }));
  const trained = isTraining ? [...gradients, ...updates] : [];
  const needed = new Set(
    ancestorsOf(
      all,
      [...held, ...trained].map(({ value }) => value),
    ),
  );

  const ofBatch = new Set<string>();
  const parts = { forward: [], wholeBatch: [], backward: [] } as Record<
    'forward' | 'wholeBatch' | 'backward',
    StepNode[]
  >;
  for (const each of all) {
    if (!needed.has(each)) continue;
    // What the forward part makes of a loss belongs to it.
    const isWhole =
      WHOLE_BATCH_KINDS.has(each.node.kind) ||
      (each.isForward && each.inputs.some((name) => ofBatch.has(name)));
    if (isWhole) for (const name of resultNames(each.node)) ofBatch.add(name);
    parts[isWhole ? 'wholeBatch' : each.isForward ? 'forward' : 'backward'].push(each);
  }
  return {
    training,
    shapes,
    ...parts,
    reported: held.filter((output) => !isOfImages(output)),
    outputs: held.filter(isOfImages),
    gradients: isTraining ? gradients : [],
    updates: isTraining ? updates : [],
    needsWholeBatch: parts.forward.some(({ node }) => node.kind === 'batchNormTraining'),
  };
}
