/** The token operations of the oracle against values worked out by hand, and what their shape rules refuse. */
import { describe, expect, it } from 'vitest';

import { createGraphBuilder, type GraphBuilder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import type { TokenOperations } from '../../graph/ops.ts';
import { interpret } from '../interpret.ts';

interface Given {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Runs one operation on the values given. */
function run(body: (graph: GraphBuilder, values: Value[]) => Value, ...given: readonly Given[]): number[] {
  const builder = createGraphBuilder('case');
  const values = given.map(({ shape }, index) => builder.input(`input-${index}`, shape));
  const graph = builder.build({ y: body(builder, values) });
  const inputs = Object.fromEntries(given.map((value, index) => [`input-${index}`, value]));
  return Array.from(interpret({ graph, params: new Map() }, inputs)['y']?.data ?? []);
}

/** Rounds away what exp and sums leave in the last digits. */
const rounded = (values: readonly number[]) => values.map((value) => Math.round(value * 1e12) / 1e12);

describe('token operations of the interpreter', () => {
  it('add a pair of adapters to its own features alone', () => {
    const values = run(
      (g, inputs) => g.op('linear', 'y', inputs, { bias: true, adapters: [1] }),
      { shape: [1, 2], data: [2, 3] },
      { shape: [2, 2], data: [1, 0, 0, 1] },
      { shape: [2], data: [10, 20] },
      { shape: [1, 2], data: [1, 1] },
      { shape: [1, 1], data: [100] },
    );
    expect(values).toEqual([12, 523]);
  });

  it('normalise along the axis named, with the biased variance', () => {
    const x = { shape: [1, 2, 2], data: [1, 5, 3, 1] };
    const ones = { shape: [2], data: [1, 1] };
    const shift = { shape: [2], data: [0, 10] };
    const norm = (axis: number) =>
      rounded(run((g, inputs) => g.op('layerNorm', 'y', inputs, { axis, epsilon: 1e-30 }), x, ones, shift));
    expect(norm(2)).toEqual([-1, 11, 1, 9]);
    expect(norm(1)).toEqual([-1, 1, 11, 9]);
  });

  it('divide scores by the root of the head width and weigh the values', () => {
    // One head of width 4: q . k / 2 is log 3 for the first key and 0 for the second.
    const values = run(
      (g, inputs) => g.op('attention', 'y', inputs, { heads: 1 }),
      { shape: [1, 1, 4], data: [2, 0, 0, 0] },
      { shape: [1, 2, 4], data: [Math.log(3), 0, 0, 0, 0, 0, 0, 0] },
      { shape: [1, 2, 4], data: [4, 0, 0, 0, 0, 8, 0, 0] },
    );
    expect(rounded(values)).toEqual([3, 2, 0, 0]);
  });

  it('count padding among the keys of a window, with its own values', () => {
    // Queries and keys are zero, so that every position of the window weighs the same.
    const values = run(
      (g, inputs) => g.op('gridAttention', 'y', inputs, { heads: 1, window: 2 }),
      { shape: [1, 1, 3, 3], data: [0, 0, 4, 0, 0, 8, 0, 0, 16] },
      { shape: [3, 1], data: [1, 2, 3] },
      { shape: [3, 1], data: [1, 2, 3] },
      { shape: [3], data: [0, 0, 100] },
    );
    expect(values).toEqual([53, 53, 79]);
  });

  it('index relative positions by query minus key, with the query unscaled', () => {
    // A row of two tokens, D = 1, keys zero: the scores are q * columns[x - X + 1].
    const values = run(
      (g, inputs) => g.op('gridAttention', 'y', inputs, { heads: 1, window: null }),
      { shape: [1, 1, 2, 3], data: [1, 0, 0, 1, 0, 4] },
      { shape: [1, 1], data: [7] },
      { shape: [3, 1], data: [Math.log(3), 0, Math.log(7)] },
    );
    // The first token sees itself at columns[1] and the second at columns[0]; the second sees the first at columns[2].
    expect(rounded(values)).toEqual([3, 0.5]);
  });

  it('multiply the matrices of each image', () => {
    const values = run(
      (g, inputs) => g.op('matmul', 'y', inputs, {}),
      { shape: [2, 1, 2], data: [1, 2, 3, 4] },
      { shape: [2, 2, 1], data: [1, 10, 100, 1000] },
    );
    expect(values).toEqual([21, 4300]);
  });
});

type Refusal = {
  [K in keyof TokenOperations]: readonly [K, readonly (readonly number[])[], TokenOperations[K], string];
}[keyof TokenOperations];

const PAIR = [
  [3, 4],
  [6, 4],
  [2, 4],
  [3, 2],
];
const GRID = [
  [1, 3, 3, 12],
  [5, 2],
  [5, 2],
];

/** Kind, shapes of the inputs, attributes, and what the refusal says. */
const REFUSALS: readonly Refusal[] = [
  ['linear', [...PAIR, [2, 4], [3, 2]], { bias: false, adapters: [0, 2] }, 'pair 1 adapts features 2 to 4'],
  ['linear', [...PAIR, [2, 4], [3, 2]], { bias: false, adapters: [0, 4] }, 'pair 1 adapts features 4 to 6'],
  ['linear', [...PAIR.slice(0, 3), [3, 1]], { bias: false, adapters: [0] }, 'must be [3,2]'],
  [
    'linear',
    [
      [3, 5],
      [6, 4],
    ],
    { bias: false, adapters: [] },
    'the weight takes 4 features, not 5',
  ],
  ['linear', [[3, 4], [6, 4], [6]], { bias: false, adapters: [] }, '0 pairs of adapters'],
  [
    'attention',
    [
      [1, 2, 5],
      [1, 2, 5],
      [1, 2, 5],
    ],
    { heads: 2 },
    '5 channels do not divide',
  ],
  [
    'attention',
    [
      [1, 2, 4],
      [1, 3, 4],
      [1, 2, 4],
    ],
    { heads: 2 },
    'the values must be [1,3,4]',
  ],
  ['gridAttention', GRID, { heads: 2, window: 2 }, 'a padding [3C]'],
  ['gridAttention', [...GRID, [12]], { heads: 2, window: 2 }, 'the table of relative rows must be [3,2]'],
  [
    'matmul',
    [
      [1, 2, 3],
      [1, 2, 3],
    ],
    {},
    'takes [N,a,b] and [N,b,c]',
  ],
  ['layerNorm', [[1, 4], [4], [3]], { axis: 1, epsilon: 1e-6 }, 'the shift must be [4]'],
  ['layerNorm', [[1, 4], [4], [4]], { axis: 1, epsilon: 0 }, 'epsilon must be positive'],
];

describe('the shapes of token operations', () => {
  it.each(REFUSALS)('refuse a %s of %j with %j', (kind, shapes, attributes, problem) => {
    const builder = createGraphBuilder('bad');
    const inputs = shapes.map((shape, index) => builder.input(`x${index}`, shape));
    expect(() => builder.op(kind, 'node', inputs, attributes as never)).toThrow(problem);
  });
});
