/** Operations with every size known: each node of a step as an action with its kernel. */
import type { TrainingKind } from '../../../models/graph/gradient-ops.ts';
import { bindBatch, elementCount, type Shape } from '../../../models/graph/shape.ts';
import type { TrainingNodeOf } from '../../../models/graph/training-graph.ts';
import { nodeName } from '../../../models/graph/training-graph.ts';
import { ELEMENT_BYTES } from '../../gpu/buffers.ts';
import type { Kernel } from '../../gpu/kernels/kernel.ts';
import { type KernelKind, kernelFor } from '../../gpu/kernels/kernel-table.ts';
import type { DispatchAction, SizedValue } from './actions.ts';
import { nodeFlops } from './flops.ts';
import type { PlanSettings } from './plan.ts';
import type { StepGraph, StepNode } from './step-graph.ts';

/** A value of so many images, by the name of its memory. */
export type SizeValue = (name: string) => SizedValue;

/** Bytes of a shape for so many images. */
export function sizeOf(shape: Shape, images: number): number {
  return elementCount(bindBatch(shape, images)) * ELEMENT_BYTES;
}

/** Makes actions of nodes for so many images; each is made once. `sized` names and measures the memory of a value. */
export function createBinding(
  { shapes }: StepGraph,
  images: number,
  { traits, halves }: Pick<PlanSettings, 'traits' | 'halves'>,
  sized: SizeValue,
): (step: StepNode) => DispatchAction {
  const bound = new Map<StepNode, DispatchAction>();
  // Blocks of a network are alike, and the text of a kernel takes longer to make than to compare.
  const kernels = new Map<string, Kernel>();
  const shapeOf = (name: string) => bindBatch(shapes.get(name) ?? [], images);
  function bind<K extends TrainingKind>(
    { kind, inputs, attributes, results }: TrainingNodeOf<K>,
    step: StepNode,
  ): DispatchAction {
    const call = {
      attributes,
      inputs: inputs.map(shapeOf),
      results: results.map(({ name }) => shapeOf(name)),
      halves: step.inputs.flatMap((name, index) => (halves?.has(name) === true ? [index] : [])),
    };
    const key = JSON.stringify([kind, call]);
    // A step holds no views, and a generic kind is one of the table, which the compiler does not see.
    const kernel = kernels.get(key) ?? kernelFor(kind as KernelKind, call as never, traits);
    kernels.set(key, kernel);
    return {
      kind: 'dispatch',
      node: nodeName(step.node),
      kernel,
      inputs: step.inputs.map(sized),
      results: results.map(({ name }) => sized(name)),
      flops: nodeFlops(kind, call),
    };
  }
  return (step) => {
    const known = bound.get(step);
    if (known !== undefined) return known;
    const action = bind(step.node as TrainingNodeOf<TrainingKind>, step);
    bound.set(step, action);
    return action;
  };
}
