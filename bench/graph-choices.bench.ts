/**
 * The choices of the ONNX lowering in pairs, on WebAssembly in Node with one thread, at the sizes of SAMed ViT-B at 512: fused
 * operators against smaller ones, cut windows against padded ones, several images a run against one. A speed above 1 is for the
 * choice that was made. Milliseconds are processor time, so that a busy machine does not disturb them.
 */
import * as ort from 'onnxruntime-web/wasm';
import { createRandom } from '../core/random.ts';
import { BACKENDS, describeDifference } from '../core/testing.ts';
import { createGraphBuilder, type GraphBuilder } from '../models/graph/builder.ts';
import type { Graph, Value } from '../models/graph/graph.ts';
import { elementCount } from '../models/graph/shape.ts';
import { encodeProgram } from '../models/onnx/encode.ts';
import { lowerGraph } from '../models/onnx/lower.ts';
import type { Program } from '../models/onnx/program.ts';
import { weightElements } from '../models/onnx/weights.ts';
import { synthWeight } from '../models/reference/synth-weights.ts';
import { createInceptionV3 } from '../models/zoo/inception-v3.ts';
import { alternate } from './alternate.ts';
import { fuseAttention, spellOut } from './graph-choices/spell-out.ts';
import { printResult } from './result.ts';

const SALT = 'graph-choices';
const ROUNDS = 5;
const TOKENS = 1024;
const CHANNELS = 768;
const HIDDEN = 3072;
const HEADS = 12;
const WINDOW = 14;
const BATCH = 4;

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

/** A graph of one operation. */
function graphOf(name: string, build: (graph: GraphBuilder) => Value): Graph {
  const graph = createGraphBuilder(name);
  return graph.build({ y: build(graph) });
}

/** A session of a program with weights from the hash, ready to run on `batchSize` seeded images. */
async function open(program: Program, batchSize = 1): Promise<() => Promise<Float32Array>> {
  const weightOf = ({ name, shape }: Value) => synthWeight(name, shape.map(Number), SALT);
  const bytes = encodeProgram(program, (weight) => ({
    bytes: weightElements(weight, weightOf(weight.parameter)),
  }));
  const session = await ort.InferenceSession.create(bytes);
  const feeds = Object.fromEntries(
    program.inputs.map(({ name, shape }) => {
      const sizes = shape.map((size) => (size === 'N' ? batchSize : size));
      const random = createRandom(1, name);
      const data = Float32Array.from({ length: elementCount(sizes) }, () => random.uniform() - 0.5);
      return [name, new ort.Tensor('float32', data, sizes)];
    }),
  );
  return async () => (await session.run(feeds))['y']?.data as Float32Array;
}

/** Times of a pair, which must give the same numbers. */
async function compare(name: string, chosen: Program, other: Program) {
  const ways = [await open(chosen), await open(other)] as const;
  const difference = describeDifference(await ways[0](), await ways[1](), BACKENDS);
  if (difference !== undefined) throw new Error(`${name}: ${difference}`);
  return timePair(name, ways);
}

/** Processor time of this process so far. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Milliseconds of what was chosen and of the other, and how many times as fast the choice is. */
async function timePair(name: string, ways: readonly (() => Promise<unknown>)[]) {
  const [chosenMs = Number.NaN, otherMs = Number.NaN] = await alternate(ROUNDS, ways, processorMs);
  return { [`${name}Ms`]: chosenMs, [`${name}OtherMs`]: otherMs, [`${name}Speed`]: otherMs / chosenMs };
}

const lower = (graph: Graph) => lowerGraph(graph, 'f32');
const gelu = lower(
  graphOf('gelu', (g) =>
    g.op('unary', 'activated', [g.input('x', ['N', TOKENS, HIDDEN])], { function: 'gelu' }),
  ),
);
const norm = lower(
  graphOf('norm', (g) => {
    const operands = [
      g.input('x', ['N', TOKENS, CHANNELS]),
      g.parameter('norm.weight', [CHANNELS]),
      g.parameter('norm.bias', [CHANNELS]),
    ];
    return g.op('layerNorm', 'normalised', operands, { axis: 2, epsilon: 1e-6 });
  }),
);
const attention = lower(
  graphOf('attention', (g) =>
    g.op(
      'attention',
      'attended',
      ['q', 'k', 'v'].map((name) => g.input(name, ['N', TOKENS, CHANNELS])),
      { heads: HEADS },
    ),
  ),
);

/** Attention in windows over a grid of `side` tokens. */
function windowed(side: number): Program {
  return lower(
    graphOf('windows', (g) => {
      const table = [2 * WINDOW - 1, CHANNELS / HEADS];
      const operands = [
        g.input('x', ['N', side, side, 3 * CHANNELS]),
        g.parameter('rel_pos_h', table),
        g.parameter('rel_pos_w', table),
        g.parameter('qkv.bias', [3 * CHANNELS]),
      ];
      return g.op('gridAttention', 'attended', operands, { heads: HEADS, window: WINDOW });
    }),
  );
}

/** InceptionV3 on several images at once, and on each alone. */
async function timeBatches() {
  const graph = createInceptionV3('fid');
  const program = lower(graph);
  const together = await open(program, BATCH);
  const alone = await open(program);
  return timePair('batch', [
    together,
    async () => {
      for (let image = 0; image < BATCH; image++) await alone();
    },
  ]);
}

const grid = Math.sqrt(TOKENS);
const figures = {
  ...(await compare('fusedGelu', gelu, spellOut(gelu))),
  ...(await compare('fusedLayerNorm', norm, spellOut(norm))),
  ...(await compare('attentionInProducts', attention, fuseAttention(attention, HEADS))),
  // The grid that whole windows cover: the rows and columns beyond the edge are computed and thrown away.
  ...(await timePair('cutWindows', [
    await open(windowed(grid)),
    await open(windowed(Math.ceil(grid / WINDOW) * WINDOW)),
  ])),
  ...(await timeBatches()),
};
printResult({ name: 'graph-choices', adapter: 'cpu', figures, peer: null, ratio: null });
// The threads of WebAssembly would keep the process alive.
process.exit();
