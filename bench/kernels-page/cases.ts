/**
 * The matrix products and attentions of SAMed's ViT-B at 512, and convolutions of it and of a TransUNet R50 at 224, one image: each as an operation of ours, and as the graph that
 * onnxruntime runs instead, where there is one.
 */
import { createGraphBuilder, type GraphBuilder } from '../../models/graph/builder.ts';
import type { TrainingOperations } from '../../models/graph/gradient-ops.ts';
import type { Graph, Value } from '../../models/graph/graph.ts';
import type { KernelKind } from '../../workers/gpu/kernels/kernel-table.ts';

type Shape = readonly number[];

export interface BenchCase {
  readonly kind: KernelKind;
  readonly attributes: TrainingOperations[KernelKind];
  /** Operands in the kernel's order, by the names that the peer's graph has for them. */
  readonly operands: Readonly<Record<string, Shape>>;
  /** Operands of ours that are stored as f16, by index. */
  readonly halves?: readonly number[];
  /** Its output is called `out`. */
  readonly peer: Graph | undefined;
}

/** A case whose peer is built from the operands: `inputs` are fed, the others are weights. */
function caseOf<K extends KernelKind>(
  kind: K,
  attributes: TrainingOperations[K],
  operands: Readonly<Record<string, Shape>>,
  inputs: readonly string[] = [],
  build?: (graph: GraphBuilder, values: Value[]) => Value,
): BenchCase {
  const graph = createGraphBuilder(kind);
  const values = Object.entries(operands).map(([name, shape]) =>
    inputs.includes(name) ? graph.input(name, shape) : graph.parameter(name, shape),
  );
  const peer = build === undefined ? undefined : graph.build({ out: build(graph, values) });
  return { kind, attributes, operands, peer };
}

/** Adapters of rank 4 of the first and the last third of the features, as of q and v. */
const pairsOf = (inner: number, columns: number) => ({
  a0: [4, inner],
  b0: [columns / 3, 4],
  a1: [4, inner],
  b1: [columns / 3, 4],
});

function layer(rows: number, inner: number, columns: number, isAdapted = false): BenchCase {
  const attributes = { bias: true, adapters: isAdapted ? [0, (2 * columns) / 3] : [] };
  const operands = { x: [1, rows, inner], weight: [columns, inner], bias: [columns] };
  const all = isAdapted ? { ...operands, ...pairsOf(inner, columns) } : operands;
  return caseOf('linear', attributes, all, ['x'], (g, values) => g.op('linear', 'y', values, attributes));
}

/** A layer whose weight is stored as f16; onnxruntime computes wholly in f16 then, which is another thing. */
const halfLayer = (rows: number, inner: number, columns: number): BenchCase => ({
  ...layer(rows, inner, columns),
  halves: [1],
  peer: undefined,
});

/** Of a layer from `inner` to `columns` features. */
const inputGradient = (rows: number, inner: number, columns: number) =>
  caseOf(
    'matmul',
    {},
    { dOut: [1, rows, columns], weight: [1, columns, inner] },
    ['dOut', 'weight'],
    (g, values) => g.op('matmul', 'y', values, {}),
  );

const adaptedInputGradient = (rows: number, inner: number, columns: number) =>
  caseOf(
    'linearInputGradient',
    { adapters: [0, (2 * columns) / 3] },
    { dOut: [1, rows, columns], weight: [columns, inner], ...pairsOf(inner, columns) },
  );

const weightGradient = (rows: number, inner: number, columns: number) =>
  caseOf(
    'linearWeightGradient',
    {},
    { dOut: [1, rows, columns], x: [1, rows, inner] },
    ['dOut', 'x'],
    (g, [dOut, x]) => {
      const turned = g.op('transpose', 'turned', [dOut as Value], { order: [0, 2, 1] });
      return g.op('matmul', 'y', [turned, x as Value], {});
    },
  );

const attention = (queries: number, keys: number, channels: number, heads: number) =>
  caseOf(
    'attention',
    { heads },
    { q: [1, queries, channels], k: [1, keys, channels], v: [1, keys, channels] },
    ['q', 'k', 'v'],
    (g, values) => g.op('attention', 'y', values, { heads }),
  );

const attentionGradient = (queries: number, keys: number, channels: number, heads: number) =>
  caseOf(
    'attentionGradient',
    { heads },
    {
      dOut: [1, queries, channels],
      q: [1, queries, channels],
      k: [1, keys, channels],
      v: [1, keys, channels],
      out: [1, queries, channels],
      logSumExp: [1, heads, queries],
    },
  );

/** Operands of attention in the grid of ViT-B at 512. */
function gridOperands(window: number | null): Readonly<Record<string, Shape>> {
  const rows = 2 * (window ?? 32) - 1;
  const tables = { qkv: [1, 32, 32, 2304], rows: [rows, 64], columns: [rows, 64] };
  return window === null ? tables : { ...tables, padding: [2304] };
}

const gridAttention = (window: number | null) =>
  caseOf('gridAttention', { heads: 12, window }, gridOperands(window), ['qkv'], (g, values) =>
    g.op('gridAttention', 'y', values, { heads: 12, window }),
  );

