/** Which values the backward part finds still there, and which it makes again, in what order. */
import { bindBatch, elementCount } from '../../../models/graph/shape.ts';
import { nodeName } from '../../../models/graph/training-graph.ts';
import { resultNames, type StepGraph, type StepNode } from './step-graph.ts';

/** Says of a value of the forward part whether it is kept for the backward part. */
export type Keeping = (name: string) => boolean;

/** A hidden layer is at least so many times as wide as what it is made of. */
const HIDDEN_FACTOR = 2;
const NORM_KINDS: ReadonlySet<string> = new Set(['layerNorm', 'groupNorm']);
const PRODUCT_KINDS: ReadonlySet<string> = new Set(['linear', 'conv2d', 'convTranspose2d']);

/**
 * The backward part with what it needs made again: each operation of the forward part as late as possible, at most once. A value
 * that no forward operation makes is always there.
 */
export function withRecomputation(
  forward: readonly StepNode[],
  backward: readonly StepNode[],
  isKept: Keeping,
): StepNode[] {
  const makers = makersOf(forward, (name) => !isKept(name));
  const steps: StepNode[] = [];
  const remake = (name: string): void => {
    const maker = makers.get(name);
    if (maker === undefined) return;
    for (const result of resultNames(maker.node)) makers.delete(result);
    maker.inputs.forEach(remake);
    steps.push(maker);
  };
  for (const step of backward) {
    step.inputs.forEach(remake);
    steps.push(step);
  }
  return steps;
}

/** The operation that makes each value. */
function makersOf(steps: readonly StepNode[], isWanted: Keeping = () => true): Map<string, StepNode> {
  return new Map(
    steps.flatMap((step) =>
      resultNames(step.node)
        .filter(isWanted)
        .map((name) => [name, step] as const),
    ),
  );
}

/**
 * Keeps what the backward part reads but what is wide or cheap to make again: the input and the result of an element-wise
 * function of a product that has at least twice the elements of what it was made of, and results of layer and group norms.
 */
export function keepAllButHidden({ shapes, backward }: StepGraph, forward: readonly StepNode[]): Keeping {
  const kept = new Set(backward.flatMap(({ inputs }) => inputs));
  const makers = makersOf(forward);
  const countOf = (name: string | undefined) => elementCount(bindBatch(shapes.get(name ?? '') ?? [], 1));
  const isHidden = ({ inputs: [x = ''] }: StepNode): boolean => {
    const maker = makers.get(x);
    if (maker === undefined || !PRODUCT_KINDS.has(maker.node.kind)) return false;
    return countOf(x) >= HIDDEN_FACTOR * countOf(maker.inputs[0]);
  };
  for (const step of forward) {
    const { node, inputs } = step;
    if (NORM_KINDS.has(node.kind)) kept.delete(nodeName(node));
    if (node.kind === 'unary' && isHidden(step)) {
      for (const name of [...inputs, nodeName(node)]) kept.delete(name);
    }
  }
  return (name) => kept.has(name);
}
