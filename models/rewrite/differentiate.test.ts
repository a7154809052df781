/** What differentiation makes of a graph: sums, pruning, frozen parts, reversal, text, and what verification refuses. */
import { describe, expect, it } from 'vitest';

import { createGraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import { printTrainingGraph } from '../graph/print-training.ts';
import { savedValues, type TrainingGraph } from '../graph/training-graph.ts';
import { verifyTrainingGraph } from '../graph/verify-training.ts';
import { interpretTraining } from '../reference/interpret-training.ts';
import { differentiate } from './differentiate.ts';

/** Two linear layers, the first used twice, and a head that the output does not depend on. */
function sampleGraph(): Graph {
  const builder = createGraphBuilder('sample');
  const linear = (name: string, x: ReturnType<typeof builder.input>) =>
    builder.op(
      'linear',
      name,
      [x, builder.parameter(`${name}.weight`, [3, 3]), builder.parameter(`${name}.bias`, [3])],
      { bias: true, adapters: [] },
    );
  const hidden = linear('first', builder.input('x', ['N', 2, 3]));
  const active = builder.op('unary', 'active', [hidden], { function: 'gelu' });
  const out = builder.op('binary', 'sum', [linear('second', active), hidden], { function: 'add' });
  return builder.build({ out, unused: linear('head', hidden) });
}

const given = (graph: Graph, trainable: readonly string[]): TrainingGraph =>
  differentiate(graph, {
    loss: { kind: 'given', output: 'out' },
    trainable: new Set(trainable),
    batchNormMomentum: 0.1,
  });

describe('differentiation', () => {
  it('sums the gradients of a value that is used twice, and leaves out what the output does not need', () => {
    expect(printTrainingGraph(given(sampleGraph(), ['first.weight', 'second.bias', 'head.weight']))).toBe(
      [
        'training sample',
        'input x [N,2,3]',
        'input d.out [N,2,3]',
        'parameter first.weight [3,3]',
        'parameter first.bias [3]',
        'parameter second.weight [3,3]',
        'parameter second.bias [3]',
        'first = linear(x, first.weight, first.bias) adapters=[] bias=true -> [N,2,3]',
        'active = unary(first) function=gelu -> [N,2,3]',
        'second = linear(active, second.weight, second.bias) adapters=[] bias=true -> [N,2,3]',
        'sum = binary(second, first) function=add -> [N,2,3]',
        'backward',
        'second.dx = linearInputGradient(d.out, second.weight) adapters=[] -> [N,2,3]',
        'second.dbias = channelSum(d.out) axis=2 -> [3]',
        'active.dx = unaryGradient(second.dx, first) function=gelu -> [N,2,3]',
        'first.gradient1 = binary(d.out, active.dx) function=add -> [N,2,3]',
        'first.dweight = linearWeightGradient(first.gradient1, x) -> [3,3]',
        'output out = sum',
        'gradient first.weight = first.dweight',
        'gradient second.bias = second.dbias',
        '',
      ].join('\n'),
    );
  });

  it('does not go back through frozen layers below the last trainable one', () => {
    const kinds = given(sampleGraph(), ['second.weight']).nodes.map(({ kind }) => kind);
    expect(kinds).toEqual(['linear', 'unary', 'linear', 'binary', 'linearWeightGradient']);
  });

  it('says what the backward part reads of the forward one', () => {
    const saved = savedValues(given(sampleGraph(), ['first.weight', 'second.bias']));
    expect(saved.map(({ name }) => name)).toEqual(['x', 'd.out', 'second.weight', 'first']);
  });

  it('keeps statistics only where a gradient reads them', () => {
    const builder = createGraphBuilder('norms');
    const norm = (name: string, x: ReturnType<typeof builder.input>) =>
      builder.op(
        'layerNorm',
        name,
        [x, builder.parameter(`${name}.scale`, [3]), builder.parameter(`${name}.shift`, [3])],
        {
          axis: 2,
          epsilon: 1e-6,
        },
      );
    const out = norm('upper', norm('lower', builder.input('x', ['N', 2, 3])));
    const training = given(builder.build({ out }), ['lower.shift']);
    const resultCounts = training.nodes.slice(0, training.forwardCount).map(({ results }) => results.length);
    expect(resultCounts).toEqual([1, 3]);
  });

  it('turns the gradient round behind a reversal', () => {
    const builder = createGraphBuilder('reversal');
    const x = builder.input('x', ['N', 2]);
    const out = builder.op('reverseGradient', 'reversed', [x], { scale: 0.5 });
    const values = { x: { shape: [1, 2], data: [3, 4] }, 'd.out': { shape: [1, 2], data: [1, -2] } };
    const result = interpretTraining(given(builder.build({ out }), ['x']), values);
    expect(Array.from(result.outputs['out']?.data ?? [])).toEqual([3, 4]);
    expect(Array.from(result.gradients.get('x')?.data ?? [])).toEqual([-0.5, 1]);
  });

  it('names a trainable parameter or an output that is not there', () => {
    expect(() => given(sampleGraph(), ['third.weight'])).toThrow("no value called 'third.weight'");
    expect(() =>
      differentiate(sampleGraph(), {
        loss: { kind: 'given', output: 'nothing' },
        trainable: new Set(),
        batchNormMomentum: 0,
      }),
    ).toThrow("no output called 'nothing'");
  });

  it('is verified: a clone passes, a wrong shape, order, count of results or gradient does not', () => {
    const training = given(sampleGraph(), ['first.weight']);
    expect(() => verifyTrainingGraph(structuredClone(training))).not.toThrow();
    const [first, ...rest] = training.nodes as [
      TrainingGraph['nodes'][number],
      ...TrainingGraph['nodes'][number][],
    ];
    const broken: [TrainingGraph, string][] = [
      [{ ...training, nodes: [...rest, first] }, 'graph/unknown-value'],
      [{ ...training, nodes: [first, first, ...rest] }, 'graph/bad-attribute'],
      [
        { ...training, nodes: [{ ...first, results: [{ name: 'first', shape: [1] }] }, ...rest] },
        'graph/shape-mismatch',
      ],
      [{ ...training, nodes: [{ ...first, results: [] }, ...rest] }, 'graph/shape-mismatch'],
      [
        { ...training, gradients: [{ parameter: 'first.bias', value: 'first.dweight' }] },
        'graph/shape-mismatch',
      ],
    ];
    for (const [bad, code] of broken) {
      expect(() => verifyTrainingGraph(bad)).toThrow(expect.objectContaining({ code }));
    }
  });
});
