/** Cases of the operations on maps. */
import type { GraphBuilder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import type { MapOperations } from '../../graph/ops.ts';
import { buildCase, mapInput, type OpCase } from './op-case.ts';

function groupNorm(g: GraphBuilder, groups: number): Value {
  const inputs = [g.input('x', ['N', 6, 5, 7]), g.parameter('scale', [6]), g.parameter('shift', [6])];
  return g.op('groupNorm', 'y', inputs, { groups, epsilon: 1e-3 });
}

/** Variances are inputs, because they must be positive and the cases' parameters are not. */
function batchNorm(g: GraphBuilder, x: Value): Value {
  const [, c] = x.shape as [unknown, number];
  const inputs = [x, g.parameter('scale', [c]), g.parameter('shift', [c]), g.parameter('mean', [c])];
  return g.op('batchNorm', 'y', [...inputs, g.input('variance', [c])], { epsilon: 1e-3 });
}

export const mapCases: Readonly<Record<keyof MapOperations, readonly OpCase[]>> = {
  conv2d: [
    buildCase('conv2d of stride 1 with padding and bias', (g) =>
      g.op('conv2d', 'y', [mapInput(g), g.parameter('w', [5, 3, 3, 3]), g.parameter('b', [5])], {
        stride: 1,
        padding: [1, 1],
      }),
    ),
    buildCase('conv2d of stride 2 without padding or bias', (g) =>
      g.op('conv2d', 'y', [mapInput(g), g.parameter('w', [2, 3, 5, 5])], {
        stride: 2,
        padding: [0, 0],
      }),
    ),
    buildCase('conv2d of one channel with a large window', (g) =>
      g.op('conv2d', 'y', [g.input('x', ['N', 1, 13, 9]), g.parameter('w', [4, 1, 9, 9])], {
        stride: 1,
        padding: [0, 0],
      }),
    ),
    buildCase('conv2d of a row with padding along it', (g) =>
      g.op('conv2d', 'y', [mapInput(g), g.parameter('w', [4, 3, 1, 7])], { stride: 1, padding: [0, 3] }),
    ),
    buildCase('conv2d of a column with stride and padding along it', (g) =>
      g.op('conv2d', 'y', [mapInput(g), g.parameter('w', [4, 3, 5, 1])], { stride: 2, padding: [2, 0] }),
    ),
    buildCase('conv2d of single pixels with stride', (g) =>
      g.op('conv2d', 'y', [mapInput(g), g.parameter('w', [6, 3, 1, 1])], { stride: 2, padding: [0, 0] }),
    ),
    buildCase('conv2d of an even window as wide as its stride', (g) =>
      g.op('conv2d', 'y', [mapInput(g), g.parameter('w', [9, 3, 4, 4]), g.parameter('b', [9])], {
        stride: 4,
        padding: [0, 0],
      }),
    ),
  ],
  convTranspose2d: [
    buildCase('convTranspose2d with bias', (g) =>
      g.op('convTranspose2d', 'y', [mapInput(g), g.parameter('w', [3, 5, 2, 2]), g.parameter('b', [5])], {
        stride: 2,
      }),
    ),
    buildCase('convTranspose2d of stride 3 without bias', (g) =>
      g.op('convTranspose2d', 'y', [mapInput(g), g.parameter('w', [3, 2, 3, 3])], { stride: 3 }),
    ),
  ],
  averagePool: [
    buildCase('averagePool that leaves padding out', (g) =>
      g.op('averagePool', 'y', [mapInput(g)], { size: 5, stride: 1, padding: 2, countPadding: false }),
    ),
    buildCase('averagePool that drops a ragged edge', (g) =>
      g.op('averagePool', 'y', [mapInput(g)], { size: 2, stride: 2, padding: 0, countPadding: false }),
    ),
    buildCase('averagePool with stride and padding', (g) =>
      g.op('averagePool', 'y', [mapInput(g)], { size: 3, stride: 2, padding: 1, countPadding: false }),
    ),
    buildCase('averagePool that counts padding', (g) =>
      g.op('averagePool', 'y', [mapInput(g)], { size: 3, stride: 1, padding: 1, countPadding: true }),
    ),
  ],
  maxPool: [
    buildCase('maxPool of stride 1 with padding', (g) =>
      g.op('maxPool', 'y', [mapInput(g)], { size: 5, stride: 1, padding: 2 }),
    ),
    buildCase('maxPool of negative values with padding', (g) => {
      const negative = g.op('affine', 'negative', [mapInput(g)], { scale: -1, shift: 0 });
      return g.op('maxPool', 'y', [negative], { size: 3, stride: 2, padding: 1 });
    }),
  ],
  resize: (['half-pixel', 'align-corners'] as const).flatMap((centres) => [
    buildCase(`resize to a larger map, ${centres}`, (g) =>
      g.op('resize', 'y', [mapInput(g)], { height: 17, width: 23, centres }),
    ),
    buildCase(`resize to twice the map, ${centres}`, (g) =>
      g.op('resize', 'y', [mapInput(g)], { height: 14, width: 22, centres }),
    ),
    buildCase(`resize to a smaller map, ${centres}`, (g) =>
      g.op('resize', 'y', [mapInput(g)], { height: 5, width: 4, centres }),
    ),
  ]),
  pad: [
    buildCase('pad at the bottom and right', (g) =>
      g.op('pad', 'y', [mapInput(g)], { rows: [0, 1], columns: [0, 1] }),
    ),
    buildCase('pad on all sides unevenly', (g) =>
      g.op('pad', 'y', [mapInput(g)], { rows: [2, 0], columns: [1, 5] }),
    ),
  ],
  batchNorm: [
    buildCase('batchNorm of single pixels', (g) => batchNorm(g, g.input('x', ['N', 6, 1, 1]))),
    buildCase('batchNorm of a map', (g) => batchNorm(g, mapInput(g))),
  ],
  groupNorm: [
    buildCase('groupNorm of two groups', (g) => groupNorm(g, 2)),
    buildCase('groupNorm of one group', (g) => groupNorm(g, 1)),
    buildCase('groupNorm of every channel for itself', (g) => groupNorm(g, 6)),
  ],
  weightStandardize: [
    buildCase('weightStandardize of a parameter', (g) => {
      const weight = g.op('weightStandardize', 'standardized', [g.parameter('w', [5, 3, 3, 3])], {
        epsilon: 1e-5,
      });
      return g.op('conv2d', 'y', [mapInput(g), weight], { stride: 1, padding: [1, 1] });
    }),
  ],
};
