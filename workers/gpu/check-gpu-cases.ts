/**
 * What a user's adapter is checked with: every operation of training at odd sizes. The cases are those that every other
 * reading of the graph language is tested with, and some larger than a kernel's tile; each is differentiated, and every node
 * of the training graph becomes a call with the inputs that the oracle gives it.
 */
import { decodeHalf } from '../../core/formats/npy.ts';
import { createRandom } from '../../core/random.ts';
import { createGraphBuilder } from '../../models/graph/builder.ts';
import type { GroupMethod } from '../../models/graph/gradient-ops/losses.ts';
import type { Graph, Params, Tensor } from '../../models/graph/graph.ts';
import { bindBatch, elementCount, type Shape } from '../../models/graph/shape.ts';
import { interpretTraining } from '../../models/reference/interpret-training.ts';
import { toFloat16 } from '../../models/onnx/float16.ts';
import { differentiate } from '../../models/rewrite/differentiate.ts';
import type { Loss } from '../../models/rewrite/differentiate/loss.ts';
import { buildCase, type OpCase, randomTensor } from '../../models/reference/op-cases/op-case.ts';
import { opCases } from '../../models/reference/op-cases.ts';
import { type KernelCase, toTensor } from './compare-kernel.ts';
import { hasKernel, type KernelKind } from './kernels/kernel-table.ts';
import { HALF_WEIGHTS } from './kernels/products.ts';

/** A call of any operation that has a kernel. */
export type AnyKernelCase = { readonly [K in KernelKind]: KernelCase<K> }[KernelKind];

const BATCH_SIZE = 3;
/** Groups and classes of the losses. */
const GROUP_COUNT = 2;
const CLASS_COUNT = 3;

/** Keeps sums over many tokens near 1, as in networks: rounding grows with the terms of a sum. */
const GRADIENT_SCALE = 0.1;
/** Sizes that each kernel, or each function of one, is checked at: a compiler takes longer than all else. */
const CASES_PER_KERNEL = 3;
/** And of those that read a weight as f16, for which it is rounded beforehand: rows of a multiple of four, and others. */
const HALF_CASES_PER_KERNEL = 2;

/** More rows, columns and channels than a tile, sums that are split, heads of three quads an invocation. */
const LARGE_CASES: readonly OpCase[] = [
  buildCase('linear of several tiles with adapters', (g) => {
    const pairs = [0, 1].flatMap((i) => [g.parameter(`a${i}`, [4, 20]), g.parameter(`b${i}`, [24, 4])]);
    const inputs = [g.input('x', ['N', 47, 20]), g.parameter('w', [72, 20]), g.parameter('b', [72])];
    return g.op('linear', 'y', [...inputs, ...pairs], { bias: true, adapters: [0, 48] });
  }),
  buildCase('linear of several tiles, no side a multiple of four', (g) => {
    const inputs = [g.input('x', ['N', 47, 19]), g.parameter('w', [67, 19])];
    const pair = [g.parameter('a', [3, 19]), g.parameter('b', [7, 3])];
    return g.op('linear', 'y', [...inputs, ...pair], { bias: false, adapters: [5] });
  }),
  buildCase('linear of many tokens', (g) =>
    g.op('linear', 'y', [g.input('x', ['N', 347, 6]), g.parameter('w', [9, 6]), g.parameter('b', [9])], {
      bias: true,
      adapters: [],
    }),
  ),
  buildCase('matmul of several tiles', (g) =>
    g.op('matmul', 'y', [g.input('x', ['N', 68, 20]), g.input('z', ['N', 20, 36])], {}),
  ),
  buildCase('layerNorm of many tokens', (g) =>
    g.op(
      'layerNorm',
      'y',
      [g.input('x', ['N', 67, 9]), g.parameter('scale', [9]), g.parameter('shift', [9])],
      { axis: 2, epsilon: 1e-6 },
    ),
  ),
  buildCase('attention of wide heads', (g) => {
    const inputs = [g.input('q', ['N', 5, 80]), g.input('k', ['N', 35, 80]), g.input('v', ['N', 35, 80])];
    return g.op('attention', 'y', inputs, { heads: 1 });
  }),
  buildCase('conv2d of many channels', (g) =>
    g.op('conv2d', 'y', [g.input('x', ['N', 4, 17, 19]), g.parameter('w', [67, 4, 3, 3])], {
      stride: 1,
      padding: [0, 1],
    }),
  ),
];

const METHODS: readonly GroupMethod[] = [
  { kind: 'none' },
  { kind: 'febs', gamma: 1, minimum: 'present' },
  { kind: 'groupDro', rate: 0.7 },
];

/** A network of nothing but its loss, with an adversary. */
function lossGraph(): Graph {
  const g = createGraphBuilder('losses');
  const scaled = (name: string, shape: readonly ['N', ...number[]]) =>
    g.op('affine', `${name} scaled`, [g.input(name, shape)], { scale: 4, shift: -3 });
  return g.build({
    logits: scaled('x', ['N', CLASS_COUNT, 5, 7]),
    guess: scaled('z', ['N', GROUP_COUNT]),
  });
}

