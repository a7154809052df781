/** Attention within a grid or within windows of it, as ONNX operators. */
import type { Dimension } from '../../graph/shape.ts';
import { type AttentionSizes, emitAttention, emitHeads } from './attention.ts';
import type { Emitter, OnnxRule } from './emitter.ts';
import { groupWindows, type QueryRange } from './window-groups.ts';

/**
 * Scores of one image that are computed at once: 16 MiB, so that a batch of eight fits the 128 MiB that every WebGPU adapter
 * binds, and a grid of 64 by 64 the memory of WebAssembly. Fewer at a time are slower, more are not faster.
 */
const SCORES_AT_ONCE = 2 ** 22;

/** Order of axes that swaps rows and columns of [B,heads,rows,columns,D]. */
const SWAPPED = [0, 1, 3, 2, 4];

/** The queries of one axis and its table of relative positions. */
interface RelativeAxis {
  readonly table: string;
  readonly queries: QueryRange;
  /** Keys along the axis. */
  readonly side: number;
}

/**
 * The table of relative positions of one axis, laid out for products with `count` rows (or columns) of queries:
 * [count, D, side], entry (i, d, j) = table[start+i-j+side-1][d].
 */
function unrollTable(
  emitter: Emitter,
  { table, queries: { start, count }, side }: RelativeAxis,
  width: number,
  result: string,
): string {
  const positionOf = (i: number, j: number) => start + i - j + side - 1;
  if (emitter.isParameter(table)) {
    return emitter.derive(table, `unrolled-${start}-${count}`, [count, width, side], (values) => {
      const unrolled = new Float32Array(count * width * side);
      let at = 0;
      for (let i = 0; i < count; i++) {
        for (let d = 0; d < width; d++) {
          for (let j = 0; j < side; j++, at++) unrolled[at] = values[positionOf(i, j) * width + d] as number;
        }
      }
      return unrolled;
    });
  }
  const positions = Array.from({ length: count * side }, (_, at) =>
    positionOf(Math.floor(at / side), at % side),
  );
  emitter.emit('Gather', [table, emitter.intsConstant(`${result}.positions`, positions)], `${result}.taken`, {
    axis: 0,
  });
  const shape = emitter.intsConstant(`${result}.shape`, [count, side, width]);
  emitter.emit('Reshape', [`${result}.taken`, shape], `${result}.square`);
  emitter.emit('Transpose', [`${result}.square`], result, { perm: [0, 2, 1] });
  return result;
}

/**
 * Emits what relative positions add to the scores, [B,heads,rows*columns,s*t], from queries [B,heads,rows*columns,D]: a
 * product for each row and one for each column of queries.
 */
function emitRelativeTerms(
  emitter: Emitter,
  name: string,
  queries: string,
  { heads, width }: AttentionSizes,
  down: RelativeAxis,
  across: RelativeAxis,
): string {
  const [rows, columns] = [down.queries.count, across.queries.count];
  const reshape = (from: string, suffix: string, shape: readonly number[]) => {
    const sizes = emitter.intsConstant(`${name}.${suffix}-shape`, [-1, heads, ...shape]);
    emitter.emit('Reshape', [from, sizes], `${name}.${suffix}`);
    return `${name}.${suffix}`;
  };
  const swap = (from: string, suffix: string) => {
    emitter.emit('Transpose', [from], `${name}.${suffix}`, { perm: SWAPPED });
    return `${name}.${suffix}`;
  };
  const byRow = reshape(queries, 'by-row', [rows, columns, width]);
  const byColumn = swap(byRow, 'by-column');
  const rowTable = unrollTable(emitter, down, width, `${name}.row-table`);
  const columnTable = unrollTable(emitter, across, width, `${name}.column-table`);
  emitter.emit('MatMul', [byRow, rowTable], `${name}.row-terms`);
  emitter.emit('MatMul', [byColumn, columnTable], `${name}.swapped-terms`);
  const tall = reshape(`${name}.row-terms`, 'tall', [rows * columns, down.side, 1]);
  const columnTerms = swap(`${name}.swapped-terms`, 'column-terms');
  const wide = reshape(columnTerms, 'wide', [rows * columns, 1, across.side]);
  // Summed before they meet the scores: one of the two sums over all pairs is then of equal shapes, which is quicker.
  emitter.emit('Add', [tall, wide], `${name}.terms`);
  return reshape(`${name}.terms`, 'bias', [rows * columns, down.side * across.side]);
}

