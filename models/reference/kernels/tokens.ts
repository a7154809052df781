/** The operations on tokens in float64, written for plainness: each is its formula in `graph/ops.ts`, loop by loop. */
import type { TokenOperations } from '../../graph/ops.ts';
import { elementCount } from '../../graph/shape.ts';
import { operand, type ReferenceKernel, type Tensor64 } from './kernel.ts';

/** Adds x W^T to features `offset` and up of each row of `out`, whose rows have `outputCount` features. */
function addProduct(
  out: Float64Array,
  outputCount: number,
  offset: number,
  x: Float64Array,
  weight: Tensor64,
): void {
  const [span, inputCount] = weight.shape as [number, number];
  for (let row = 0; row * inputCount < x.length; row++) {
    for (let o = 0; o < span; o++) {
      let sum = 0;
      for (let i = 0; i < inputCount; i++) {
        sum += (x[row * inputCount + i] as number) * (weight.data[o * inputCount + i] as number);
      }
      const at = row * outputCount + offset + o;
      out[at] = (out[at] as number) + sum;
    }
  }
}

/** Softmax of scores in place. */
function softmax(scores: Float64Array): void {
  const largest = scores.reduce((best, score) => Math.max(best, score), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    const weight = Math.exp((scores[i] as number) - largest);
    scores[i] = weight;
    sum += weight;
  }
  for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] as number) / sum;
}

/** Sum of a[aOffset + d] * b[bOffset + d] over `count` elements. */
function dot(a: Float64Array, aOffset: number, b: Float64Array, bOffset: number, count: number): number {
  let sum = 0;
  for (let d = 0; d < count; d++) sum += (a[aOffset + d] as number) * (b[bOffset + d] as number);
  return sum;
}

/** Adds the sum of weights[s] * values[offsets[s] + d] over s to `count` elements of `out`. */
function addWeighted(
  out: Float64Array,
  outOffset: number,
  weights: Float64Array,
  values: Float64Array,
  offsetOf: (index: number) => number,
  count: number,
): void {
  for (let s = 0; s < weights.length; s++) {
    const offset = offsetOf(s);
    for (let d = 0; d < count; d++) {
      out[outOffset + d] =
        (out[outOffset + d] as number) + (weights[s] as number) * (values[offset + d] as number);
    }
  }
}

