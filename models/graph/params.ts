/** Access to the weights of a graph, checked against what the graph says of them. */
import { WorkbenchError } from '../../core/errors.ts';
import type { Params, Tensor, Value } from './graph.ts';
import { elementCount, formatShape, isSameShape } from './shape.ts';

/**
 * The tensor of a parameter.
 * Errors: `graph/unknown-value` when it is missing, `graph/shape-mismatch` when its shape or length is not the graph's.
 */
export function requireParam(params: Params, parameter: Value): Tensor {
  const tensor = params.get(parameter.name);
  if (tensor === undefined) {
    throw new WorkbenchError('graph/unknown-value', `The weights lack the parameter '${parameter.name}'.`);
  }
  const count = elementCount(tensor.shape);
  if (!isSameShape(tensor.shape, parameter.shape) || tensor.data.length !== count) {
    throw new WorkbenchError(
      'graph/shape-mismatch',
      `The parameter '${parameter.name}' is ${formatShape(tensor.shape)} with ${tensor.data.length} values; the graph needs ${formatShape(parameter.shape)}.`,
    );
  }
  return tensor;
}
