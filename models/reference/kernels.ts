/** The operations in float64 on the CPU, written for plainness: each is its formula in `graph/ops.ts`, loop by loop. */
import type {
  BinaryFunction,
  OpKind,
  Operations,
  ReduceFunction,
  UnaryFunction,
  Window,
} from '../graph/ops.ts';
import { elementCount, rowMajorStrides } from '../graph/shape.ts';

/** A tensor of the interpreter, row-major. */
export interface Tensor64 {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Computes one result of the shape given. */
type ReferenceKernel<K extends OpKind> = (
  inputs: readonly Tensor64[],
  attributes: Operations[K],
  shape: readonly number[],
) => Float64Array;

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

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
// NaN must not get lost: Math.max keeps it, a comparison would not.
const max = (values: readonly number[]) =>
  values.reduce((best, value) => Math.max(best, value), Number.NEGATIVE_INFINITY);

const reduceFunctions: Readonly<Record<ReduceFunction, (values: readonly number[]) => number>> = {
  mean,
  max,
};

const unaryFunctions: Readonly<Record<UnaryFunction, (x: number) => number>> = {
  relu: (x) => Math.max(x, 0),
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

/** The two source positions and the weight of the second, for one axis of a bilinear resize. */
function bilinearTap(target: number, inLength: number, outLength: number): [number, number, number] {
  const source = Math.min(Math.max(((target + 0.5) * inLength) / outLength - 0.5, 0), inLength - 1);
  const low = Math.floor(source);
  return [low, Math.min(low + 1, inLength - 1), source - low];
}

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

/** Inputs are as many as the verified graph says; this only tells the compiler. */
function operand(inputs: readonly Tensor64[], index = 0): Tensor64 {
  return inputs[index] as Tensor64;
}

export const referenceKernels: { readonly [K in OpKind]: ReferenceKernel<K> } = {
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
  averagePool: (inputs, window, shape) => slideWindow(operand(inputs), window, shape, mean),
  maxPool: (inputs, window, shape) => slideWindow(operand(inputs), window, shape, max),
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
};
