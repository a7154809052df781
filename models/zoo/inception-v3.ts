/**
 * InceptionV3 as a feature extractor: the variant of the Fréchet Inception distance and torchvision's. Parameters have the
 * checkpoints' own names; the classifier and the auxiliary head are not part of the graph.
 * Source: Szegedy et al., "Rethinking the Inception architecture", CVPR 2016; the pools of the FID variant: Heusel et al.,
 * "GANs trained by a two time-scale update rule", 2017, by its weights as they are used in PyTorch.
 */
import { createGraphBuilder, type GraphBuilder } from '../graph/builder.ts';
import type { Graph, Value } from '../graph/graph.ts';

/**
 * `fid` leaves padding out of its average pools and takes the maximum instead of the mean in the pool branch of the last
 * block; `torchvision` counts padding and takes means.
 */
export type InceptionVariant = 'fid' | 'torchvision';

/** Side of the square input, in pixels. */
export const INCEPTION_SIDE = 299;
export const INCEPTION_FEATURE_COUNT = 2048;

const BATCH_NORM_EPSILON = 0.001;

/** A step of a branch: name, output channels, rows and columns of the kernel, and what is not the default. */
interface Step {
  readonly name: string;
  readonly channels: number;
  readonly kernel: readonly [rows: number, columns: number];
  readonly stride?: number;
  /** Pads so that a stride of 1 keeps the size; the default. */
  readonly isPadded?: boolean;
}

function step(name: string, channels: number, rows: number, columns = rows): Step {
  return { name, channels, kernel: [rows, columns] };
}

/** A step that halves the map without padding it. */
function halvingStep(name: string, channels: number): Step {
  return { name, channels, kernel: [3, 3], stride: 2, isPadded: false };
}

/** Convolution without bias, batch norm, ReLU: the one building block. */
function convolve(graph: GraphBuilder, path: string, x: Value, described: Step): Value {
  const { channels, kernel, stride = 1, isPadded = true } = described;
  const [rows, columns] = kernel;
  const name = `${path}${described.name}`;
  const weight = graph.parameter(`${name}.conv.weight`, [channels, x.shape[1] ?? 0, rows, columns]);
  const padding = isPadded ? ([(rows - 1) / 2, (columns - 1) / 2] as const) : ([0, 0] as const);
  const conv = graph.op('conv2d', `${name}.conv`, [x, weight], { stride, padding });
  const statistics = ['weight', 'bias', 'running_mean', 'running_var'].map((part) =>
    graph.parameter(`${name}.bn.${part}`, [channels]),
  );
  const norm = graph.op('batchNorm', `${name}.bn`, [conv, ...statistics], { epsilon: BATCH_NORM_EPSILON });
  return graph.op('unary', name, [norm], { function: 'relu' });
}

/** One block: where it begins, and shorthand for what it is made of. */
function createBlock(graph: GraphBuilder, name: string, variant: InceptionVariant, input: Value) {
  return {
    /** Steps in a row, from `x`. */
    chain: (x: Value, ...steps: readonly Step[]) =>
      steps.reduce((value, next) => convolve(graph, `${name}.`, value, next), x),
    input,
    averagePool: () =>
      graph.op('averagePool', `${name}.pool`, [input], {
        size: 3,
        stride: 1,
        padding: 1,
        countPadding: variant === 'torchvision',
      }),
    maxPool: (stride: 1 | 2) =>
      graph.op('maxPool', `${name}.pool`, [input], { size: 3, stride, padding: stride === 1 ? 1 : 0 }),
    /** The end of the block: its branches side by side. */
    join: (...branches: readonly Value[]) => graph.op('concat', name, branches, { axis: 1 }),
  };
}

type Block = ReturnType<typeof createBlock>;

/** 35 x 35. */
function blockA({ input, chain, averagePool, join }: Block, poolChannels: number): Value {
  return join(
    chain(input, step('branch1x1', 64, 1)),
    chain(input, step('branch5x5_1', 48, 1), step('branch5x5_2', 64, 5)),
    chain(input, step('branch3x3dbl_1', 64, 1), step('branch3x3dbl_2', 96, 3), step('branch3x3dbl_3', 96, 3)),
    chain(averagePool(), step('branch_pool', poolChannels, 1)),
  );
}

/** 35 x 35 to 17 x 17. */
function blockB({ input, chain, maxPool, join }: Block): Value {
  return join(
    chain(input, halvingStep('branch3x3', 384)),
    chain(
      input,
      step('branch3x3dbl_1', 64, 1),
      step('branch3x3dbl_2', 96, 3),
      halvingStep('branch3x3dbl_3', 96),
    ),
    maxPool(2),
  );
}

