/** Which values the backward part finds still there, and which it makes again, in what order. */
import { resultNames, type StepNode } from './step-graph.ts';

/**
 * The backward part with what it needs made again: each operation of the forward part as late as possible, at most once. A value
 * that no forward operation makes is always there.
 */
export function withRecomputation(
  forward: readonly StepNode[],
  backward: readonly StepNode[],
  isKept: (name: string) => boolean,
): StepNode[] {
  const makers = new Map(
    forward.flatMap((step) =>
      resultNames(step.node)
        .filter((name) => !isKept(name))
        .map((name) => [name, step] as const),
    ),
  );
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
