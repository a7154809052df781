/** Cases of the operations on maps. */
import type { MapOperations } from '../../graph/ops.ts';
import { buildCase, mapInput, type OpCase } from './op-case.ts';

export const mapCases: Readonly<Record<keyof MapOperations, readonly OpCase[]>> = {
  conv2d: [
    buildCase('conv2d of stride 1 with padding and bias', (g) =>
      g.op('conv2d', 'y', [mapInput(g), g.parameter('w', [5, 3, 3, 3]), g.parameter('b', [5])], {
        stride: 1,
        padding: 1,
      }),
    ),
    buildCase('conv2d of stride 2 without padding or bias', (g) =>
      g.op('conv2d', 'y', [mapInput(g), g.parameter('w', [2, 3, 5, 5])], { stride: 2, padding: 0 }),
    ),
    buildCase('conv2d of one channel with a large window', (g) =>
      g.op('conv2d', 'y', [g.input('x', ['N', 1, 13, 9]), g.parameter('w', [4, 1, 9, 9])], {
        stride: 1,
        padding: 0,
      }),
    ),
  ],
  averagePool: [
    buildCase('averagePool that leaves padding out', (g) =>
      g.op('averagePool', 'y', [mapInput(g)], { size: 5, stride: 1, padding: 2 }),
    ),
    buildCase('averagePool that drops a ragged edge', (g) =>
      g.op('averagePool', 'y', [mapInput(g)], { size: 2, stride: 2, padding: 0 }),
    ),
    buildCase('averagePool with stride and padding', (g) =>
      g.op('averagePool', 'y', [mapInput(g)], { size: 3, stride: 2, padding: 1 }),
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
  resize: [
    buildCase('resize to a larger map', (g) => g.op('resize', 'y', [mapInput(g)], { height: 17, width: 23 })),
    buildCase('resize to a smaller map', (g) => g.op('resize', 'y', [mapInput(g)], { height: 5, width: 4 })),
  ],
};
