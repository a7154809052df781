/** The map operations of the oracle against values worked out by hand, and what their shape rules refuse. */
import { describe, expect, it } from 'vitest';

import { createGraphBuilder, type GraphBuilder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { elementCount, type Shape } from '../../graph/shape.ts';
import { interpret } from '../interpret.ts';

/** Runs one operation on 1, 2, 3, ... with the vectors and weights given as further inputs. */
function run(
  shape: readonly number[],
  body: (graph: GraphBuilder, x: Value, ...others: Value[]) => Value,
  ...others: readonly { readonly shape: readonly number[]; readonly data: readonly number[] }[]
): number[] {
  const builder = createGraphBuilder('case');
  const x = builder.input('x', shape);
  const values = others.map((other, index) => builder.input(`input-${index}`, other.shape));
  const graph = builder.build({ y: body(builder, x, ...values) });
  const inputs = {
    x: { shape, data: Array.from({ length: elementCount(shape) }, (_, i) => i + 1) },
    ...Object.fromEntries(others.map((other, index) => [`input-${index}`, other])),
  };
  return Array.from(interpret({ graph, params: new Map() }, inputs)['y']?.data ?? []);
}

describe('map operations of the interpreter', () => {
  it('correlate along one axis only, with padding along that axis', () => {
    const row = { shape: [1, 1, 1, 3], data: [100, 10, 1] };
    const conv = (g: GraphBuilder, x: Value, w: Value = x) =>
      g.op('conv2d', 'c', [x, w], { stride: 1, padding: [0, 1] });
    expect(run([1, 1, 2, 3], conv, row)).toEqual([12, 123, 230, 45, 456, 560]);
  });

  it('spread every pixel over its own square in a transposed convolution', () => {
    const weight = { shape: [1, 1, 2, 2], data: [1, 10, 100, 1000] };
    const values = run(
      [1, 1, 1, 2],
      (g, x, w = x) => g.op('convTranspose2d', 't', [x, w], { stride: 2 }),
      weight,
    );
    expect(values).toEqual([1, 10, 2, 20, 100, 1000, 200, 2000]);
  });

  it('count padding in means where they are told to', () => {
    const window = { size: 3, stride: 2, padding: 1, countPadding: true };
    const values = run([1, 1, 3, 3], (g, x) => g.op('averagePool', 'p', [x], window));
    expect(values).toEqual([12 / 9, 16 / 9, 24 / 9, 28 / 9]);
  });

  it('resize with aligned corners: the first and last samples stay, a single one is the first', () => {
    const resize = (width: number) =>
      run([1, 1, 1, 3], (g, x) => g.op('resize', 'r', [x], { height: 1, width, centres: 'align-corners' }));
    expect(resize(5)).toEqual([1, 1.5, 2, 2.5, 3]);
    expect(resize(1)).toEqual([1]);
  });

  it('pad with zeros', () => {
    const values = run([1, 1, 2, 2], (g, x) => g.op('pad', 'p', [x], { rows: [0, 1], columns: [1, 0] }));
    expect(values).toEqual([0, 1, 2, 0, 3, 4, 0, 0, 0]);
  });

  it('normalise a batch by the statistics given', () => {
    const vectors = [
      [2, 3],
      [10, 20],
      [1, 4],
      [3, 15],
    ].map((data) => ({ shape: [2], data }));
    const norm = (g: GraphBuilder, x: Value, ...others: Value[]) =>
      g.op('batchNorm', 'n', [x, ...others], { epsilon: 1 });
    expect(run([1, 2, 1, 2], norm, ...vectors)).toEqual([10, 11, 19.25, 20]);
  });

  it('normalise groups of channels by their own biased variance', () => {
    const vectors = [
      [1, 1, 2, 2],
      [0, 0, 0, 5],
    ].map((data) => ({ shape: [4], data }));
    // Each group holds k, k + 1: variance 1/4, and with epsilon 3/4 the root is 1.
    const norm = (g: GraphBuilder, x: Value, ...others: Value[]) =>
      g.op('groupNorm', 'n', [x, ...others], { groups: 2, epsilon: 0.75 });
    expect(run([1, 4, 1, 1], norm, ...vectors)).toEqual([-0.5, 0.5, -1, 6]);
  });

  it('standardise each output channel of a weight', () => {
    const values = run([2, 2, 1, 1], (g, x) => g.op('weightStandardize', 's', [x], { epsilon: 0.75 }));
    expect(values).toEqual([-0.5, 0.5, -0.5, 0.5]);
  });
});

describe('shape rules of map operations', () => {
  const map: Shape = ['N', 4, 6, 6];
  const none = [0, 0] as const;
  it.each([
    ['a transposed kernel that overlaps', 'convTranspose2d', [map, [4, 2, 3, 3]], { stride: 2 }],
    ['a transposed weight of other channels', 'convTranspose2d', [map, [2, 4, 2, 2]], { stride: 2 }],
    ['a bias of other channels', 'conv2d', [map, [2, 4, 1, 1], [4]], { stride: 1, padding: none }],
    ['a kernel wider than the map', 'conv2d', [map, [2, 4, 1, 7]], { stride: 1, padding: none }],
    ['padding of half a pixel', 'conv2d', [map, [2, 4, 3, 3]], { stride: 1, padding: [0.5, 1] }],
    ['a negative pad', 'pad', [map], { rows: none, columns: [-1, 0] }],
    ['groups that do not divide the channels', 'groupNorm', [map, [4], [4]], { groups: 3, epsilon: 1e-5 }],
    ['an epsilon of zero', 'groupNorm', [map, [4], [4]], { groups: 2, epsilon: 0 }],
    ['missing statistics', 'batchNorm', [map, [4], [4], [4]], { epsilon: 1e-5 }],
    ['statistics of other channels', 'batchNorm', [map, [4], [4], [4], [3]], { epsilon: 1e-5 }],
    ['a weight of open size', 'weightStandardize', [map], { epsilon: 1e-5 }],
  ] as const)('refuse %s', (_, kind, shapes, attributes) => {
    const builder = createGraphBuilder('bad');
    const inputs = shapes.map((shape, index) => builder.input(`input-${index}`, shape));
    expect(() => builder.op(kind, 'node', inputs, attributes as never)).toThrow(
      expect.objectContaining({ code: 'graph/shape-mismatch' }),
    );
  });
});
