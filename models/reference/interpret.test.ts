/** The oracle against values worked out by hand: it is what everything else is compared with. */
import { describe, expect, it } from 'vitest';

import { createGraphBuilder, type GraphBuilder } from '../graph/builder.ts';
import type { Tensor, Value } from '../graph/graph.ts';
import type { Shape } from '../graph/shape.ts';
import { interpret } from './interpret.ts';

/** Runs one operation on 1, 2, 3, ... */
function run(shape: Shape, body: (graph: GraphBuilder, x: Value) => Value, weight?: Tensor): number[] {
  const builder = createGraphBuilder('case');
  const y = body(builder, builder.input('x', shape));
  const sizes = shape.map(Number);
  const data = Float32Array.from({ length: sizes.reduce((a, b) => a * b, 1) }, (_, i) => i + 1);
  const params = new Map(weight === undefined ? [] : [['w', weight]]);
  const result = interpret({ graph: builder.build({ y }), params }, { x: { shape: sizes, data } });
  return Array.from(result['y']?.data ?? []);
}

describe('the interpreter', () => {
  it('correlates, with zeros outside the map', () => {
    const weight = { shape: [1, 1, 3, 3], data: Float32Array.of(0, 0, 0, 0, 10, 1, 0, 0, 0) };
    const values = run(
      [1, 1, 2, 2],
      (g, x) => g.op('conv2d', 'c', [x, g.parameter('w', [1, 1, 3, 3])], { stride: 1, padding: [1, 1] }),
      weight,
    );
    expect(values).toEqual([12, 20, 34, 40]);
  });

  it('leaves padding out of means and maxima', () => {
    const window = { size: 3, stride: 2, padding: 1 };
    expect(
      run([1, 1, 3, 3], (g, x) => g.op('averagePool', 'p', [x], { ...window, countPadding: false })),
    ).toEqual([3, 4, 6, 7]);
    expect(run([1, 1, 3, 3], (g, x) => g.op('maxPool', 'p', [x], window))).toEqual([5, 6, 8, 9]);
  });

  it('resizes with half-pixel centres and clamped edges', () => {
    const resized = run([1, 1, 1, 2], (g, x) =>
      g.op('resize', 'r', [x], { height: 1, width: 4, centres: 'half-pixel' }),
    );
    expect(resized).toEqual([1, 1.25, 1.75, 2]);
    expect(
      run([1, 1, 2, 2], (g, x) => g.op('resize', 'r', [x], { height: 1, width: 1, centres: 'half-pixel' })),
    ).toEqual([2.5]);
  });

  it('reduces over the axes named and keeps the others', () => {
    const reduce = (f: 'mean' | 'max', axes: number[]) =>
      run([1, 2, 1, 3], (g, x) => g.op('reduce', 'r', [x], { function: f, axes }));
    expect(reduce('mean', [2, 3])).toEqual([2, 5]);
    expect(reduce('max', [1])).toEqual([4, 5, 6]);
  });

  it('joins along an axis', () => {
    expect(run([2, 2], (g, x) => g.op('concat', 'c', [x, x], { axis: 1 }))).toEqual([1, 2, 1, 2, 3, 4, 3, 4]);
  });

  it('does not lose a NaN in a maximum', () => {
    const nan = (g: GraphBuilder, x: Value) =>
      g.op('unary', 'n', [g.op('affine', 'a', [x], { scale: -1, shift: 0 })], { function: 'sqrt' });
    expect(
      run([1, 1, 1, 2], (g, x) => g.op('reduce', 'r', [nan(g, x)], { function: 'max', axes: [3] })),
    ).toEqual([Number.NaN]);
  });

  it('refuses an input of another shape', () => {
    const builder = createGraphBuilder('case');
    const graph = builder.build({ y: builder.input('x', ['N', 3]) });
    const x = { shape: [2, 4], data: new Float32Array(8) };
    expect(() => interpret({ graph, params: new Map() }, { x })).toThrow("Input 'x' of 'case' must be [N,3]");
  });
});
