/** Gradients of the operations on tokens in float64: each is its formula in `graph/gradient-ops/tokens.ts`. */
import type { TokenGradients } from '../../graph/gradient-ops/tokens.ts';
import { elementCount } from '../../graph/shape.ts';
import { operand, type Tensor64 } from '../kernels/kernel.ts';
import { forEachGridQuery, forEachQuery, gridTokens, type Key, scoreGradients } from './attention.ts';
import { accumulate, dataOf, firstShape, type GradientKernel } from './kernel.ts';
import { alongAxis, normaliseInputGradient, normaliseScaleGradient } from './normalise.ts';

/** A matrix within an array: element (row, column) is at offset + row * rowStride + column * columnStride. */
interface MatrixView {
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly offset?: number;
  readonly rowStride?: number;
  readonly columnStride?: number;
}

/** The matrix of a tensor whose last axis gives the columns. */
function matrixOf({ shape, data }: Tensor64): MatrixView {
  const columns = shape.at(-1) as number;
  return { data, rows: data.length / columns, columns };
}

function transposed(matrix: MatrixView): MatrixView {
  const { data, rows, columns, offset = 0, rowStride = columns, columnStride = 1 } = matrix;
  return { data, rows: columns, columns: rows, offset, rowStride: columnStride, columnStride: rowStride };
}

/** The product of two matrices, row-major. */
function product(a: MatrixView, b: MatrixView): Float64Array {
  const { offset: aOffset = 0, rowStride: aRow = a.columns, columnStride: aColumn = 1 } = a;
  const { offset: bOffset = 0, rowStride: bRow = b.columns, columnStride: bColumn = 1 } = b;
  const out = new Float64Array(a.rows * b.columns);
  for (let row = 0; row < a.rows; row++) {
    for (let inner = 0; inner < a.columns; inner++) {
      const value = a.data[aOffset + row * aRow + inner * aColumn] as number;
      for (let column = 0; column < b.columns; column++) {
        accumulate(
          out,
          row * b.columns + column,
          value * (b.data[bOffset + inner * bRow + column * bColumn] as number),
        );
      }
    }
  }
  return out;
}

/** `count` columns of a row-major matrix, from `start` on. */
function columnsOf(matrix: MatrixView, start: number, count: number): MatrixView {
  return { ...matrix, columns: count, offset: start, rowStride: matrix.columns };
}

function add(target: Float64Array, values: Float64Array): void {
  values.forEach((value, index) => accumulate(target, index, value));
}

/** Adds values[from + d] * factor to `width` elements of `target`. */
function addScaled(
  target: Float64Array,
  to: number,
  values: Float64Array,
  from: number,
  factor: number,
  width: number,
): void {
  for (let d = 0; d < width; d++) accumulate(target, to + d, (values[from + d] as number) * factor);
}

/** The gradients of everything that attention in a grid reads; of tokens and padding in one array, padding last. */
function gridGradients(inputs: readonly Tensor64[], attributes: TokenGradients['gridAttentionGradient']) {
  const { heads, window } = attributes;
  const [dOut, ...operands] = inputs as [Tensor64, ...Tensor64[]];
  const [out, logSumExp] = dataOf(operands.slice(-2)) as [Float64Array, Float64Array];
  const [rows, columns] = [operand(operands, 1).data, operand(operands, 2).data];
  const width = (dOut.shape[3] as number) / heads;
  const tokens = gridTokens(operands, window);
  const dTokens = new Float64Array(tokens.length);
  const dRows = new Float64Array(rows.length);
  const dColumns = new Float64Array(columns.length);
  forEachGridQuery(operands, attributes, (query) => {
    const kept = { dOut: dOut.data, values: tokens, out, logSumExp, width };
    const { probabilities, dScores } = scoreGradients(query, kept);
    for (const [at, { key, value, row, column }] of query.keys.entries()) {
      const dScore = dScores[at] as number;
      const dProduct = dScore / Math.sqrt(width);
      addScaled(dTokens, query.query, tokens, key, dProduct, width);
      addScaled(dTokens, query.query, rows, row, dScore, width);
      addScaled(dTokens, query.query, columns, column, dScore, width);
      addScaled(dTokens, key, tokens, query.query, dProduct, width);
      addScaled(dTokens, value, dOut.data, query.out, probabilities[at] as number, width);
      addScaled(dRows, row, tokens, query.query, dScore, width);
      addScaled(dColumns, column, tokens, query.query, dScore, width);
    }
  });
  const tokenCount = operand(operands).data.length;
  return { dqkv: dTokens.slice(0, tokenCount), dPadding: dTokens.slice(tokenCount), dRows, dColumns };
}

