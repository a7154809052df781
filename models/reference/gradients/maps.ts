/** Gradients of the operations on maps in float64: each is its formula in `graph/gradient-ops/maps.ts`, loop by loop. */
import type { MapGradients } from '../../graph/gradient-ops/maps.ts';
import type { Window } from '../../graph/ops.ts';
import { elementCount } from '../../graph/shape.ts';
import { bilinearTap, sourcePositions } from '../kernels/maps.ts';
import { operand, type Tensor64 } from '../kernels/kernel.ts';
import { accumulate, dataOf, firstShape, type GradientKernel } from './kernel.ts';
import {
  momentsOf,
  normaliseInputGradient,
  normaliseScaleGradient,
  rstdOf,
  withinChannels,
  withinGroups,
  withinRows,
} from './normalise.ts';

type Sizes = [number, number, number, number];

/** Places along a row that a convolution multiplies by one weight: `count` neighbours of the result, and the map's at `stride`. */
interface Run {
  readonly out: number;
  readonly map: number;
  readonly tap: number;
  readonly count: number;
}

/** Visits all that a convolution multiplies, by offsets in the result, in the map and in the weight. */
function forEachRun(
  [n, outChannels, outH, outW]: Sizes,
  [, channels, h, w]: Sizes,
  [kernelHeight, kernelWidth]: readonly [number, number],
  {
    stride,
    padding: [rows, columns],
  }: { readonly stride: number; readonly padding: readonly [number, number] },
  visit: (run: Run) => void,
): void {
  for (let tap = 0; tap < outChannels * channels * kernelHeight * kernelWidth; tap++) {
    const [kx, ky] = [tap % kernelWidth, Math.floor(tap / kernelWidth) % kernelHeight];
    const i = Math.floor(tap / (kernelWidth * kernelHeight)) % channels;
    const o = Math.floor(tap / (kernelWidth * kernelHeight * channels));
    // The first and the last column of the result whose source lies inside the map.
    const first = Math.max(0, Math.ceil((columns - kx) / stride));
    const last = Math.min(outW - 1, Math.floor((w - 1 + columns - kx) / stride));
    if (last < first) continue;
    for (let image = 0; image < n; image++) {
      for (let y = 0; y < outH; y++) {
        const row = y * stride + ky - rows;
        if (row < 0 || row >= h) continue;
        visit({
          out: ((image * outChannels + o) * outH + y) * outW + first,
          map: ((image * channels + i) * h + row) * w + first * stride + kx - columns,
          tap,
          count: last - first + 1,
        });
      }
    }
  }
}

/** Visits each place of a pool's result with the places of its window that lie inside the map. */
function forEachWindow(
  [n, c, outH, outW]: Sizes,
  [, , h, w]: Sizes,
  { size, stride, padding }: Window,
  visit: (out: number, places: readonly number[]) => void,
): void {
  for (let out = 0; out < n * c * outH * outW; out++) {
    const [x, y, plane] = [out % outW, Math.floor(out / outW) % outH, Math.floor(out / (outW * outH))];
    const places: number[] = [];
    for (let tap = 0; tap < size * size; tap++) {
      const row = y * stride + Math.floor(tap / size) - padding;
      const column = x * stride + (tap % size) - padding;
      if (row >= 0 && row < h && column >= 0 && column < w) places.push((plane * h + row) * w + column);
    }
    visit(out, places);
  }
}

/** Says of each element whether its image has a weight. */
function withWeight(sampleWeight: Float64Array, count: number): (index: number) => boolean {
  const perImage = count / sampleWeight.length;
  return (index) => sampleWeight[Math.floor(index / perImage)] !== 0;
}

/** dOut, x, mean and rstd where they stand in a norm's inputs. */
function normOperands(inputs: readonly Tensor64[], meanIndex: number) {
  const [dOut, x, mean, rstd] = dataOf(
    [0, 1, meanIndex, meanIndex + 1].map((index) => operand(inputs, index)),
  );
  return { dOut, x, mean, rstd } as {
    dOut: Float64Array;
    x: Float64Array;
    mean: Float64Array;
    rstd: Float64Array;
  };
}

