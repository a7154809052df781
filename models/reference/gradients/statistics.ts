/** The statistics that forward operations keep for their gradients, in float64. */
import type { StatisticKind } from '../../graph/gradient-ops/statistics.ts';
import type { Operations } from '../../graph/ops.ts';
import { operand, type Tensor64 } from '../kernels/kernel.ts';
import { forEachGridQuery, forEachQuery, logSumExp, type Query } from './attention.ts';
import { alongAxis, momentsOf, type Partition, rstdOf, withinGroups, withinRows } from './normalise.ts';

type StatisticKernel<K extends StatisticKind> = (
  inputs: readonly Tensor64[],
  attributes: Operations[K],
) => readonly Float64Array[];

/** The mean and 1 / sqrt(variance + epsilon) of each group of elements. */
function moments({ data }: Tensor64, groupCount: number, partition: Partition, epsilon: number) {
  const { mean, variance } = momentsOf(data, groupCount, partition);
  return [mean, rstdOf(variance, epsilon)];
}

/** One number for each query. */
function ofQueries(forEach: (visit: (query: Query) => void) => void): Float64Array {
  const values: number[] = [];
  forEach(({ index, scores }) => {
    values[index] = logSumExp(scores);
  });
  return Float64Array.from(values);
}

export const statisticKernels: { readonly [K in StatisticKind]: StatisticKernel<K> } = {
  layerNorm(inputs, { axis, epsilon }) {
    const x = operand(inputs);
    const groupCount = x.data.length / (x.shape[axis] as number);
    return moments(x, groupCount, alongAxis(x.shape, axis), epsilon);
  },
  groupNorm(inputs, { groups, epsilon }) {
    const x = operand(inputs);
    return moments(x, (x.shape[0] as number) * groups, withinGroups(x.shape, groups), epsilon);
  },
  weightStandardize(inputs, { epsilon }) {
    const weight = operand(inputs);
    return moments(weight, weight.shape[0] as number, withinRows(weight.shape), epsilon);
  },
  attention: (inputs, attributes) => [
    ofQueries((visit) => forEachQuery([operand(inputs), operand(inputs, 1)], attributes, visit)),
  ],
  gridAttention: (inputs, attributes) => [ofQueries((visit) => forEachGridQuery(inputs, attributes, visit))],
};
