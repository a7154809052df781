/**
 * The matrix products and attentions of SAMed's ViT-B at 512, one image: each as an operation of ours, and as the graph that
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
  /** Operands of ours that are stored as f16, by index; the peer's are f32. */
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

/** A layer whose weight is stored as f16. */
const halfLayer = (rows: number, inner: number, columns: number): BenchCase => ({
  ...layer(rows, inner, columns),
  halves: [1],
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
