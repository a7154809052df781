/** Cases of the operations on tokens. */
import type { GraphBuilder } from '../../graph/builder.ts';
import type { TokenOperations } from '../../graph/ops.ts';
import { buildCase, type OpCase } from './op-case.ts';

/** Attention in a grid with parameters as the models have them. */
function gridCase(name: string, h: number, w: number, window: number | null, heads: number): OpCase {
  const width = 5;
  const channels = heads * width;
  return buildCase(name, (g) => {
    const qkv = g.input('x', ['N', h, w, 3 * channels]);
    const rows = g.parameter('rows', [2 * (window ?? h) - 1, width]);
    const columns = g.parameter('columns', [2 * (window ?? w) - 1, width]);
    const padding = window === null ? [] : [g.parameter('padding', [3 * channels])];
    return g.op('gridAttention', 'y', [qkv, rows, columns, ...padding], { heads, window });
  });
}

const tokenInput = (g: GraphBuilder) => g.input('x', ['N', 7, 11]);

export const tokenCases: Readonly<Record<keyof TokenOperations, readonly OpCase[]>> = {
  linear: [
    buildCase('linear with a bias', (g) =>
      g.op('linear', 'y', [tokenInput(g), g.parameter('w', [5, 11]), g.parameter('b', [5])], {
        bias: true,
        adapters: [],
      }),
    ),
    buildCase('linear of a grid without a bias, its weight an input', (g) =>
      g.op('linear', 'y', [g.input('x', ['N', 3, 5, 11]), g.input('w', [4, 11])], {
        bias: false,
        adapters: [],
      }),
    ),
    buildCase('linear with two pairs of adapters as inputs, of different rank', (g) => {
      const pairs = [
        g.input('a0', [2, 11]),
        g.input('b0', [3, 2]),
        g.input('a1', [4, 11]),
        g.input('b1', [2, 4]),
      ];
      const inputs = [tokenInput(g), g.parameter('w', [9, 11]), g.parameter('b', [9]), ...pairs];
      return g.op('linear', 'y', inputs, { bias: true, adapters: [1, 6] });
    }),
    buildCase('linear with one pair of adapters as parameters', (g) => {
      const pair = [g.parameter('a', [2, 11]), g.parameter('b', [5, 2])];
      const inputs = [tokenInput(g), g.parameter('w', [5, 11]), ...pair];
      return g.op('linear', 'y', inputs, { bias: false, adapters: [0] });
    }),
  ],
  layerNorm: [
    buildCase('layerNorm of tokens', (g) =>
      g.op('layerNorm', 'y', [tokenInput(g), g.parameter('w', [11]), g.parameter('b', [11])], {
        axis: 2,
        epsilon: 1e-6,
      }),
    ),
    buildCase('layerNorm along the channels of a map', (g) =>
      g.op('layerNorm', 'y', [g.input('x', ['N', 9, 4, 5]), g.parameter('w', [9]), g.parameter('b', [9])], {
        axis: 1,
        epsilon: 1e-2,
      }),
    ),
  ],
  attention: [
    buildCase('attention with more keys than queries', (g) => {
      const values = [g.input('q', ['N', 5, 12]), g.input('k', ['N', 17, 12]), g.input('v', ['N', 17, 12])];
      return g.op('attention', 'y', values, { heads: 3 });
    }),
    // Enough tokens for the fused kernels of a GPU, which are other programs than those for a few.
    buildCase('attention of many tokens', (g) => {
      const values = ['q', 'k', 'v'].map((name) => g.input(name, ['N', 67, 32]));
      return g.op('attention', 'y', values, { heads: 2 });
    }),
    buildCase('attention of tokens to themselves, one head', (g) => {
      const x = tokenInput(g);
      return g.op('attention', 'y', [x, x, x], { heads: 1 });
    }),
  ],
  gridAttention: [
    gridCase('gridAttention of a whole grid that is not square', 5, 3, null, 2),
    gridCase('gridAttention of a larger grid', 8, 9, null, 2),
    gridCase('gridAttention in larger windows', 9, 11, 6, 2),
    gridCase('gridAttention in windows that divide the grid', 4, 6, 2, 3),
    gridCase('gridAttention in windows that reach beyond the grid', 7, 5, 3, 2),
    gridCase('gridAttention in a window larger than the grid', 3, 2, 4, 1),
    buildCase('gridAttention with tables and padding as inputs', (g) => {
      const tables = [g.input('rows', [5, 4]), g.input('columns', [5, 4]), g.input('padding', [24])];
      return g.op('gridAttention', 'y', [g.input('x', ['N', 4, 3, 24]), ...tables], { heads: 2, window: 3 });
    }),
  ],
  matmul: [
    buildCase('matmul of each image', (g) =>
      g.op('matmul', 'y', [tokenInput(g), g.input('z', ['N', 11, 6])], {}),
    ),
  ],
};
