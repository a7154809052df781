/** Attention within a grid or within windows of it, as ONNX operators. */
import type { Dimension } from '../../graph/shape.ts';
import { emitAttention, emitHeads } from './attention.ts';
import type { Emitter, OnnxRule } from './emitter.ts';

/** Order of axes that swaps rows and columns of [B,heads,s,t,D]. */
const SWAPPED = [0, 1, 3, 2, 4];

/**
 * The table of relative positions of one axis, laid out for products: [side, D, side], entry (i, d, j) = table[i-j+side-1][d].
 */
function unrollTable(emitter: Emitter, table: string, side: number, width: number, result: string): string {
  const positionOf = (i: number, j: number) => i - j + side - 1;
  if (emitter.isParameter(table)) {
    return emitter.derive(table, 'unrolled', [side, width, side], (values) => {
      const unrolled = new Float32Array(side * width * side);
      let at = 0;
      for (let i = 0; i < side; i++) {
        for (let d = 0; d < width; d++) {
          for (let j = 0; j < side; j++, at++) unrolled[at] = values[positionOf(i, j) * width + d] as number;
        }
      }
      return unrolled;
    });
  }
  const positions = Array.from({ length: side * side }, (_, at) =>
    positionOf(Math.floor(at / side), at % side),
  );
  emitter.emit('Gather', [table, emitter.intsConstant(`${result}.positions`, positions)], `${result}.taken`, {
    axis: 0,
  });
  const shape = emitter.intsConstant(`${result}.shape`, [side, side, width]);
  emitter.emit('Reshape', [`${result}.taken`, shape], `${result}.square`);
  emitter.emit('Transpose', [`${result}.square`], result, { perm: [0, 2, 1] });
  return result;
}

/** Where tokens go when a grid is cut into windows, and back. */
interface Windows {
  /** For each position of each window, the token it holds; h * w stands for padding. */
  readonly tokens: readonly number[];
  /** For each token, its position among those of all windows. */
  readonly positions: readonly number[];
  readonly count: number;
}

function cutWindows(h: number, w: number, side: number): Windows {
  const [down, across] = [Math.ceil(h / side), Math.ceil(w / side)];
  const tokens: number[] = [];
  const positions = Array.from({ length: h * w }, () => 0);
  for (let window = 0; window < down * across; window++) {
    const [top, left] = [Math.floor(window / across) * side, (window % across) * side];
    for (let at = 0; at < side * side; at++) {
      const [y, x] = [top + Math.floor(at / side), left + (at % side)];
      if (y < h && x < w) positions[y * w + x] = tokens.length;
      tokens.push(y < h && x < w ? y * w + x : h * w);
    }
  }
  return { tokens, positions, count: down * across };
}

export const lowerGridAttention: OnnxRule<'gridAttention'> = (
  emitter,
  { inputs, name, attributes: { heads, window }, shape },
) => {
  const [qkv, rows, columns, padding] = inputs as [string, string, string, string | undefined];
  const [, h, w, channels] = shape as [Dimension, number, number, number];
  const [s, t] = [window ?? h, window ?? w];
  const width = channels / heads;
  const ints = (suffix: string, values: readonly number[]) =>
    emitter.intsConstant(`${name}.${suffix}`, values);
  const step = (operator: string, from: readonly string[], suffix: string, attributes = {}) => {
    emitter.emit(operator, from, `${name}.${suffix}`, attributes);
    return `${name}.${suffix}`;
  };
  const windows = window === null ? undefined : cutWindows(h, w, window);

  let tokens = step('Reshape', [qkv, ints('token-shape', [0, h * w, 3 * channels])], 'tokens');
  if (windows !== undefined && padding !== undefined) {
    if (windows.tokens.length > h * w) {
      const batch = step('Shape', [qkv], 'batch', { start: 0, end: 1 });
      const size = step('Concat', [batch, ints('padding-rest', [1, 3 * channels])], 'padding-shape', {
        axis: 0,
      });
      const token = step('Expand', [padding, size], 'padding');
      tokens = step('Concat', [tokens, token], 'padded', { axis: 1 });
    }
    const taken = step('Gather', [tokens, ints('window-tokens', windows.tokens)], 'taken', { axis: 1 });
    tokens = step('Reshape', [taken, ints('window-shape', [-1, s * t, 3 * channels])], 'windows');
  }
  const [q, k, v] = ['q', 'k', 'v'].map((part) => `${name}.${part}`) as [string, string, string];
  emitter.emit('Split', [tokens, ints('thirds', [channels, channels, channels])], [q, k, v], { axis: 2 });

  const sizes = { queries: s * t, keys: s * t, heads, width };
  const queries = emitHeads(emitter, q, `${name}.queries`, s * t, sizes);
  // [B,heads,s,t,D] and, for the columns, [B,heads,t,s,D]: a product for each row, or column, of queries.
  const byRow = step('Reshape', [queries, ints('by-row-shape', [-1, heads, s, t, width])], 'by-row');
  const byColumn = step('Transpose', [byRow], 'by-column', { perm: SWAPPED });
  const rowTable = unrollTable(emitter, rows, s, width, `${name}.row-table`);
  const columnTable = unrollTable(emitter, columns, t, width, `${name}.column-table`);
  const rowTerms = step('MatMul', [byRow, rowTable], 'row-terms');
  const turnedTerms = step('MatMul', [byColumn, columnTable], 'turned-terms');
  const columnTerms = step('Transpose', [turnedTerms], 'column-terms', { perm: SWAPPED });
  const tall = step('Reshape', [rowTerms, ints('tall-shape', [-1, heads, s * t, s, 1])], 'tall');
  const wide = step('Reshape', [columnTerms, ints('wide-shape', [-1, heads, s * t, 1, t])], 'wide');

  // Summed before they meet the scores: one of the two sums over all pairs is then of equal shapes, which is quicker.
  const terms = step('Add', [tall, wide], 'terms');
  const bias = step('Reshape', [terms, ints('bias-shape', [-1, heads, s * t, s * t])], 'bias');

  let out = windows === undefined ? `${name}.tokens-out` : `${name}.windows-out`;
  emitAttention(emitter, name, out, { q: queries, k, v }, sizes, bias);
  if (windows !== undefined) {
    const regrouped = step(
      'Reshape',
      [out, ints('regrouped-shape', [-1, windows.tokens.length, channels])],
      'regrouped',
    );
    out = step('Gather', [regrouped, ints('window-positions', windows.positions)], 'returned', { axis: 1 });
  }
  emitter.emit('Reshape', [out, ints('grid-shape', [-1, h, w, channels])], name);
};
