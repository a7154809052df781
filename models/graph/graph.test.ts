/** Building, checking and printing graphs. */
import { describe, expect, it } from 'vitest';

import { createGraphBuilder } from './builder.ts';
import type { Graph } from './graph.ts';
import { requireParam } from './params.ts';
import { printGraph } from './print.ts';
import { verifyGraph } from './verify.ts';

/** A convolution and a pool. */
function sampleGraph(): Graph {
  const builder = createGraphBuilder('sample');
  const x = builder.input('x', ['N', 2, 9, 7]);
  const weight = builder.parameter('w', [4, 2, 3, 3]);
  const y = builder.op('conv2d', 'y', [x, weight], { stride: 2, padding: [1, 1] });
  const z = builder.op('averagePool', 'z', [y], { size: 2, stride: 2, padding: 0, countPadding: false });
  return builder.build({ features: z });
}

describe('the graph builder', () => {
  it('infers the shapes of results', () => {
    expect(sampleGraph().nodes.map(({ shape }) => shape)).toEqual([
      ['N', 4, 5, 4],
      ['N', 4, 2, 2],
    ]);
  });

  it('names the node and the shapes of inputs that do not fit', () => {
    const builder = createGraphBuilder('bad');
    const x = builder.input('x', ['N', 3, 8, 8]);
    const weight = builder.parameter('w', [4, 2, 3, 3]);
    expect(() => builder.op('conv2d', 'first', [x, weight], { stride: 1, padding: [0, 0] })).toThrow(
      "Node 'first' (conv2d): the weight takes 2 channels, the map has 3. Its inputs are [N,3,8,8], [4,2,3,3].",
    );
  });

  it.each([
    ['a window larger than the map', 'averagePool', { size: 9, stride: 1, padding: 0, countPadding: false }],
    ['padding as wide as the window', 'maxPool', { size: 2, stride: 1, padding: 2 }],
    ['a mean over the batch', 'reduce', { function: 'mean', axes: [0] }],
    ['an axis that is not there', 'reduce', { function: 'max', axes: [4] }],
    ['a size of nothing', 'resize', { height: 0, width: 4, centres: 'half-pixel' }],
    ['another number of elements', 'reshape', { shape: ['N', 191] }],
    ['a batch axis that moves', 'reshape', { shape: [192, 'N'] }],
    ['a factor that is not finite', 'affine', { scale: Number.NaN, shift: 0 }],
    ['a missing second operand', 'binary', { function: 'add' }],
  ] as const)('refuses %s', (_, kind, attributes) => {
    const builder = createGraphBuilder('bad');
    const x = builder.input('x', ['N', 3, 8, 8]);
    expect(() => builder.op(kind, 'node', [x], attributes as never)).toThrow(
      expect.objectContaining({ code: 'graph/shape-mismatch' }),
    );
  });

  it('broadcasts axes of length one and refuses others', () => {
    const builder = createGraphBuilder('broadcast');
    const column = builder.input('column', ['N', 1, 5, 1]);
    const row = builder.input('row', [1, 1, 1, 4]);
    const other = builder.input('other', [1, 1, 1, 3]);
    expect(builder.op('binary', 'sum', [column, row], { function: 'add' }).shape).toEqual(['N', 1, 5, 4]);
    expect(() => builder.op('binary', 'bad', [row, other], { function: 'add' })).toThrow('do not fit');
  });

  it('refuses a value of another graph', () => {
    const stranger = createGraphBuilder('other').input('x', [1]);
    expect(() => createGraphBuilder('mine').op('affine', 'y', [stranger], { scale: 1, shift: 0 })).toThrow(
      expect.objectContaining({ code: 'graph/unknown-value' }),
    );
  });
});

describe('verification', () => {
  it('accepts a graph that was cloned', () => {
    expect(() => verifyGraph(structuredClone(sampleGraph()))).not.toThrow();
  });

  it('refuses a wrong shape, a value used before it is made, a name used twice, and an unknown output', () => {
    const graph = sampleGraph();
    const [first, second] = graph.nodes;
    if (first === undefined || second === undefined) throw new Error('the sample has two nodes');
    const broken: [Graph, string][] = [
      [{ ...graph, nodes: [{ ...first, shape: ['N', 4, 5, 5] }, second] }, 'graph/shape-mismatch'],
      [{ ...graph, nodes: [second, first] }, 'graph/unknown-value'],
      [{ ...graph, nodes: [first, { ...second, name: 'y' }] }, 'graph/bad-attribute'],
      [{ ...graph, outputs: [{ name: 'features', value: 'nothing' }] }, 'graph/unknown-value'],
    ];
    for (const [bad, code] of broken) {
      expect(() => verifyGraph(bad)).toThrow(expect.objectContaining({ code }));
    }
  });
});

describe('weights', () => {
  it('are refused when they are missing or of another shape', () => {
    const [parameter] = sampleGraph().parameters;
    if (parameter === undefined) throw new Error('the sample has a parameter');
    const good = new Map([['w', { shape: [4, 2, 3, 3], data: new Float32Array(72) }]]);
    expect(requireParam(good, parameter).data).toHaveLength(72);
    expect(() => requireParam(new Map(), parameter)).toThrow("lack the parameter 'w'");
    const short = new Map([['w', { shape: [4, 2, 3, 3], data: new Float32Array(71) }]]);
    expect(() => requireParam(short, parameter)).toThrow('with 71 values');
  });
});

describe('printing', () => {
  it('gives one line a value, the same for a clone', () => {
    const text = printGraph(sampleGraph());
    expect(text).toBe(
      [
        'graph sample',
        'input x [N,2,9,7]',
        'parameter w [4,2,3,3]',
        'y = conv2d(x, w) padding=[1,1] stride=2 -> [N,4,5,4]',
        'z = averagePool(y) countPadding=false padding=0 size=2 stride=2 -> [N,4,2,2]',
        'output features = z',
        '',
      ].join('\n'),
    );
    expect(printGraph(structuredClone(sampleGraph()))).toBe(text);
  });
});
