/** The operations on maps in float64, written for plainness: each is its formula in `graph/ops.ts`, loop by loop. */
import type { MapOperations, Window } from '../../graph/ops.ts';
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

/** The two source positions and the weight of the second, for one axis of a bilinear resize. */
function bilinearTap(target: number, inLength: number, outLength: number): [number, number, number] {
  const source = Math.min(Math.max(((target + 0.5) * inLength) / outLength - 0.5, 0), inLength - 1);
  const low = Math.floor(source);
  return [low, Math.min(low + 1, inLength - 1), source - low];
}

export const mapKernels: { readonly [K in keyof MapOperations]: ReferenceKernel<K> } = {
  conv2d(inputs, { stride, padding }, shape) {
    const map = operand(inputs);
    const weight = operand(inputs, 1);
    const bias = inputs[2];
    const [, , h, w] = mapSizes(map.shape);
    const [outChannels, channels, size] = mapSizes(weight.shape);
    const [n, , outH, outW] = mapSizes(shape);
    const out = new Float64Array(elementCount(shape));
    let at = 0;
    for (let image = 0; image < n; image++) {
      for (let o = 0; o < outChannels; o++) {
        for (let y = 0; y < outH; y++) {
          for (let x = 0; x < outW; x++) {
            let sum = bias === undefined ? 0 : (bias.data[o] as number);
            for (let i = 0; i < channels; i++) {
              for (let ky = 0; ky < size; ky++) {
                const row = y * stride + ky - padding;
                if (row < 0 || row >= h) continue;
                for (let kx = 0; kx < size; kx++) {
                  const column = x * stride + kx - padding;
                  if (column < 0 || column >= w) continue;
                  sum +=
                    (map.data[((image * channels + i) * h + row) * w + column] as number) *
                    (weight.data[((o * channels + i) * size + ky) * size + kx] as number);
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
  averagePool: (inputs, window, shape) => slideWindow(operand(inputs), window, shape, meanOf),
  maxPool: (inputs, window, shape) => slideWindow(operand(inputs), window, shape, maxOf),
  resize(inputs, { height, width }, shape) {
    const input = operand(inputs);
    const [n, c, h, w] = mapSizes(input.shape);
    const out = new Float64Array(elementCount(shape));
    const pixel = (plane: number, y: number, x: number) => input.data[(plane * h + y) * w + x] as number;
    let at = 0;
    for (let plane = 0; plane < n * c; plane++) {
      for (let y = 0; y < height; y++) {
        const [y0, y1, fy] = bilinearTap(y, h, height);
        for (let x = 0; x < width; x++) {
          const [x0, x1, fx] = bilinearTap(x, w, width);
          const top = pixel(plane, y0, x0) * (1 - fx) + pixel(plane, y0, x1) * fx;
          const bottom = pixel(plane, y1, x0) * (1 - fx) + pixel(plane, y1, x1) * fx;
          out[at++] = top * (1 - fy) + bottom * fy;
        }
      }
    }
    return out;
  },
};
