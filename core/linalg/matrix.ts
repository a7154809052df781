/**
 * Dense row-major matrices and the one heavy product of the search, A Bᵀ. The product is an interface, so that another
 * implementation can be injected; the default is blocked JavaScript with float64 accumulation.
 */
import { invariant } from '../errors.ts';

/** A row-major matrix; `data[row * columns + column]`. */
export interface Matrix {
  readonly data: Float32Array | Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** Matrix products. An implementation must accumulate in float64: distances are small differences of large sums. */
export interface MatMul {
  /** A Bᵀ, [a.rows, b.rows] row-major, of matrices with equal `columns`. */
  productTransposed(a: Matrix, b: Matrix): Float64Array | Promise<Float64Array>;
}

/** Rows `from` to `from + count` as a view on the same memory. */
export function rowBlock(matrix: Matrix, from: number, count: number): Matrix {
  const { columns } = matrix;
  return { data: matrix.data.subarray(from * columns, (from + count) * columns), rows: count, columns };
}

/** A copy of the given rows, in the order given, in the element type of the source. */
export function gatherRows(matrix: Matrix, indices: ArrayLike<number>): Matrix {
  const { columns } = matrix;
  const size = indices.length * columns;
  const data = matrix.data instanceof Float32Array ? new Float32Array(size) : new Float64Array(size);
  for (let i = 0; i < indices.length; i++) {
    const start = (indices[i] as number) * columns;
    data.set(matrix.data.subarray(start, start + columns), i * columns);
  }
  return { data, rows: indices.length, columns };
}

/** The transposed matrix, as a float64 copy. */
export function transpose(matrix: Matrix): Matrix {
  const { data, rows, columns } = matrix;
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j] as number;
  }
  return { data: out, rows: columns, columns: rows };
}

/** Mean of every column over the given rows (default: all), in float64. Empty selections give NaN. */
export function columnMeans(matrix: Matrix, indices?: ArrayLike<number>): Float64Array {
  const { data, columns } = matrix;
  const count = indices?.length ?? matrix.rows;
  const means = new Float64Array(columns);
  for (let i = 0; i < count; i++) {
    const start = (indices === undefined ? i : (indices[i] as number)) * columns;
    for (let j = 0; j < columns; j++) means[j] = (means[j] as number) + (data[start + j] as number);
  }
  for (let j = 0; j < columns; j++) means[j] = (means[j] as number) / count;
  return means;
}

/** Squared Euclidean norm of every row, in float64. */
export function squaredRowNorms(matrix: Matrix): Float64Array {
  const { data, rows, columns } = matrix;
  const norms = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = i * columns; j < (i + 1) * columns; j++) {
      const x = data[j] as number;
      sum += x * x;
    }
    norms[i] = sum;
  }
  return norms;
}

/** True when every element is finite. */
export function isFiniteMatrix(matrix: Matrix): boolean {
  return matrix.data.every((x) => Number.isFinite(x));
}

// Sides of the blocks that are packed into float64 scratch: two of 128 KiB, which stay in the second cache level.
const BLOCK_ROWS = 64;
const BLOCK_DEPTH = 256;

function pack(
  from: Matrix,
  row: number,
  rows: number,
  column: number,
  depth: number,
  into: Float64Array,
): void {
  for (let i = 0; i < rows; i++) {
    const start = (row + i) * from.columns + column;
    for (let k = 0; k < depth; k++) into[i * depth + k] = from.data[start + k] as number;
  }
}

/** Adds the product of two packed blocks to `out`, two rows by four columns at a time: eight sums fit the registers. */
function multiplyBlocks(
  a: Float64Array,
  aRows: number,
  b: Float64Array,
  bRows: number,
  depth: number,
  out: Float64Array,
  outStart: number,
  outStride: number,
): void {
  for (let i = 0; i < aRows; i += 2) {
    // An odd last row is multiplied twice and written once: simpler than a second kernel.
    const a0 = i * depth;
    const a1 = i + 1 < aRows ? a0 + depth : a0;
    for (let j = 0; j < bRows; j += 4) {
      const last = (bRows - 1) * depth;
      const b0 = j * depth;
      const b1 = Math.min(b0 + depth, last);
      const b2 = Math.min(b0 + 2 * depth, last);
      const b3 = Math.min(b0 + 3 * depth, last);
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s03 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s13 = 0;
      for (let k = 0; k < depth; k++) {
        const x0 = a[a0 + k] as number;
        const x1 = a[a1 + k] as number;
        const y0 = b[b0 + k] as number;
        const y1 = b[b1 + k] as number;
        const y2 = b[b2 + k] as number;
        const y3 = b[b3 + k] as number;
        s00 += x0 * y0;
        s01 += x0 * y1;
        s02 += x0 * y2;
        s03 += x0 * y3;
        s10 += x1 * y0;
        s11 += x1 * y1;
        s12 += x1 * y2;
        s13 += x1 * y3;
      }
      const width = Math.min(4, bRows - j);
      const top = outStart + i * outStride + j;
      out[top] = (out[top] as number) + s00;
      if (width > 1) out[top + 1] = (out[top + 1] as number) + s01;
      if (width > 2) out[top + 2] = (out[top + 2] as number) + s02;
      if (width > 3) out[top + 3] = (out[top + 3] as number) + s03;
      if (i + 1 === aRows) continue;
      const low = top + outStride;
      out[low] = (out[low] as number) + s10;
      if (width > 1) out[low + 1] = (out[low + 1] as number) + s11;
      if (width > 2) out[low + 2] = (out[low + 2] as number) + s12;
      if (width > 3) out[low + 3] = (out[low + 3] as number) + s13;
    }
  }
}

/**
 * A Bᵀ in float64 whatever the element types.
 * Shapes: `a` [m, d], `b` [n, d]; result [m, n].
 * Cost: m n d multiplications, one allocation of the result and two scratch blocks.
 */
export function productTransposed(a: Matrix, b: Matrix): Float64Array {
  invariant(a.columns === b.columns, 'productTransposed needs matrices with equally many columns');
  const out = new Float64Array(a.rows * b.rows);
  const blockA = new Float64Array(BLOCK_ROWS * BLOCK_DEPTH);
  const blockB = new Float64Array(BLOCK_ROWS * BLOCK_DEPTH);
  for (let k = 0; k < a.columns; k += BLOCK_DEPTH) {
    const depth = Math.min(BLOCK_DEPTH, a.columns - k);
    for (let j = 0; j < b.rows; j += BLOCK_ROWS) {
      const bRows = Math.min(BLOCK_ROWS, b.rows - j);
      pack(b, j, bRows, k, depth, blockB);
      for (let i = 0; i < a.rows; i += BLOCK_ROWS) {
        const aRows = Math.min(BLOCK_ROWS, a.rows - i);
        pack(a, i, aRows, k, depth, blockA);
        multiplyBlocks(blockA, aRows, blockB, bRows, depth, out, i * b.rows + j, b.rows);
      }
    }
  }
  return out;
}

/** The default products: blocked JavaScript on the calling thread. */
export const javaScriptMatMul: MatMul = { productTransposed };
