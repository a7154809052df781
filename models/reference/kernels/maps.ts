/** The operations on maps in float64, written for plainness: each is its formula in `graph/ops.ts`, loop by loop. */
import type { MapOperations, ResizeCentres, Window } from '../../graph/ops.ts';
import { elementCount } from '../../graph/shape.ts';
import { maxOf, meanOf, operand, type ReferenceKernel, type Tensor64 } from './kernel.ts';

/** Sizes of a map; verified graphs have rank 4 wherever this is used. */
function mapSizes(shape: readonly number[]): [number, number, number, number] {
  return shape as [number, number, number, number];
}

/** Slides a window over a map and combines its elements that lie inside. */
function slideWindow(
  input: Tensor64,
  { size, stride, padding }: Window,
  shape: readonly number[],
  combine: (values: readonly number[]) => number,
): Float64Array {
  const [n, c, h, w] = mapSizes(input.shape);
  const [, , outH, outW] = mapSizes(shape);
  const out = new Float64Array(elementCount(shape));
  let at = 0;
  for (let plane = 0; plane < n * c; plane++) {
    for (let y = 0; y < outH; y++) {
      for (let x = 0; x < outW; x++) {
        const values: number[] = [];
        for (let ky = 0; ky < size; ky++) {
          const row = y * stride + ky - padding;
          if (row < 0 || row >= h) continue;
          for (let kx = 0; kx < size; kx++) {
            const column = x * stride + kx - padding;
            if (column < 0 || column >= w) continue;
            values.push(input.data[(plane * h + row) * w + column] as number);
          }
        }
        out[at++] = combine(values);
      }
    }
  }
  return out;
}

type SourcePosition = (target: number, inLength: number, outLength: number) => number;

export const sourcePositions: Readonly<Record<ResizeCentres, SourcePosition>> = {
  'half-pixel': (target, inLength, outLength) => ((target + 0.5) * inLength) / outLength - 0.5,
  'align-corners': (target, inLength, outLength) =>
    outLength === 1 ? 0 : (target * (inLength - 1)) / (outLength - 1),
};

/** The two source positions and the weight of the second, for one axis of a bilinear resize. */
export function bilinearTap(position: number, inLength: number): [number, number, number] {
  const source = Math.min(Math.max(position, 0), inLength - 1);
  const low = Math.floor(source);
  return [low, Math.min(low + 1, inLength - 1), source - low];
}

/** A map's elements, each changed with knowledge of its channel. */
function mapByChannel(
  { shape, data }: Tensor64,
  change: (value: number, channel: number) => number,
): Float64Array {
  const [, c, h, w] = mapSizes(shape);
  return data.map((value, at) => change(value, Math.floor(at / (h * w)) % c));
}

/** Each run of `length` neighbours with its mean taken off, divided by the root of its biased variance plus epsilon. */
function standardizeRuns(data: Float64Array, length: number, epsilon: number): Float64Array {
  const out = new Float64Array(data.length);
  for (let start = 0; start < data.length; start += length) {
    const run = Array.from(data.subarray(start, start + length));
    const mean = meanOf(run);
    const variance = meanOf(run.map((value) => (value - mean) ** 2));
    out.set(
      run.map((value) => (value - mean) / Math.sqrt(variance + epsilon)),
      start,
    );
  }
  return out;
}