const gridAttentionGradient = (window: number | null) =>
  caseOf(
    'gridAttentionGradient',
    { heads: 12, window },
    {
      dOut: [1, 32, 32, 768],
      ...gridOperands(window),
      out: [1, 32, 32, 768],
      logSumExp: [1, 12, 32, 32],
    },
  );

/** Products; the shape that other libraries were measured at is `mlpUp`. */
export const PRODUCT_CASES: Readonly<Record<string, () => BenchCase>> = {
  mlpUp: () => layer(1024, 768, 3072),
  mlpUpHalf: () => halfLayer(1024, 768, 3072),
  mlpUpInputGradient: () => inputGradient(1024, 768, 3072),
  qkv: () => layer(1024, 768, 2304, true),
  qkvInputGradient: () => adaptedInputGradient(1024, 768, 2304),
  projection: () => layer(1024, 768, 768),
  projectionInputGradient: () => inputGradient(1024, 768, 768),
  mlpDown: () => layer(1024, 3072, 768),
  mlpDownInputGradient: () => inputGradient(1024, 3072, 768),
  decoder: () => layer(1024, 256, 128),
  decoderInputGradient: () => inputGradient(1024, 256, 128),
  decoderWeightGradient: () => weightGradient(1024, 256, 128),
};

export const ATTENTION_CASES: Readonly<Record<string, () => BenchCase>> = {
  windows: () => gridAttention(14),
  windowsGradient: () => gridAttentionGradient(14),
  grid: () => gridAttention(null),
  gridGradient: () => gridAttentionGradient(null),
  tokensToImage: () => attention(8, 1024, 128, 8),
  tokensToImageGradient: () => attentionGradient(8, 1024, 128, 8),
  imageToTokens: () => attention(1024, 8, 128, 8),
  imageToTokensGradient: () => attentionGradient(1024, 8, 128, 8),
};

/** Map [1,C,side,side], weight [O,C,k,k]. */
interface Window {
  readonly channels: number;
  readonly side: number;
  readonly out: number;
  readonly kernel: number;
  readonly stride?: number;
}

function windowOf({ channels, side, out, kernel, stride = 1 }: Window) {
  const padding = kernel === stride ? 0 : (kernel - 1) / 2;
  const outSide = Math.floor((side + 2 * padding - kernel) / stride) + 1;
  return {
    attributes: { stride, padding: [padding, padding] as const },
    map: [1, channels, side, side],
    dOut: [1, out, outSide, outSide],
    weight: [out, channels, kernel, kernel],
  };
}

function convolution(window: Window): BenchCase {
  const { attributes, map, weight } = windowOf(window);
  return caseOf('conv2d', attributes, { x: map, weight }, ['x'], (g, values) =>
    g.op('conv2d', 'y', values, attributes),
  );
}

function convolutionInputGradient(window: Window): BenchCase {
  const { attributes, dOut, weight } = windowOf(window);
  const size = { height: window.side, width: window.side };
  return caseOf('conv2dInputGradient', { ...attributes, ...size }, { dOut, weight });
}

function convolutionWeightGradient(window: Window): BenchCase {
  const { attributes, dOut, map } = windowOf(window);
  const kernel = [window.kernel, window.kernel] as const;
  return caseOf('conv2dWeightGradient', { ...attributes, kernel }, { dOut, x: map });
}

const doubling = (channels: number, side: number, out: number) =>
  caseOf(
    'convTranspose2d',
    { stride: 2 },
    { x: [1, channels, side, side], weight: [channels, out, 2, 2], bias: [out] },
    ['x'],
    (g, values) => g.op('convTranspose2d', 'y', values, { stride: 2 }),
  );

const NECK: Window = { channels: 256, side: 32, out: 256, kernel: 3 };
const ROOT: Window = { channels: 3, side: 224, out: 64, kernel: 7, stride: 2 };
const UNIT: Window = { channels: 64, side: 56, out: 64, kernel: 3 };
const POINTWISE: Window = { channels: 64, side: 56, out: 256, kernel: 1 };
const DECODER: Window = { channels: 192, side: 112, out: 64, kernel: 3 };

export const CONVOLUTION_CASES: Readonly<Record<string, () => BenchCase>> = {
  neck: () => convolution(NECK),
  neckInputGradient: () => convolutionInputGradient(NECK),
  neckWeightGradient: () => convolutionWeightGradient(NECK),
  doubling: () => doubling(256, 32, 64),
  root: () => convolution(ROOT),
  rootWeightGradient: () => convolutionWeightGradient(ROOT),
  unit: () => convolution(UNIT),
  unitInputGradient: () => convolutionInputGradient(UNIT),
  unitWeightGradient: () => convolutionWeightGradient(UNIT),
  pointwise: () => convolution(POINTWISE),
  pointwiseInputGradient: () => convolutionInputGradient(POINTWISE),
  pointwiseWeightGradient: () => convolutionWeightGradient(POINTWISE),
  decoder3x3: () => convolution(DECODER),
  decoder3x3InputGradient: () => convolutionInputGradient(DECODER),
  decoder3x3WeightGradient: () => convolutionWeightGradient(DECODER),
};