const lossOf = (method: GroupMethod): Loss => ({
  kind: 'segmentation',
  logits: 'logits',
  crossEntropyWeight: 0.2,
  diceWeight: 0.8,
  groupCount: GROUP_COUNT,
  method,
  adversary: { logits: 'guess', weight: -0.3 },
});

/** Values for the inputs that a loss adds to a network's; undefined for the others. */
const LOSS_INPUTS: Readonly<Record<string, ((index: number) => number) | undefined>> = {
  label: (index) => Math.floor((index * index) / 7) % CLASS_COUNT,
  // The last image's group is unknown; its weight is 0, as of an image that only fills up the batch.
  group: (index) => (index < GROUP_COUNT ? index : -1),
  sampleWeight: (index) => (index < BATCH_SIZE - 1 ? 1 : 0),
  groupWeight: (index) => (index + 1) / 3,
};

/** Values of an input or parameter: given, of the loss, or seeded; a gradient's are around zero. */
function valueOf(graph: string, name: string, open: Shape): Tensor {
  const shape = bindBatch(open, BATCH_SIZE);
  const length = elementCount(shape);
  const of = LOSS_INPUTS[name];
  if (of !== undefined) return { shape, data: Float32Array.from({ length }, (_, index) => of(index)) };
  if (!name.startsWith('d.')) return randomTensor(open, BATCH_SIZE, `${graph}/${name}`);
  const random = createRandom(7, `${graph}/${name}`);
  return { shape, data: Float32Array.from({ length }, () => GRADIENT_SCALE * random.normal()) };
}

/** Attributes with the size of the batch: an operation alone has no other place to take it from. */
function ofBatch(attributes: object): object {
  return 'shape' in attributes
    ? { ...attributes, shape: bindBatch(attributes.shape as Shape, BATCH_SIZE) }
    : attributes;
}

/** Every call of a network's training graph, all its inputs and parameters trainable. */
function casesOf(graph: Graph, params: Params, loss: Loss): AnyKernelCase[] {
  const trainable = new Set([...graph.inputs, ...graph.parameters].map(({ name }) => name));
  const training = differentiate(graph, { loss, trainable, batchNormMomentum: 0.1 });
  const given = Object.fromEntries(
    [...training.inputs, ...training.parameters].map(({ name, shape }) => [
      name,
      params.get(name) ?? valueOf(graph.name, name, shape),
    ]),
  );
  const made = training.nodes.flatMap(({ results }) => results);
  const outputs = made.map(({ name }) => ({ name, value: name }));
  const values = { ...given, ...interpretTraining({ ...training, outputs }, given).outputs };
  return training.nodes.flatMap(({ kind, attributes, inputs, results }) =>
    hasKernel(kind)
      ? // A generic node is one member of the union, which the compiler cannot see.
        [
          {
            kind,
            attributes: ofBatch(attributes),
            inputs: inputs.map((name) => toTensor(values[name] as Tensor)),
            resultCount: results.length,
          } as AnyKernelCase,
        ]
      : [],
  );
}

/** What calls of the same size have in common, and those of the same function. */
function keysOf({ kind, attributes, inputs, resultCount }: AnyKernelCase): [size: string, kernel: string] {
  const name = 'function' in attributes ? attributes.function : '';
  return [
    JSON.stringify([kind, attributes, inputs.map(({ shape }) => shape), resultCount]),
    `${kind} ${name}`,
  ];
}

/** The largest calls of the kernels that read weights as f16, with weights that are halves. */
function halfCasesOf(cases: readonly AnyKernelCase[]): AnyKernelCase[] {
  return [...HALF_WEIGHTS].flatMap(([kind, weight]) =>
    cases
      .filter((each) => each.kind === kind)
      .slice(0, HALF_CASES_PER_KERNEL)
      .map((each): AnyKernelCase => ({
        ...each,
        inputs: each.inputs.map(({ shape, data }, index) => ({
          shape,
          data: index === weight ? decodeHalf(toFloat16(data)) : data,
        })),
        halves: [weight],
      })),
  );
}

/** The cases of a check: a few sizes of each kernel, the largest first. Cost: a second of the oracle. */
export function checkedCases(): readonly AnyKernelCase[] {
  const seen = new Set<string>();
  const counts = new Map<string, number>();
  const isWanted = (each: AnyKernelCase) => {
    const [size, kernel] = keysOf(each);
    const count = counts.get(kernel) ?? 0;
    if (seen.has(size) || count === CASES_PER_KERNEL) return false;
    seen.add(size);
    counts.set(kernel, count + 1);
    return true;
  };
  const cases = [
    ...[...LARGE_CASES, ...opCases].flatMap(({ model: { graph, params } }) =>
      casesOf(graph, params, { kind: 'given', output: 'out' }),
    ),
    ...METHODS.flatMap((method) => casesOf(lossGraph(), new Map(), lossOf(method))),
  ].filter(isWanted);
  return [...cases, ...halfCasesOf(cases)];
}
