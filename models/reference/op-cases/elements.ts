/** Cases of the operations on elements and axes. */
import type { ElementOperations } from '../../graph/ops.ts';
import { buildCase, mapInput, type OpCase } from './op-case.ts';

export const elementCases: Readonly<Record<keyof ElementOperations, readonly OpCase[]>> = {
  reduce: [
    buildCase('reduce by mean over a map', (g) =>
      g.op('reduce', 'y', [mapInput(g)], { function: 'mean', axes: [2, 3] }),
    ),
    buildCase('reduce by mean over channels', (g) =>
      g.op('reduce', 'y', [mapInput(g)], { function: 'mean', axes: [1] }),
    ),
    buildCase('reduce by max over a map', (g) =>
      g.op('reduce', 'y', [mapInput(g)], { function: 'max', axes: [2, 3] }),
    ),
  ],
  unary: (['relu', 'gelu', 'exp', 'log', 'sqrt'] as const).map((name) =>
    buildCase(`unary ${name}`, (g) => {
      // Relu and gelu need both signs, gelu also large values; the others positive ones.
      const scale = name === 'gelu' ? 8 : 1;
      const shift = name === 'relu' || name === 'gelu' ? -0.75 * scale : 0;
      const shifted = g.op('affine', 'shifted', [mapInput(g)], { scale, shift });
      return g.op('unary', 'y', [shifted], { function: name });
    }),
  ),
  binary: (['add', 'subtract', 'multiply', 'divide'] as const).flatMap((name) => [
    buildCase(`binary ${name} of equal shapes`, (g) =>
      g.op('binary', 'y', [mapInput(g), g.input('z', ['N', 3, 7, 11])], { function: name }),
    ),
    buildCase(`binary ${name} with a number for each image`, (g) =>
      g.op('binary', 'y', [mapInput(g), g.input('z', ['N', 1, 1, 1])], { function: name }),
    ),
    buildCase(`binary ${name} of a column and a row`, (g) =>
      g.op('binary', 'y', [g.input('x', ['N', 1, 7, 1]), g.input('z', [1, 1, 1, 11])], { function: name }),
    ),
  ]),
  affine: [buildCase('affine', (g) => g.op('affine', 'y', [mapInput(g)], { scale: -1.7, shift: 0.3 }))],
  concat: [
    buildCase('concat along channels', (g) => {
      const x = mapInput(g);
      return g.op('concat', 'y', [x, g.input('z', ['N', 2, 7, 11]), x], { axis: 1 });
    }),
    buildCase('concat of vectors', (g) =>
      g.op('concat', 'y', [g.input('x', ['N', 5]), g.input('z', ['N', 3])], { axis: 1 }),
    ),
  ],
  reshape: [
    buildCase('reshape of a map to a vector', (g) =>
      g.op('reshape', 'y', [mapInput(g)], { shape: ['N', 231] }),
    ),
  ],
  transpose: [
    buildCase('transpose of channels to the end', (g) =>
      g.op('transpose', 'y', [mapInput(g)], { order: [0, 2, 3, 1] }),
    ),
    buildCase('transpose of a matrix of weights', (g) => {
      const weight = g.op('transpose', 'turned', [g.parameter('w', [11, 5])], { order: [1, 0] });
      const row = g.op('reshape', 'row', [weight], { shape: [1, 5, 11] });
      return g.op('binary', 'y', [g.input('x', ['N', 5, 11]), row], { function: 'add' });
    }),
  ],
  slice: [
    buildCase('slice within channels', (g) =>
      g.op('slice', 'y', [mapInput(g)], { axis: 1, start: 1, length: 2 }),
    ),
    buildCase('slice of one column', (g) =>
      g.op('slice', 'y', [mapInput(g)], { axis: 3, start: 10, length: 1 }),
    ),
  ],
  expandBatch: [
    buildCase('expandBatch of a parameter', (g) =>
      g.op('expandBatch', 'y', [g.parameter('w', [1, 5, 3]), mapInput(g)], {}),
    ),
  ],
  reverseGradient: [
    buildCase('reverseGradient', (g) => g.op('reverseGradient', 'y', [mapInput(g)], { scale: 0.5 })),
  ],
};