/** 17 x 17, with 7 x 7 convolutions taken apart into rows and columns of `inner` channels. */
function blockC({ input, chain, averagePool, join }: Block, inner: number): Value {
  return join(
    chain(input, step('branch1x1', 192, 1)),
    chain(
      input,
      step('branch7x7_1', inner, 1),
      step('branch7x7_2', inner, 1, 7),
      step('branch7x7_3', 192, 7, 1),
    ),
    chain(
      input,
      step('branch7x7dbl_1', inner, 1),
      step('branch7x7dbl_2', inner, 7, 1),
      step('branch7x7dbl_3', inner, 1, 7),
      step('branch7x7dbl_4', inner, 7, 1),
      step('branch7x7dbl_5', 192, 1, 7),
    ),
    chain(averagePool(), step('branch_pool', 192, 1)),
  );
}

/** 17 x 17 to 8 x 8. */
function blockD({ input, chain, maxPool, join }: Block): Value {
  return join(
    chain(input, step('branch3x3_1', 192, 1), halvingStep('branch3x3_2', 320)),
    chain(
      input,
      step('branch7x7x3_1', 192, 1),
      step('branch7x7x3_2', 192, 1, 7),
      step('branch7x7x3_3', 192, 7, 1),
      halvingStep('branch7x7x3_4', 192),
    ),
    maxPool(2),
  );
}

/** 8 x 8, with 3 x 3 convolutions taken apart into a row and a column side by side. */
function blockE({ input, chain, join }: Block, pooled: Value): Value {
  const single = chain(input, step('branch3x3_1', 384, 1));
  const double = chain(input, step('branch3x3dbl_1', 448, 1), step('branch3x3dbl_2', 384, 3));
  return join(
    chain(input, step('branch1x1', 320, 1)),
    chain(single, step('branch3x3_2a', 384, 1, 3)),
    chain(single, step('branch3x3_2b', 384, 3, 1)),
    chain(double, step('branch3x3dbl_3a', 384, 1, 3)),
    chain(double, step('branch3x3dbl_3b', 384, 3, 1)),
    chain(pooled, step('branch_pool', 192, 1)),
  );
}

/**
 * The graph of InceptionV3 up to its pooled features.
 * Shapes: `image [N,3,299,299]` RGB in [0, 1], resized by one of the presets of core/imaging; the graph itself scales it to
 * [-1, 1], as both published weights want it. `features [N,2048]`.
 */
export function createInceptionV3(variant: InceptionVariant): Graph {
  const graph = createGraphBuilder(`inception-v3-${variant}`);
  const image = graph.input('image', ['N', 3, INCEPTION_SIDE, INCEPTION_SIDE]);
  const stem = (x: Value, described: Step) => convolve(graph, '', x, described);
  const halve = (name: string, x: Value) =>
    graph.op('maxPool', name, [x], { size: 3, stride: 2, padding: 0 });
  const block = (name: string, x: Value) => createBlock(graph, name, variant, x);

  let x = graph.op('affine', 'signed', [image], { scale: 2, shift: -1 });
  x = stem(x, halvingStep('Conv2d_1a_3x3', 32));
  x = stem(x, { ...step('Conv2d_2a_3x3', 32, 3), isPadded: false });
  x = stem(x, step('Conv2d_2b_3x3', 64, 3));
  x = halve('maxpool1', x);
  x = stem(x, step('Conv2d_3b_1x1', 80, 1));
  x = stem(x, { ...step('Conv2d_4a_3x3', 192, 3), isPadded: false });
  x = halve('maxpool2', x);
  x = blockA(block('Mixed_5b', x), 32);
  x = blockA(block('Mixed_5c', x), 64);
  x = blockA(block('Mixed_5d', x), 64);
  x = blockB(block('Mixed_6a', x));
  x = blockC(block('Mixed_6b', x), 128);
  x = blockC(block('Mixed_6c', x), 160);
  x = blockC(block('Mixed_6d', x), 160);
  x = blockC(block('Mixed_6e', x), 192);
  x = blockD(block('Mixed_7a', x));
  const seventhB = block('Mixed_7b', x);
  x = blockE(seventhB, seventhB.averagePool());
  const seventhC = block('Mixed_7c', x);
  x = blockE(seventhC, variant === 'fid' ? seventhC.maxPool(1) : seventhC.averagePool());
  const pooled = graph.op('reduce', 'avgpool', [x], { function: 'mean', axes: [2, 3] });
  const features = graph.op('reshape', 'flatten', [pooled], { shape: ['N', INCEPTION_FEATURE_COUNT] });
  return graph.build({ features });
}