export const mapGradientKernels: { readonly [K in keyof MapGradients]: GradientKernel<K> } = {
  conv2dInputGradient(inputs, attributes, shapes) {
    const [dOut, weight] = [operand(inputs), operand(inputs, 1)];
    const shape = firstShape(shapes) as Sizes;
    const [, , kernelHeight, kernelWidth] = weight.shape as Sizes;
    const result = new Float64Array(elementCount(shape));
    const kernel = [kernelHeight, kernelWidth] as const;
    forEachRun(dOut.shape as Sizes, shape, kernel, attributes, ({ out, map, tap, count }) => {
      const factor = weight.data[tap] as number;
      for (let x = 0; x < count; x++) {
        accumulate(result, map + x * attributes.stride, factor * (dOut.data[out + x] as number));
      }
    });
    return [result];
  },
  conv2dWeightGradient(inputs, { kernel, ...attributes }, shapes) {
    const [dOut, input] = [operand(inputs), operand(inputs, 1)];
    const result = new Float64Array(elementCount(firstShape(shapes)));
    forEachRun(dOut.shape as Sizes, input.shape as Sizes, kernel, attributes, ({ out, map, tap, count }) => {
      let sum = 0;
      for (let x = 0; x < count; x++) {
        sum += (dOut.data[out + x] as number) * (input.data[map + x * attributes.stride] as number);
      }
      accumulate(result, tap, sum);
    });
    return [result];
  },
  averagePoolGradient(inputs, window, shapes) {
    const dOut = operand(inputs);
    const shape = firstShape(shapes) as Sizes;
    const out = new Float64Array(elementCount(shape));
    forEachWindow(dOut.shape as Sizes, shape, window, (at, places) => {
      const count = window.countPadding ? window.size ** 2 : places.length;
      for (const place of places) accumulate(out, place, (dOut.data[at] as number) / count);
    });
    return [out];
  },
  maxPoolGradient(inputs, window) {
    const [dOut, x] = [operand(inputs), operand(inputs, 1)];
    const out = new Float64Array(x.data.length);
    forEachWindow(dOut.shape as Sizes, x.shape as Sizes, window, (at, places) => {
      const largest = places.reduce((best, place) =>
        (x.data[place] as number) > (x.data[best] as number) ? place : best,
      );
      accumulate(out, largest, dOut.data[at] as number);
    });
    return [out];
  },
  resizeGradient(inputs, { height, width, centres }, shapes) {
    const dOut = operand(inputs);
    const [n, c, outH, outW] = dOut.shape as Sizes;
    const sourceOf = sourcePositions[centres];
    const out = new Float64Array(elementCount(firstShape(shapes)));
    let at = 0;
    for (let plane = 0; plane < n * c; plane++) {
      for (let y = 0; y < outH; y++) {
        const [y0, y1, fy] = bilinearTap(sourceOf(y, height, outH), height);
        for (let x = 0; x < outW; x++) {
          const [x0, x1, fx] = bilinearTap(sourceOf(x, width, outW), width);
          const value = dOut.data[at++] as number;
          const add = (row: number, column: number, share: number) =>
            accumulate(out, (plane * height + row) * width + column, value * share);
          add(y0, x0, (1 - fy) * (1 - fx));
          add(y0, x1, (1 - fy) * fx);
          add(y1, x0, fy * (1 - fx));
          add(y1, x1, fy * fx);
        }
      }
    }
    return [out];
  },
  batchNormTraining(inputs, { epsilon, momentum }) {
    const x = operand(inputs);
    const [, scale, shift, runningMean, runningVariance, sampleWeight] = dataOf(inputs) as Float64Array[] &
      Record<1 | 2 | 3 | 4 | 5, Float64Array>;
    const partition = withinChannels(x.shape);
    const isIncluded = withWeight(sampleWeight, x.data.length);
    const { mean, variance, count } = momentsOf(x.data, scale.length, partition, isIncluded);
    const rstd = rstdOf(variance, epsilon);
    const out = x.data.map((value, index) => {
      const c = partition.channelOf(index);
      const normalised = (value - (mean[c] as number)) * (rstd[c] as number);
      return normalised * (scale[c] as number) + (shift[c] as number);
    });
    const unbiased = variance.map((value, c) => {
      const elements = count[c] as number;
      return elements > 1 ? (value * elements) / (elements - 1) : value;
    });
    const blend = (running: Float64Array, batch: Float64Array) =>
      running.map((value, c) =>
        count[c] === 0 ? value : (1 - momentum) * value + momentum * (batch[c] as number),
      );
    return [out, mean, rstd, blend(runningMean, mean), blend(runningVariance, unbiased)];
  },
  batchNormInputGradient(inputs) {
    const { shape, data } = operand(inputs, 1);
    const scale = operand(inputs, 2).data;
    const operands = { ...normOperands(inputs, 3), partition: withinChannels(shape) };
    const isIncluded = withWeight(operand(inputs, 5).data, data.length);
    return [normaliseInputGradient(operands, (c) => scale[c] as number, isIncluded)];
  },
  batchNormScaleGradient(inputs, _, shapes) {
    const operands = { ...normOperands(inputs, 2), partition: withinChannels(operand(inputs, 1).shape) };
    return [normaliseScaleGradient(operands, elementCount(firstShape(shapes)))];
  },
  groupNormInputGradient(inputs, { groups }) {
    const scale = operand(inputs, 2).data;
    const operands = {
      ...normOperands(inputs, 3),
      partition: withinGroups(operand(inputs, 1).shape, groups),
    };
    return [normaliseInputGradient(operands, (c) => scale[c] as number)];
  },
  groupNormScaleGradient(inputs, { groups }, shapes) {
    const operands = {
      ...normOperands(inputs, 2),
      partition: withinGroups(operand(inputs, 1).shape, groups),
    };
    return [normaliseScaleGradient(operands, elementCount(firstShape(shapes)))];
  },
  weightStandardizeGradient(inputs) {
    const operands = { ...normOperands(inputs, 2), partition: withinRows(operand(inputs, 1).shape) };
    return [normaliseInputGradient(operands, () => 1)];
  },
};
