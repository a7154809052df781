/** Attention query by query, for its statistics and its gradients: both kinds see the same scores and the same derivatives. */
import type { Operations } from '../../graph/ops.ts';
import { operand, type Tensor64 } from '../kernels/kernel.ts';

/** One query of one head: where its values stand and how it scores each key. Offsets are of the head's first channel. */
export interface Query {
  /** Position of the query in [N,H,T] order. */
  readonly index: number;
  /** Offset in the queries. */
  readonly query: number;
  /** Offset in the result. */
  readonly out: number;
  readonly keys: readonly Key[];
  readonly scores: Float64Array;
}

export interface Key {
  readonly key: number;
  readonly value: number;
  /** Offsets in the tables of relative positions, in a grid. */
  readonly row: number;
  readonly column: number;
}

function dot(a: Float64Array, aOffset: number, b: Float64Array, bOffset: number, count: number): number {
  let sum = 0;
  for (let d = 0; d < count; d++) sum += (a[aOffset + d] as number) * (b[bOffset + d] as number);
  return sum;
}

/** Visits every query of `attention`; `inputs` begin with q, k and v. */
export function forEachQuery(
  [q, k]: readonly [Tensor64, Tensor64],
  { heads }: Operations['attention'],
  visit: (query: Query) => void,
): void {
  const [n, t, channels] = q.shape as [number, number, number];
  const s = k.shape[1] as number;
  const width = channels / heads;
  for (let index = 0; index < n * heads * t; index++) {
    const [row, head] = [index % t, Math.floor(index / t) % heads];
    const image = Math.floor(index / (t * heads));
    const query = (image * t + row) * channels + head * width;
    const keys = Array.from({ length: s }, (_, at): Key => {
      const key = (image * s + at) * channels + head * width;
      return { key, value: key, row: 0, column: 0 };
    });
    const scores = Float64Array.from(
      keys,
      ({ key }) => dot(q.data, query, k.data, key, width) / Math.sqrt(width),
    );
    visit({ index, query, out: query, keys, scores });
  }
}

/** The tokens of a grid, and behind them the padding of its windows: one offset names either. */
export function gridTokens(inputs: readonly Tensor64[], window: number | null): Float64Array {
  const qkv = operand(inputs);
  const padding = window === null ? new Float64Array() : operand(inputs, 3).data;
  const tokens = new Float64Array(qkv.data.length + padding.length);
  tokens.set(qkv.data);
  tokens.set(padding, qkv.data.length);
  return tokens;
}

/** Visits every query of `gridAttention`; `inputs` begin with qkv, rows, columns and the padding of windows. */
export function forEachGridQuery(
  inputs: readonly Tensor64[],
  { heads, window }: Operations['gridAttention'],
  visit: (query: Query) => void,
): void {
  const [qkv, rows, columns] = [operand(inputs), operand(inputs, 1).data, operand(inputs, 2).data];
  const [n, h, w, tripled] = qkv.shape as [number, number, number, number];
  const [s, t] = [window ?? h, window ?? w];
  const channels = tripled / 3;
  const width = channels / heads;
  const tokens = gridTokens(inputs, window);
  for (let index = 0; index < n * heads * h * w; index++) {
    const [x, y] = [index % w, Math.floor(index / w) % h];
    const [head, image] = [Math.floor(index / (w * h)) % heads, Math.floor(index / (w * h * heads))];
    const tokenAt = (row: number, column: number) =>
      (row < h && column < w ? ((image * h + row) * w + column) * tripled : qkv.data.length) + head * width;
    const query = tokenAt(y, x);
    const keys = Array.from({ length: s * t }, (_, at): Key => {
      const [keyRow, keyColumn] = [y - (y % s) + Math.floor(at / t), x - (x % t) + (at % t)];
      const token = tokenAt(keyRow, keyColumn);
      return {
        key: token + channels,
        value: token + 2 * channels,
        row: (y - keyRow + s - 1) * width,
        column: (x - keyColumn + t - 1) * width,
      };
    });
    const scores = Float64Array.from(
      keys,
      ({ key, row, column }) =>
        dot(tokens, query, tokens, key, width) / Math.sqrt(width) +
        dot(tokens, query, rows, row, width) +
        dot(tokens, query, columns, column, width),
    );
    visit({ index, query, out: ((image * h + y) * w + x) * channels + head * width, keys, scores });
  }
}

/** log of the sum of exp(score), without overflow. */
export function logSumExp(scores: Float64Array): number {
  const largest = scores.reduce((best, score) => Math.max(best, score), Number.NEGATIVE_INFINITY);
  return largest + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - largest), 0));
}

/** The probabilities of a query's keys and the derivatives of its scores, from what the forward pass kept. */
export function scoreGradients(
  { index, out: at, keys, scores }: Query,
  {
    dOut,
    values,
    out,
    logSumExp: kept,
    width,
  }: {
    readonly dOut: Float64Array;
    readonly values: Float64Array;
    readonly out: Float64Array;
    readonly logSumExp: Float64Array;
    readonly width: number;
  },
): { readonly probabilities: Float64Array; readonly dScores: Float64Array } {
  const probabilities = scores.map((score) => Math.exp(score - (kept[index] as number)));
  const delta = dot(dOut, at, out, at, width);
  const dScores = probabilities.map((probability, key) => {
    const { value } = keys[key] as Key;
    return probability * (dot(dOut, at, values, value, width) - delta);
  });
  return { probabilities, dScores };
}