export const lowerGridAttention: OnnxRule<'gridAttention'> = (
  emitter,
  { inputs, name, attributes: { heads, window }, shape },
) => {
  const [qkv, rowTable, columnTable, padding] = inputs as [string, string, string, string | undefined];
  const [, h, w, channels] = shape as [Dimension, number, number, number];
  const [s, t] = [window ?? h, window ?? w];
  const width = channels / heads;
  const ints = (suffix: string, values: readonly number[]) =>
    emitter.intsConstant(`${name}.${suffix}`, values);
  const step = (operator: string, from: readonly string[], suffix: string, attributes = {}) => {
    emitter.emit(operator, from, `${name}.${suffix}`, attributes);
    return `${name}.${suffix}`;
  };
  /** The tokens named, in that order; nothing where they are all there are, in theirs. */
  const take = (tokens: string, order: readonly number[], tokenCount: number, suffix: string) => {
    if (order.length === tokenCount && order.every((token, at) => token === at)) return tokens;
    return step('Gather', [tokens, ints(`${suffix}-order`, order)], suffix, { axis: 1 });
  };
  const groups = groupWindows(h, w, s, t, SCORES_AT_ONCE / heads);
  const isPadded = groups.some(({ keys }) => keys.includes(h * w));

  let tokens = step('Reshape', [qkv, ints('token-shape', [0, h * w, 3 * channels])], 'tokens');
  if (isPadded && padding !== undefined) {
    const batch = step('Shape', [qkv], 'batch', { start: 0, end: 1 });
    const rest = ints('padding-rest', [1, 3 * channels]);
    const size = step('Concat', [batch, rest], 'padding-shape', { axis: 0 });
    tokens = step('Concat', [tokens, step('Expand', [padding, size], 'padding')], 'padded', { axis: 1 });
  }
  const tokenCount = h * w + (isPadded ? 1 : 0);
  const [q, k, v] = ['q', 'k', 'v'].map((part) => `${name}.${part}`) as [string, string, string];
  emitter.emit('Split', [tokens, ints('thirds', [channels, channels, channels])], [q, k, v], { axis: 2 });

  const parts = groups.map(({ rows, columns, count, ...group }, index) => {
    const part = `group-${index}`;
    const sizes = { queries: rows.count * columns.count, keys: s * t, heads, width, count };
    const asked = take(q, group.queries, tokenCount, `${part}.q`);
    const taken = {
      q: emitHeads(emitter, asked, `${name}.${part}.queries`, sizes.queries, sizes),
      k: take(k, group.keys, tokenCount, `${part}.k`),
      v: take(v, group.keys, tokenCount, `${part}.v`),
    };
    const down = { table: rowTable, queries: rows, side: s };
    const across = { table: columnTable, queries: columns, side: t };
    const bias = emitRelativeTerms(emitter, `${name}.${part}`, taken.q, sizes, down, across);
    emitAttention(emitter, `${name}.${part}`, `${name}.${part}.out`, taken, sizes, bias);
    return `${name}.${part}.out`;
  });

  const joined = parts.length === 1 ? (parts[0] as string) : step('Concat', parts, 'together', { axis: 1 });
  const order = groups.flatMap(({ queries }) => queries);
  const positions = Array.from({ length: h * w }, () => 0);
  for (const [position, token] of order.entries()) positions[token] = position;
  const ordered = take(joined, positions, h * w, 'ordered');
  emitter.emit('Reshape', [ordered, ints('grid-shape', [-1, h, w, channels])], name);
};
