/** Folded norms: the same numbers in the oracle, fewer operations, and nothing folded that must not be. */
import { describe, expect, it } from 'vitest';

import { describeDifference, POINTWISE_F32 } from '../../core/testing.ts';
import { createGraphBuilder, type GraphBuilder } from '../graph/builder.ts';
import type { Model, Value } from '../graph/graph.ts';
import { weightsOf } from '../graph/params.ts';
import { verifyGraph } from '../graph/verify.ts';
import { interpret } from '../reference/interpret.ts';
import { randomInputs, randomTensor } from '../reference/op-cases/op-case.ts';
import { foldNorms, foldStreamedNorms } from './fold-norms.ts';

const CONV = { stride: 1, padding: [1, 1] } as const;

function norm(graph: GraphBuilder, name: string, x: Value): Value {
  const parameters = ['scale', 'shift', 'mean', 'variance'].map((part) =>
    graph.parameter(`${name}-${part}`, x.shape.slice(1, 2)),
  );
  return graph.op('batchNorm', name, [x, ...parameters], { epsilon: 1e-3 });
}

/** Random positive weights: variances must be. */
function buildModel(body: (graph: GraphBuilder, x: Value) => Readonly<Record<string, Value>>): Model {
  const builder = createGraphBuilder('case');
  const graph = builder.build(body(builder, builder.input('x', ['N', 3, 7, 5])));
  const params = new Map(
    graph.parameters.map(({ name, shape }) => [name, randomTensor(shape, 1, name)] as const),
  );
  return { graph, params };
}

function kindsOf({ graph }: { readonly graph: Model['graph'] }): string[] {
  return graph.nodes.map(({ kind }) => kind);
}

function expectSameResults(model: Model, folded: Model): void {
  verifyGraph(folded.graph);
  const inputs = randomInputs(model, 2);
  const expected = interpret(model, inputs);
  const actual = interpret(folded, inputs);
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, { data }] of Object.entries(expected)) {
    // The folded weights are rounded to f32 once more.
    expect(describeDifference(actual[name]?.data ?? [], data, POINTWISE_F32)).toBeUndefined();
  }
}

const standardizedNet = () =>
  buildModel((graph, x) => {
    const weight = graph.op('weightStandardize', 'ws', [graph.parameter('w1', [4, 3, 3, 3])], {
      epsilon: 1e-5,
    });
    const first = norm(graph, 'first', graph.op('conv2d', 'c1', [x, weight], CONV));
    const operands = [first, graph.parameter('w2', [2, 4, 3, 3]), graph.parameter('b2', [2])];
    return { out: norm(graph, 'second', graph.op('conv2d', 'c2', operands, CONV)) };
  });

describe('folding norms', () => {
  it('leaves convolutions alone, with and without bias, with the same results', () => {
    const model = standardizedNet();
    const folded = foldNorms(model);
    expect(kindsOf(folded)).toEqual(['conv2d', 'conv2d']);
    expect(folded.graph.parameters.map(({ name }) => name)).toEqual([
      'first.folded-weight',
      'first.folded-bias',
      'second.folded-weight',
      'second.folded-bias',
    ]);
    expectSameResults(model, folded);
  });

  it('gives the same weights when they are read one at a time', async () => {
    const model = standardizedNet();
    const folded = foldNorms(model);
    const { graph, weights } = foldStreamedNorms({ graph: model.graph, weights: weightsOf(model.params) });
    expect(graph).toEqual(folded.graph);
    for (const { name } of graph.parameters) {
      expect(await weights.read(name)).toEqual(folded.params.get(name));
    }
  });

  it('keeps a norm whose convolution is used twice or is an output', () => {
    const model = buildModel((graph, x) => {
      const twice = graph.op('conv2d', 'c1', [x, graph.parameter('w1', [3, 3, 3, 3])], CONV);
      const sum = graph.op('binary', 'sum', [norm(graph, 'n1', twice), twice], { function: 'add' });
      const shown = graph.op('conv2d', 'c2', [sum, graph.parameter('w2', [3, 3, 3, 3])], CONV);
      return { shown, out: norm(graph, 'n2', shown) };
    });
    const folded = foldNorms(model);
    expect(folded.graph).toEqual(model.graph);
    expectSameResults(model, folded);
  });

  it('keeps a norm of computed weights, of computed statistics, and of no convolution', () => {
    const model = buildModel((graph, x) => {
      const plain = norm(graph, 'n1', x);
      const weight = graph.op('affine', 'doubled', [graph.parameter('w', [3, 3, 3, 3])], {
        scale: 2,
        shift: 0,
      });
      const computed = norm(graph, 'n2', graph.op('conv2d', 'c1', [plain, weight], CONV));
      const conv = graph.op('conv2d', 'c2', [computed, graph.parameter('w2', [3, 3, 3, 3])], CONV);
      const [scale, shift, mean] = ['a', 'b', 'c'].map((name) => graph.parameter(name, [3])) as [
        Value,
        Value,
        Value,
      ];
      const variance = graph.op('affine', 'variance', [shift], { scale: 1, shift: 1 });
      return {
        out: graph.op('batchNorm', 'n3', [conv, scale, shift, mean, variance], { epsilon: 1e-3 }),
      };
    });
    const folded = foldNorms(model);
    expect(folded.graph).toEqual(model.graph);
  });

  it('folds one convolution weight into two norms, each by its own statistics', () => {
    const model = buildModel((graph, x) => {
      const weight = graph.parameter('w', [3, 3, 3, 3]);
      const first = norm(graph, 'n1', graph.op('conv2d', 'c1', [x, weight], CONV));
      return { out: norm(graph, 'n2', graph.op('conv2d', 'c2', [first, weight], CONV)) };
    });
    const folded = foldNorms(model);
    expect(kindsOf(folded)).toEqual(['conv2d', 'conv2d']);
    expectSameResults(model, folded);
  });

  it('refuses weights that lack a statistic, when the weight that needs it is made', () => {
    const { graph, params } = standardizedNet();
    const lacking = new Map(params);
    lacking.delete('second-variance');
    expect(() => foldNorms({ graph, params: lacking })).toThrow("lack the parameter 'second-variance'");
  });
});
