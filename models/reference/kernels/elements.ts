/** The operations on elements and axes in float64, written for plainness: each is its formula in `graph/ops.ts`. */
import type { BinaryFunction, ElementOperations, ReduceFunction, UnaryFunction } from '../../graph/ops.ts';
import { elementCount, rowMajorStrides } from '../../graph/shape.ts';
import { errorFunction } from './error-function.ts';
import { maxOf, meanOf, operand, type ReferenceKernel, type Tensor64 } from './kernel.ts';

const reduceFunctions: Readonly<Record<ReduceFunction, (values: readonly number[]) => number>> = {
  mean: meanOf,
  max: maxOf,
};

const unaryFunctions: Readonly<Record<UnaryFunction, (x: number) => number>> = {
  relu: (x) => Math.max(x, 0),
  gelu: (x) => (x * (1 + errorFunction(x * Math.SQRT1_2))) / 2,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
};

const binaryFunctions: Readonly<Record<BinaryFunction, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
};

/** Offset in `input` of the element that stands at `coordinate` of the result; axes of length 1 are repeated. */
function broadcastOffset(input: Tensor64, strides: readonly number[], coordinate: readonly number[]): number {
  return coordinate.reduce(
    (offset, at, axis) => offset + (input.shape[axis] === 1 ? 0 : at) * (strides[axis] as number),
    0,
  );
}

function coordinateOf(index: number, strides: readonly number[], shape: readonly number[]): number[] {
  return shape.map((size, axis) => Math.floor(index / (strides[axis] as number)) % size);
}

export const elementKernels: { readonly [K in keyof ElementOperations]: ReferenceKernel<K> } = {
  reduce(inputs, attributes, shape) {
    const input = operand(inputs);
    const groups: number[][] = Array.from({ length: elementCount(shape) }, () => []);
    const inStrides = rowMajorStrides(input.shape);
    const outStrides = rowMajorStrides(shape);
    const target: Tensor64 = { shape, data: new Float64Array() };
    for (let index = 0; index < input.data.length; index++) {
      const coordinate = coordinateOf(index, inStrides, input.shape);
      groups[broadcastOffset(target, outStrides, coordinate)]?.push(input.data[index] as number);
    }
    return Float64Array.from(groups, reduceFunctions[attributes.function]);
  },
  unary: (inputs, attributes) => operand(inputs).data.map(unaryFunctions[attributes.function]),
  binary(inputs, attributes, shape) {
    const [a, b] = [operand(inputs), operand(inputs, 1)];
    const apply = binaryFunctions[attributes.function];
    const [aStrides, bStrides, strides] = [a, b, { shape }].map((tensor) =>
      rowMajorStrides(tensor.shape),
    ) as [number[], number[], number[]];
    return new Float64Array(elementCount(shape)).map((_, index) => {
      const coordinate = coordinateOf(index, strides, shape);
      return apply(
        a.data[broadcastOffset(a, aStrides, coordinate)] as number,
        b.data[broadcastOffset(b, bStrides, coordinate)] as number,
      );
    });
  },
  affine: (inputs, { scale, shift }) => operand(inputs).data.map((x) => x * scale + shift),
  concat(inputs, { axis }, shape) {
    const out = new Float64Array(elementCount(shape));
    const inner = elementCount(shape.slice(axis + 1));
    const outer = elementCount(shape.slice(0, axis));
    let at = 0;
    for (let block = 0; block < outer; block++) {
      for (const input of inputs) {
        const run = (input.shape[axis] as number) * inner;
        out.set(input.data.subarray(block * run, (block + 1) * run), at);
        at += run;
      }
    }
    return out;
  },
  reshape: (inputs) => operand(inputs).data.slice(),
  transpose(inputs, { order }, shape) {
    const input = operand(inputs);
    const strides = rowMajorStrides(shape);
    const inStrides = rowMajorStrides(input.shape);
    return new Float64Array(elementCount(shape)).map((_, index) => {
      const coordinate = coordinateOf(index, strides, shape);
      const offset = order.reduce(
        (sum, axis, at) => sum + (coordinate[at] as number) * (inStrides[axis] as number),
        0,
      );
      return input.data[offset] as number;
    });
  },
  slice(inputs, { axis, start, length }, shape) {
    const input = operand(inputs);
    const inner = elementCount(shape.slice(axis + 1));
    const outer = elementCount(shape.slice(0, axis));
    const out = new Float64Array(elementCount(shape));
    for (let block = 0; block < outer; block++) {
      const from = (block * (input.shape[axis] as number) + start) * inner;
      out.set(input.data.subarray(from, from + length * inner), block * length * inner);
    }
    return out;
  },
  expandBatch(inputs, _, shape) {
    const { data } = operand(inputs);
    const out = new Float64Array(elementCount(shape));
    for (let at = 0; at < out.length; at += data.length) out.set(data, at);
    return out;
  },
  reverseGradient: (inputs) => operand(inputs).data.slice(),
};