export const mapKernels: { readonly [K in keyof MapOperations]: ReferenceKernel<K> } = {
  conv2d(inputs, { stride, padding: [rows, columns] }, shape) {
    const map = operand(inputs);
    const weight = operand(inputs, 1);
    const bias = inputs[2];
    const [, , h, w] = mapSizes(map.shape);
    const [outChannels, channels, kernelHeight, kernelWidth] = mapSizes(weight.shape);
    const [n, , outH, outW] = mapSizes(shape);
    const out = new Float64Array(elementCount(shape));
    let at = 0;
    for (let image = 0; image < n; image++) {
      for (let o = 0; o < outChannels; o++) {
        for (let y = 0; y < outH; y++) {
          for (let x = 0; x < outW; x++) {
            let sum = bias === undefined ? 0 : (bias.data[o] as number);
            for (let i = 0; i < channels; i++) {
              for (let ky = 0; ky < kernelHeight; ky++) {
                const row = y * stride + ky - rows;
                if (row < 0 || row >= h) continue;
                for (let kx = 0; kx < kernelWidth; kx++) {
                  const column = x * stride + kx - columns;
                  if (column < 0 || column >= w) continue;
                  sum +=
                    (map.data[((image * channels + i) * h + row) * w + column] as number) *
                    (weight.data[((o * channels + i) * kernelHeight + ky) * kernelWidth + kx] as number);
                }
              }
            }
            out[at++] = sum;
          }
        }
      }
    }
    return out;
  },
  convTranspose2d(inputs, { stride }, shape) {
    const map = operand(inputs);
    const weight = operand(inputs, 1);
    const bias = inputs[2];
    const [, channels, h, w] = mapSizes(map.shape);
    const [, outChannels, outH, outW] = mapSizes(shape);
    return new Float64Array(elementCount(shape)).map((_, at) => {
      const x = at % outW;
      const y = Math.floor(at / outW) % outH;
      const o = Math.floor(at / (outW * outH)) % outChannels;
      const image = Math.floor(at / (outW * outH * outChannels));
      const source = Math.floor(y / stride) * w + Math.floor(x / stride);
      const tap = (y % stride) * stride + (x % stride);
      let sum = bias === undefined ? 0 : (bias.data[o] as number);
      for (let i = 0; i < channels; i++) {
        sum +=
          (map.data[(image * channels + i) * h * w + source] as number) *
          (weight.data[(i * outChannels + o) * stride * stride + tap] as number);
      }
      return sum;
    });
  },
  averagePool: (inputs, window, shape) =>
    slideWindow(
      operand(inputs),
      window,
      shape,
      window.countPadding ? (values) => (meanOf(values) * values.length) / window.size ** 2 : meanOf,
    ),
  maxPool: (inputs, window, shape) => slideWindow(operand(inputs), window, shape, maxOf),
  resize(inputs, { height, width, centres }, shape) {
    const input = operand(inputs);
    const [n, c, h, w] = mapSizes(input.shape);
    const sourceOf = sourcePositions[centres];
    const out = new Float64Array(elementCount(shape));
    const pixel = (plane: number, y: number, x: number) => input.data[(plane * h + y) * w + x] as number;
    let at = 0;
    for (let plane = 0; plane < n * c; plane++) {
      for (let y = 0; y < height; y++) {
        const [y0, y1, fy] = bilinearTap(sourceOf(y, h, height), h);
        for (let x = 0; x < width; x++) {
          const [x0, x1, fx] = bilinearTap(sourceOf(x, w, width), w);
          const top = pixel(plane, y0, x0) * (1 - fx) + pixel(plane, y0, x1) * fx;
          const bottom = pixel(plane, y1, x0) * (1 - fx) + pixel(plane, y1, x1) * fx;
          out[at++] = top * (1 - fy) + bottom * fy;
        }
      }
    }
    return out;
  },
  pad(inputs, { rows, columns }, shape) {
    const input = operand(inputs);
    const [n, c, h, w] = mapSizes(input.shape);
    const [, , outH, outW] = mapSizes(shape);
    const out = new Float64Array(elementCount(shape));
    for (let line = 0; line < n * c * h; line++) {
      const plane = Math.floor(line / h);
      const target = (plane * outH + rows[0] + (line % h)) * outW + columns[0];
      out.set(input.data.subarray(line * w, (line + 1) * w), target);
    }
    return out;
  },
  batchNorm(inputs, { epsilon }) {
    const [map, scale, shift, mean, variance] = [0, 1, 2, 3, 4].map((at) => operand(inputs, at)) as [
      Tensor64,
      Tensor64,
      Tensor64,
      Tensor64,
      Tensor64,
    ];
    return mapByChannel(
      map,
      (x, c) =>
        ((x - (mean.data[c] as number)) / Math.sqrt((variance.data[c] as number) + epsilon)) *
          (scale.data[c] as number) +
        (shift.data[c] as number),
    );
  },
  groupNorm(inputs, { groups, epsilon }) {
    const [map, scale, shift] = [operand(inputs), operand(inputs, 1), operand(inputs, 2)];
    const [n] = mapSizes(map.shape);
    const normalised = standardizeRuns(map.data, map.data.length / (n * groups), epsilon);
    return mapByChannel(
      { shape: map.shape, data: normalised },
      (x, c) => x * (scale.data[c] as number) + (shift.data[c] as number),
    );
  },
  weightStandardize(inputs, { epsilon }) {
    const weight = operand(inputs);
    const [outChannels] = mapSizes(weight.shape);
    return standardizeRuns(weight.data, weight.data.length / outChannels, epsilon);
  },
};