/** The product of each image's matrices. */
function productOfEach(a: Tensor64, b: Tensor64, turn: 'a' | 'b'): Float64Array {
  const matrixAt = ({ shape, data }: Tensor64, image: number): MatrixView => {
    const [, rows, columns] = shape as [number, number, number];
    return { data: data.subarray(image * rows * columns, (image + 1) * rows * columns), rows, columns };
  };
  const images = Array.from({ length: a.shape[0] as number }, (_, image) => {
    const [left, right] = [matrixAt(a, image), matrixAt(b, image)];
    return turn === 'a' ? product(transposed(left), right) : product(left, transposed(right));
  });
  return Float64Array.from(images.flatMap((image) => Array.from(image)));
}

/** dOut, x, mean and rstd of a layer norm. */
function layerNormOperands(inputs: readonly Tensor64[], meanIndex: number, axis: number) {
  const [dOut, x] = [operand(inputs).data, operand(inputs, 1)];
  const [mean, rstd] = [operand(inputs, meanIndex).data, operand(inputs, meanIndex + 1).data];
  return { dOut, x: x.data, mean, rstd, partition: alongAxis(x.shape, axis) };
}

export const tokenGradientKernels: { readonly [K in keyof TokenGradients]: GradientKernel<K> } = {
  linearInputGradient(inputs, { adapters }) {
    const dOut = matrixOf(operand(inputs));
    const out = product(dOut, matrixOf(operand(inputs, 1)));
    for (const [index, offset] of adapters.entries()) {
      const [a, b] = [matrixOf(operand(inputs, 2 + 2 * index)), matrixOf(operand(inputs, 3 + 2 * index))];
      const up = product(columnsOf(dOut, offset, b.rows), b);
      add(out, product({ data: up, rows: dOut.rows, columns: b.columns }, a));
    }
    return [out];
  },
  linearWeightGradient: (inputs) => [
    product(transposed(matrixOf(operand(inputs))), matrixOf(operand(inputs, 1))),
  ],
  adapterGradient(inputs, { offset }) {
    const [dOut, x, a, b] = inputs.map(matrixOf) as [MatrixView, MatrixView, MatrixView, MatrixView];
    const e = columnsOf(dOut, offset, b.rows);
    const up = { data: product(e, b), rows: dOut.rows, columns: b.columns };
    const down = { data: product(x, transposed(a)), rows: x.rows, columns: a.rows };
    return [product(transposed(up), x), product(transposed(e), down)];
  },
  layerNormInputGradient(inputs, { axis }) {
    const scale = operand(inputs, 2).data;
    return [normaliseInputGradient(layerNormOperands(inputs, 3, axis), (c) => scale[c] as number)];
  },
  layerNormScaleGradient: (inputs, { axis }, shapes) => [
    normaliseScaleGradient(layerNormOperands(inputs, 2, axis), elementCount(firstShape(shapes))),
  ],
  attentionGradient(inputs, attributes) {
    const [dOut, q, k, v, out, logSumExp] = inputs as [
      Tensor64,
      Tensor64,
      Tensor64,
      Tensor64,
      Tensor64,
      Tensor64,
    ];
    const width = (q.shape[2] as number) / attributes.heads;
    const [dq, dk, dv] = [q, k, v].map(({ data }) => new Float64Array(data.length)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const kept = { dOut: dOut.data, values: v.data, out: out.data, logSumExp: logSumExp.data, width };
    forEachQuery([q, k], attributes, (query) => {
      const { probabilities, dScores } = scoreGradients(query, kept);
      for (let at = 0; at < dScores.length; at++) {
        const { key, value } = query.keys[at] as Key;
        const dProduct = (dScores[at] as number) / Math.sqrt(width);
        addScaled(dq, query.query, k.data, key, dProduct, width);
        addScaled(dk, key, q.data, query.query, dProduct, width);
        addScaled(dv, value, dOut.data, query.out, probabilities[at] as number, width);
      }
    });
    return [dq, dk, dv];
  },
  gridAttentionGradient: (inputs, attributes) => [gridGradients(inputs, attributes).dqkv],
  gridAttentionTableGradient(inputs, attributes) {
    const { dRows, dColumns } = gridGradients(inputs, attributes);
    return [dRows, dColumns];
  },
  gridAttentionPaddingGradient: (inputs, attributes) => [gridGradients(inputs, attributes).dPadding],
  matmulLeftGradient: (inputs) => [productOfEach(operand(inputs), operand(inputs, 1), 'b')],
  matmulRightGradient: (inputs) => [productOfEach(operand(inputs), operand(inputs, 1), 'a')],
};
