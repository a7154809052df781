/** Runs a training graph in float64 on the CPU: the oracle of gradients and losses. Slow on purpose. */
import { WorkbenchError } from '../../core/errors.ts';
import type { ForwardKind, GradientKind } from '../graph/gradient-ops.ts';
import { isGradientKind } from '../graph/gradient-ops/infer.ts';
import { hasStatistics } from '../graph/gradient-ops/statistics.ts';
import { bindBatch, elementCount, formatShape, isSameShape } from '../graph/shape.ts';
import { nodeName, type TrainingGraph, type TrainingNode } from '../graph/training-graph.ts';
import { elementGradientKernels } from './gradients/elements.ts';
import type { GradientKernel } from './gradients/kernel.ts';
import { lossKernels } from './gradients/losses.ts';
import { mapGradientKernels } from './gradients/maps.ts';
import { statisticKernels } from './gradients/statistics.ts';
import { tokenGradientKernels } from './gradients/tokens.ts';
import { type ReferenceInput, referenceKernels } from './interpret.ts';
import type { ReferenceKernel, Tensor64 } from './kernels/kernel.ts';

const gradientKernels: { readonly [K in GradientKind]: GradientKernel<K> } = {
  ...mapGradientKernels,
  ...elementGradientKernels,
  ...tokenGradientKernels,
  ...lossKernels,
};

/** What a step gives, by outside name, by parameter and by state. */
export interface TrainingResult {
  readonly outputs: Readonly<Record<string, Tensor64>>;
  readonly gradients: ReadonlyMap<string, Tensor64>;
  readonly updates: ReadonlyMap<string, Tensor64>;
}

type Kernel = (
  inputs: readonly Tensor64[],
  attributes: never,
  shapes: readonly number[][],
) => readonly Float64Array[];

/** The results of a node. */
function evaluate(node: TrainingNode, inputs: readonly Tensor64[], shapes: readonly number[][]) {
  // Each table gives the kernel of the node's own kind, whose attributes the node has.
  const attributes = node.attributes as never;
  if (isGradientKind(node.kind)) return (gradientKernels[node.kind] as Kernel)(inputs, attributes, shapes);
  const forward = referenceKernels[node.kind as ForwardKind] as ReferenceKernel<ForwardKind>;
  const value = forward(inputs, attributes, shapes[0] as number[]);
  if (node.results.length === 1 || !hasStatistics(node.kind)) return [value];
  return [value, ...(statisticKernels[node.kind] as Kernel)(inputs, attributes, shapes)];
}

/**
 * One training step without the update of weights, in float64. `values` holds every input and every parameter by name.
 * Errors: `graph/unknown-value` for a missing value, `graph/shape-mismatch` for one of the wrong shape.
 */
export function interpretTraining(
  training: TrainingGraph,
  values: Readonly<Record<string, ReferenceInput>>,
): TrainingResult {
  const computed = new Map<string, Tensor64>();
  const valueOf = (name: string): Tensor64 => {
    const value = computed.get(name);
    if (value === undefined) {
      throw new WorkbenchError('graph/unknown-value', `Nothing called '${name}' was computed.`);
    }
    return value;
  };
  const batched = training.inputs.find(({ shape }) => shape.includes('N'));
  const batchSize = values[batched?.name ?? '']?.shape[batched?.shape.indexOf('N') ?? 0] ?? 1;
  for (const { name, shape } of [...training.inputs, ...training.parameters]) {
    const given = values[name];
    const bound = bindBatch(shape, batchSize);
    if (
      given === undefined ||
      !isSameShape(given.shape, bound) ||
      given.data.length !== elementCount(bound)
    ) {
      throw new WorkbenchError(
        given === undefined ? 'graph/unknown-value' : 'graph/shape-mismatch',
        `'${name}' of '${training.name}' must be ${formatShape(shape)}, got ${given === undefined ? 'nothing' : formatShape(given.shape)}.`,
      );
    }
    computed.set(name, { shape: bound, data: Float64Array.from(given.data) });
  }
  for (const node of training.nodes) {
    const shapes = node.results.map(({ shape }) => bindBatch(shape, batchSize));
    const results = evaluate(node, node.inputs.map(valueOf), shapes);
    for (const [index, { name }] of node.results.entries()) {
      const data = results[index];
      const shape = shapes[index] as number[];
      if (data?.length !== elementCount(shape)) {
        throw new WorkbenchError(
          'internal/invariant',
          `This is a bug in EquiSeg: '${nodeName(node)}' (${node.kind}) made ${data?.length} values for ${formatShape(shape)}.`,
        );
      }
      computed.set(name, { shape, data });
    }
  }
  return {
    outputs: Object.fromEntries(training.outputs.map(({ name, value }) => [name, valueOf(value)])),
    gradients: new Map(training.gradients.map(({ parameter, value }) => [parameter, valueOf(value)])),
    updates: new Map(training.updates.map(({ state, value }) => [state, valueOf(value)])),
  };
}
