/** Runs a graph in float64 on the CPU: the oracle that every lowering is compared with. Slow on purpose. */
import { WorkbenchError } from '../../core/errors.ts';
import type { Model, NodeOf } from '../graph/graph.ts';
import type { OpKind } from '../graph/ops.ts';
import { requireParam } from '../graph/params.ts';
import { bindBatch, formatShape, isSameShape } from '../graph/shape.ts';
import { elementKernels } from './kernels/elements.ts';
import type { ReferenceKernel, Tensor64 } from './kernels/kernel.ts';
import { mapKernels } from './kernels/maps.ts';
import { tokenKernels } from './kernels/tokens.ts';

/** The kernel of every operation. */
export const referenceKernels: { readonly [K in OpKind]: ReferenceKernel<K> } = {
  ...mapKernels,
  ...elementKernels,
  ...tokenKernels,
};

export interface ReferenceInput {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** The batch size that the inputs give to a graph's open dimension; 1 where it has none. */
function batchSizeOf(model: Model, inputs: Readonly<Record<string, ReferenceInput>>): number {
  for (const { name, shape } of model.graph.inputs) {
    const axis = shape.indexOf('N');
    if (axis >= 0) return inputs[name]?.shape[axis] ?? 1;
  }
  return 1;
}

/**
 * The outputs of a model by outside name, computed in float64 from its f32 weights.
 * Errors: `graph/unknown-value` for a missing input or weight, `graph/shape-mismatch` for one of the wrong shape.
 */
export function interpret(
  model: Model,
  inputs: Readonly<Record<string, ReferenceInput>>,
): Record<string, Tensor64> {
  const { graph, params } = model;
  const batchSize = batchSizeOf(model, inputs);
  const values = new Map<string, Tensor64>();
  const valueOf = (name: string): Tensor64 => {
    const value = values.get(name);
    if (value === undefined) {
      throw new WorkbenchError('graph/unknown-value', `Nothing called '${name}' was computed.`);
    }
    return value;
  };

  for (const { name, shape } of graph.inputs) {
    const input = inputs[name];
    if (input === undefined || !isSameShape(input.shape, bindBatch(shape, batchSize))) {
      throw new WorkbenchError(
        'graph/shape-mismatch',
        `Input '${name}' of '${graph.name}' must be ${formatShape(shape)}, got ${input === undefined ? 'nothing' : formatShape(input.shape)}.`,
      );
    }
    values.set(name, { shape: input.shape, data: Float64Array.from(input.data) });
  }
  for (const parameter of graph.parameters) {
    const { shape, data } = requireParam(params, parameter);
    values.set(parameter.name, { shape, data: Float64Array.from(data) });
  }
  const evaluate = <K extends OpKind>(node: NodeOf<K>): Tensor64 => {
    const shape = bindBatch(node.shape, batchSize);
    return { shape, data: referenceKernels[node.kind](node.inputs.map(valueOf), node.attributes, shape) };
  };
  for (const node of graph.nodes) values.set(node.name, evaluate(node));
  return Object.fromEntries(graph.outputs.map(({ name, value }) => [name, valueOf(value)]));
}
