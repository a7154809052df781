/** Gradients of the operations on elements and axes in float64: each is its formula in `graph/gradient-ops/elements.ts`. */
import type { ElementGradients } from '../../graph/gradient-ops/elements.ts';
import type { UnaryFunction } from '../../graph/ops.ts';
import { elementCount, rowMajorStrides } from '../../graph/shape.ts';
import { errorFunction } from '../kernels/error-function.ts';
import { operand } from '../kernels/kernel.ts';
import { accumulate, firstShape, type GradientKernel } from './kernel.ts';
import { alongAxis } from './normalise.ts';

/** The derivative, by what the operation saves. */
const derivatives: Readonly<Record<UnaryFunction, (saved: number) => number>> = {
  relu: (out) => (out > 0 ? 1 : 0),
  gelu: (x) =>
    (1 + errorFunction(x * Math.SQRT1_2)) / 2 + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI),
  exp: (out) => out,
  log: (x) => 1 / x,
  sqrt: (out) => 1 / (2 * out),
};

/** For each element of `shape`, the offset of the element that it is summed into in `target`, whose summed axes have length 1. */
function offsetsInto(shape: readonly number[], target: readonly number[]): Int32Array {
  const [strides, targetStrides] = [rowMajorStrides(shape), rowMajorStrides(target)];
  return new Int32Array(elementCount(shape)).map((_, index) =>
    target.reduce((offset, size, axis) => {
      const at = Math.floor(index / (strides[axis] as number)) % (shape[axis] as number);
      return size === 1 ? offset : offset + at * (targetStrides[axis] as number);
    }, 0),
  );
}

export const elementGradientKernels: { readonly [K in keyof ElementGradients]: GradientKernel<K> } = {
  unaryGradient(inputs, attributes) {
    const [dOut, saved] = [operand(inputs).data, operand(inputs, 1).data];
    const derivative = derivatives[attributes.function];
    return [dOut.map((value, index) => value * derivative(saved[index] as number))];
  },
  sumTo(inputs, _, shapes) {
    const { shape, data } = operand(inputs);
    const out = new Float64Array(elementCount(firstShape(shapes)));
    offsetsInto(shape, firstShape(shapes)).forEach((offset, index) =>
      accumulate(out, offset, data[index] as number),
    );
    return [out];
  },
  channelSum(inputs, { axis }) {
    const { shape, data } = operand(inputs);
    const { channelOf } = alongAxis(shape, axis);
    const out = new Float64Array(shape[axis] as number);
    data.forEach((value, index) => accumulate(out, channelOf(index), value));
    return [out];
  },
  reduceGradient(inputs, attributes, shapes) {
    const shape = firstShape(shapes);
    const { shape: reduced, data: dOut } = operand(inputs);
    const offsets = offsetsInto(shape, reduced);
    const out = new Float64Array(offsets.length);
    if (attributes.function === 'mean') {
      const count = offsets.length / dOut.length;
      return [out.map((_, index) => (dOut[offsets[index] as number] as number) / count)];
    }
    const { data: x } = operand(inputs, 1);
    const largest = new Map<number, number>();
    offsets.forEach((offset, index) => {
      const best = largest.get(offset);
      if (best === undefined || (x[index] as number) > (x[best] as number)) largest.set(offset, index);
    });
    for (const [offset, index] of largest) out[index] = dOut[offset] as number;
    return [out];
  },
  sliceGradient(inputs, { axis, start, length }, shapes) {
    const { shape, data } = operand(inputs);
    const inner = elementCount(shape.slice(axis + 1));
    const run = (shape[axis] as number) * inner;
    const out = new Float64Array(elementCount(firstShape(shapes)));
    for (let block = 0; block * run < data.length; block++) {
      out.set(data.subarray(block * run, (block + 1) * run), (block * length + start) * inner);
    }
    return [out];
  },
};
