/** Access to the weights of a graph, checked against what the graph says of them: all in memory, or read one at a time. */
import { WorkbenchError } from '../../core/errors.ts';
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import type { Graph, Params, Tensor, Value } from './graph.ts';
import { elementCount, formatShape, isSameShape } from './shape.ts';

/** Weights that are read one at a time, when they are needed: those of a model too large to hold. */
export interface WeightSource {
  /**
   * The tensor of a parameter. Reading twice reads twice: nothing is kept. Ownership: the caller's, but not to be changed.
   * Errors: `graph/unknown-value` when it is missing; those of the file it comes from.
   */
  read(name: string): Promise<Tensor>;
}

/** A graph with weights that are read one at a time. */
export interface StreamedModel {
  readonly graph: Graph;
  readonly weights: WeightSource;
}

function missing(name: string): WorkbenchError {
  return new WorkbenchError('graph/unknown-value', `The weights lack the parameter '${name}'.`);
}

/**
 * The tensor itself, when it is the parameter's.
 * Errors: `graph/shape-mismatch` when its shape or length is not the graph's.
 */
export function requireTensor(tensor: Tensor, parameter: Value): Tensor {
  const count = elementCount(tensor.shape);
  if (!isSameShape(tensor.shape, parameter.shape) || tensor.data.length !== count) {
    throw new WorkbenchError(
      'graph/shape-mismatch',
      `The parameter '${parameter.name}' is ${formatShape(tensor.shape)} with ${tensor.data.length} values; the graph needs ${formatShape(parameter.shape)}.`,
    );
  }
  return tensor;
}

/**
 * The tensor of a parameter.
 * Errors: `graph/unknown-value` when it is missing, `graph/shape-mismatch` when its shape or length is not the graph's.
 */
export function requireParam(params: Params, parameter: Value): Tensor {
  const tensor = params.get(parameter.name);
  if (tensor === undefined) throw missing(parameter.name);
  return requireTensor(tensor, parameter);
}

/** Weights in memory, read one at a time. */
export function weightsOf(params: Params): WeightSource {
  return {
    async read(name) {
      const tensor = params.get(name);
      if (tensor === undefined) throw missing(name);
      return tensor;
    },
  };
}

/** Names, a few of them spelt out. */
function listNames(names: readonly string[]): string {
  const shown = 5;
  const rest = names.length - shown;
  return names.slice(0, shown).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/**
 * The weights of a graph out of a checkpoint, checked before anything is read; the names must be the graph's.
 * Errors: `checkpoint/missing-tensor` and `checkpoint/shape-mismatch`, naming every tensor concerned.
 */
export function bindTensors(graph: Graph, source: TensorSource): WeightSource {
  const absent = graph.parameters.filter(({ name }) => !source.tensors.has(name));
  if (absent.length > 0) {
    const names = absent.map(({ name }) => name);
    throw new WorkbenchError(
      'checkpoint/missing-tensor',
      `The checkpoint lacks ${names.length} of the ${graph.parameters.length} tensors of ${graph.name}: ${listNames(names)}.`,
      { context: { tensors: names } },
    );
  }
  const misshaped = graph.parameters.flatMap(({ name, shape }) => {
    const found = source.tensors.get(name)?.shape ?? [];
    return isSameShape(found, shape) ? [] : [`${name} is ${formatShape(found)}, not ${formatShape(shape)}`];
  });
  if (misshaped.length > 0) {
    throw new WorkbenchError(
      'checkpoint/shape-mismatch',
      `The checkpoint does not fit ${graph.name}: ${listNames(misshaped)}.`,
      { context: { tensors: misshaped } },
    );
  }
  return {
    async read(name) {
      const info = source.tensors.get(name);
      if (info === undefined) throw missing(name);
      return { shape: info.shape, data: await source.read(name) };
    },
  };
}
