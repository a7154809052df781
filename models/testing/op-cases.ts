/**
 * Small models that exercise every operation at odd sizes, for the tests of each lowering. A table over `OpKind`:
 * an operation without a case does not compile.
 */
import { createRandom, hashName } from '../../core/random.ts';
import { createGraphBuilder, type GraphBuilder } from '../graph/builder.ts';
import type { Model, Tensor, Value } from '../graph/graph.ts';
import type { OpKind } from '../graph/ops.ts';
import { bindBatch, elementCount, type Shape } from '../graph/shape.ts';

export interface OpCase {
  readonly name: string;
  readonly model: Model;
}

/** Smallest value of the cases' inputs: positive, so that log, sqrt and division are well-conditioned. */
const INPUT_MIN = 0.25;

/** A seeded tensor of values from 0.25 to 1.25. */
export function randomTensor(shape: Shape, batchSize: number, stream: string): Tensor {
  const sizes = bindBatch(shape, batchSize);
  const random = createRandom(hashName(stream), 'op-cases');
  return {
    shape: sizes,
    data: Float32Array.from({ length: elementCount(sizes) }, () => INPUT_MIN + random.uniform()),
  };
}

/** Seeded inputs for a model, by name. */
export function randomInputs(model: Model, batchSize: number): Record<string, Tensor> {
  return Object.fromEntries(
    model.graph.inputs.map(({ name, shape }) => [
      name,
      randomTensor(shape, batchSize, `${model.graph.name}/${name}`),
    ]),
  );
}

function buildCase(name: string, body: (graph: GraphBuilder) => Value): OpCase {
  const builder = createGraphBuilder(name);
  const graph = builder.build({ out: body(builder) });
  const params = new Map(
    graph.parameters.map((value) => {
      const { shape, data } = randomTensor(value.shape, 1, `${name}/${value.name}`);
      return [value.name, { shape, data: data.map((x) => x - 0.75) }];
    }),
  );
  return { name, model: { graph, params } };
}

/** A map of three channels, 7 by 11. */
const mapInput = (graph: GraphBuilder) => graph.input('x', ['N', 3, 7, 11]);

const cases: Readonly<Record<OpKind, readonly OpCase[]>> = {
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
  unary: (['relu', 'exp', 'log', 'sqrt'] as const).map((name) =>
    buildCase(`unary ${name}`, (g) => {
      // Relu needs both signs, the others positive values.
      const shift = name === 'relu' ? -0.75 : 0;
      const shifted = g.op('affine', 'shifted', [mapInput(g)], { scale: 1, shift });
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
};

export const opCases: readonly OpCase[] = Object.values(cases).flat();