export const tokenKernels: { readonly [K in keyof TokenOperations]: ReferenceKernel<K> } = {
  linear(inputs, { bias, adapters }, shape) {
    const x = operand(inputs).data;
    const weight = operand(inputs, 1);
    const [outputCount] = weight.shape as [number, number];
    const out = new Float64Array(elementCount(shape));
    if (bias) {
      const { data } = operand(inputs, 2);
      for (let at = 0; at < out.length; at += outputCount) out.set(data, at);
    }
    addProduct(out, outputCount, 0, x, weight);
    const pairs = inputs.slice(bias ? 3 : 2);
    for (const [index, offset] of adapters.entries()) {
      const [a, b] = [operand(pairs, 2 * index), operand(pairs, 2 * index + 1)];
      const [rank, inputCount] = a.shape as [number, number];
      const down = new Float64Array((x.length / inputCount) * rank);
      addProduct(down, rank, 0, x, a);
      addProduct(out, outputCount, offset, down, b);
    }
    return out;
  },
  layerNorm(inputs, { axis, epsilon }, shape) {
    const [x, scale, shift] = [operand(inputs), operand(inputs, 1), operand(inputs, 2)];
    const count = shape[axis] as number;
    const stride = elementCount(shape.slice(axis + 1));
    const out = new Float64Array(x.data.length);
    for (let outer = 0; outer < elementCount(shape.slice(0, axis)); outer++) {
      for (let inner = 0; inner < stride; inner++) {
        const at = (c: number) => (outer * count + c) * stride + inner;
        let mean = 0;
        for (let c = 0; c < count; c++) mean += (x.data[at(c)] as number) / count;
        let variance = 0;
        for (let c = 0; c < count; c++) variance += ((x.data[at(c)] as number) - mean) ** 2 / count;
        const deviation = Math.sqrt(variance + epsilon);
        for (let c = 0; c < count; c++) {
          const normalised = ((x.data[at(c)] as number) - mean) / deviation;
          out[at(c)] = normalised * (scale.data[c] as number) + (shift.data[c] as number);
        }
      }
    }
    return out;
  },
  attention(inputs, { heads }, shape) {
    const [q, k, v] = [operand(inputs), operand(inputs, 1), operand(inputs, 2)];
    const [n, t, channels] = shape as [number, number, number];
    const s = k.shape[1] as number;
    const width = channels / heads;
    const out = new Float64Array(elementCount(shape));
    for (let image = 0; image < n; image++) {
      for (let head = 0; head < heads; head++) {
        const keyAt = (index: number) => (image * s + index) * channels + head * width;
        for (let query = 0; query < t; query++) {
          const at = (image * t + query) * channels + head * width;
          const scores = Float64Array.from(
            { length: s },
            (_, key) => dot(q.data, at, k.data, keyAt(key), width) / Math.sqrt(width),
          );
          softmax(scores);
          addWeighted(out, at, scores, v.data, keyAt, width);
        }
      }
    }
    return out;
  },
  gridAttention(inputs, { heads, window }, shape) {
    const [qkv, rows, columns] = [operand(inputs), operand(inputs, 1), operand(inputs, 2)];
    const [n, h, w, channels] = shape as [number, number, number, number];
    const [s, t] = [window ?? h, window ?? w];
    const width = channels / heads;
    // The padding stands behind the tokens, so that one offset names either.
    const tokens = new Float64Array(qkv.data.length + 3 * channels);
    tokens.set(qkv.data);
    if (window !== null) tokens.set(operand(inputs, 3).data, qkv.data.length);
    const out = new Float64Array(elementCount(shape));
    for (let image = 0; image < n; image++) {
      const tokenAt = (y: number, x: number) =>
        y < h && x < w ? ((image * h + y) * w + x) * 3 * channels : qkv.data.length;
      for (let y = 0; y < h; y++) {
        for (let x = 0; x < w; x++) {
          const [top, left] = [y - (y % s), x - (x % t)];
          const keys = Array.from({ length: s * t }, (_, key) =>
            tokenAt(top + Math.floor(key / t), left + (key % t)),
          );
          for (let head = 0; head < heads; head++) {
            const query = tokenAt(y, x) + head * width;
            const ofKey = (key: number) => (keys[key] as number) + channels + head * width;
            const scores = Float64Array.from(keys, (_, key) => {
              const row = (y - top - Math.floor(key / t) + s - 1) * width;
              const column = (x - left - (key % t) + t - 1) * width;
              return (
                dot(tokens, query, tokens, ofKey(key), width) / Math.sqrt(width) +
                dot(tokens, query, rows.data, row, width) +
                dot(tokens, query, columns.data, column, width)
              );
            });
            softmax(scores);
            const at = ((image * h + y) * w + x) * channels + head * width;
            addWeighted(out, at, scores, tokens, (key) => ofKey(key) + channels, width);
          }
        }
      }
    }
    return out;
  },
  matmul(inputs, _, shape) {
    const [a, b] = [operand(inputs), operand(inputs, 1)];
    const [n, rows, columns] = shape as [number, number, number];
    const inner = a.shape[2] as number;
    const out = new Float64Array(elementCount(shape));
    for (let image = 0; image < n; image++) {
      for (let row = 0; row < rows; row++) {
        addWeighted(
          out,
          (image * rows + row) * columns,
          a.data.subarray((image * rows + row) * inner, (image * rows + row + 1) * inner),
          b.data,
          (index) => (image * inner + index) * columns,
          columns,
        );
      }
    }
    return out;
  },
};
