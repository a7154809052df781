/** Batch norms as operations on elements: the same numbers in the oracle, and no statistics of the batch in training's graph. */
import { describe, expect, it } from 'vitest';

import { describeDifference, STATISTICS_F64 } from '../../core/testing.ts';
import { createGraphBuilder } from '../graph/builder.ts';
import type { Model } from '../graph/graph.ts';
import { verifyGraph } from '../graph/verify.ts';
import { interpret } from '../reference/interpret.ts';
import { randomInputs, randomTensor } from '../reference/op-cases/op-case.ts';
import { differentiate } from './differentiate.ts';
import { expandBatchNorms } from './expand-batch-norms.ts';

function normedModel(): Model {
  const builder = createGraphBuilder('normed');
  const x = builder.input('x', ['N', 3, 5, 2]);
  const norm = (name: string, value: typeof x) => {
    const parameters = ['scale', 'shift', 'mean', 'variance'].map((part) =>
      builder.parameter(`${name}-${part}`, [3]),
    );
    return builder.op('batchNorm', name, [value, ...parameters], { epsilon: 1e-3 });
  };
  const relu = builder.op('unary', 'relu', [norm('first', x)], { function: 'relu' });
  const graph = builder.build({ logits: norm('second', relu) });
  // Variances must be positive, as these random weights are.
  const params = new Map(
    graph.parameters.map(({ name, shape }) => [name, randomTensor(shape, 1, name)] as const),
  );
  return { graph, params };
}

describe('expanded batch norms', () => {
  const model = normedModel();
  const graph = expandBatchNorms(model.graph);

  it('make the same numbers of the same weights', () => {
    verifyGraph(graph);
    expect(graph.parameters).toEqual(model.graph.parameters);
    const inputs = randomInputs(model, 4);
    const expected = interpret(model, inputs)['logits']?.data ?? [];
    const actual = interpret({ ...model, graph }, inputs)['logits']?.data ?? [];
    expect(describeDifference(actual, expected, STATISTICS_F64)).toBeUndefined();
  });

  it('leave nothing in a training graph that looks at the whole batch', () => {
    const kindsOf = (network: typeof graph) =>
      differentiate(network, {
        loss: { kind: 'given', output: 'logits' },
        trainable: new Set(),
        batchNormMomentum: 0.1,
      }).nodes.map(({ kind }) => kind);
    expect(kindsOf(model.graph)).toContain('batchNormTraining');
    expect(kindsOf(graph)).not.toContain('batchNormTraining');
  });
});
