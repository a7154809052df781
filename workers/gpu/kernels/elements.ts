/**
 * Kernels of the operations on elements and axes, and of their gradients. A `ViewKind` has none: its result is its input's
 * memory, perhaps under another shape, which the planner sees to.
 */
import type { ElementGradients } from '../../../models/graph/gradient-ops/elements.ts';
import type { BinaryFunction, ElementOperations, UnaryFunction } from '../../../models/graph/ops.ts';
import { elementCount, rowMajorStrides } from '../../../models/graph/shape.ts';
import affineCode from './affine.wgsl?raw';
import axesCode from './axes.wgsl?raw';
import binaryCode from './binary.wgsl?raw';
import geluCode from './gelu.wgsl?raw';
import { workgroupsFor } from './grid.ts';
import type { Dispatch, Kernel, KernelRule, KernelTraits } from './kernel.ts';
import moveCode from './move.wgsl?raw';
import { maxGradientKernel, reduceKernel } from './reduce.ts';
import sliceGradientCode from './slice-gradient.wgsl?raw';
import { constantsByAxis, mergeAxes, repeatingStrides } from './strided.ts';
import unaryGradientCode from './unary-gradient.wgsl?raw';
import unaryCode from './unary.wgsl?raw';

/** Operations whose result is their input, unchanged. */
export type ViewKind = 'reshape' | 'reverseGradient';

/** Axes of axes.wgsl. */
const RANK = 6;

const UNARY_NUMBERS: Readonly<Record<UnaryFunction, number>> = { relu: 0, gelu: 1, exp: 2, log: 3, sqrt: 4 };
const BINARY_NUMBERS: Readonly<Record<BinaryFunction, number>> = {
  add: 0,
  subtract: 1,
  multiply: 2,
  divide: 3,
};

type Shape = readonly number[];

const shapeAt = (shapes: readonly Shape[], index = 0) => shapes[index] as Shape;

/** One dispatch over `count` elements that reads so many inputs and writes the first result. */
function lineDispatch(
  code: string,
  count: number,
  inputs: readonly number[],
  constants: Readonly<Record<string, number>>,
  traits: KernelTraits,
): Dispatch {
  return {
    class: 'elements',
    code,
    constants: { COUNT: count, ...constants },
    bindings: [...inputs.map((index) => ({ from: 'input', index }) as const), { from: 'result', index: 0 }],
    workgroups: workgroupsFor(count, traits),
  };
}

const kernelOf = (...dispatches: readonly Dispatch[]): Kernel => ({ dispatches, scratch: [] });

/** A box of elements of one tensor, at strides. */
interface Place {
  readonly start?: number;
  readonly strides: readonly number[];
}

/** Copies a box of `sizes` from one place of an input to another of the result, times `scale`. */
function moveDispatch(
  sizes: readonly number[],
  from: Place & { readonly input?: number; readonly scale?: number },
  to: Place,
  traits: KernelTraits,
): Dispatch {
  const merged = mergeAxes({ sizes, strides: [from.strides, to.strides] });
  const [inStrides = [], outStrides = []] = merged.strides;
  return lineDispatch(
    axesCode + moveCode,
    elementCount(sizes),
    [from.input ?? 0],
    {
      ...constantsByAxis('SIZE', merged.sizes, RANK),
      ...constantsByAxis('IN', inStrides, RANK),
      ...constantsByAxis('OUT', outStrides, RANK),
      SCALE: from.scale ?? 1,
      IN_START: from.start ?? 0,
      OUT_START: to.start ?? 0,
    },
    traits,
  );
}

const allAxes = (shape: Shape) => Array.from(shape.keys());

/** The elements that each output of a reduction over `axes` is made of. */
const countOver = (shape: Shape, axes: readonly number[]) =>
  elementCount(shape.filter((_, axis) => axes.includes(axis)));

export const elementKernelRules: {
  readonly [K in Exclude<keyof (ElementOperations & ElementGradients), ViewKind>]: KernelRule<K>;
} = {
  unary({ attributes, results }, traits) {
    const constants = { FUNCTION: UNARY_NUMBERS[attributes.function] };
    const count = elementCount(shapeAt(results));
    return kernelOf(lineDispatch(geluCode + unaryCode, count, [0], constants, traits));
  },
  unaryGradient({ attributes, results }, traits) {
    const constants = { FUNCTION: UNARY_NUMBERS[attributes.function] };
    const count = elementCount(shapeAt(results));
    return kernelOf(lineDispatch(geluCode + unaryGradientCode, count, [0, 1], constants, traits));
  },
  binary({ attributes, inputs, results }, traits) {
    const sizes = shapeAt(results);
    const merged = mergeAxes({ sizes, strides: inputs.map(repeatingStrides) });
    const [aStrides = [], bStrides = []] = merged.strides;
    const constants = {
      ...constantsByAxis('SIZE', merged.sizes, RANK),
      ...constantsByAxis('A', aStrides, RANK),
      ...constantsByAxis('B', bStrides, RANK),
      FUNCTION: BINARY_NUMBERS[attributes.function],
    };
    return kernelOf(lineDispatch(axesCode + binaryCode, elementCount(sizes), [0, 1], constants, traits));
  },
  affine({ attributes: { scale, shift }, results }, traits) {
    const constants = { SCALE: scale, SHIFT: shift };
    return kernelOf(lineDispatch(affineCode, elementCount(shapeAt(results)), [0], constants, traits));
  },
  concat({ attributes: { axis }, inputs, results }, traits) {
    const strides = rowMajorStrides(shapeAt(results));
    let before = 0;
    const dispatches = inputs.map((shape, input) => {
      const start = before * (strides[axis] as number);
      before += shape[axis] as number;
      return moveDispatch(shape, { input, strides: rowMajorStrides(shape) }, { start, strides }, traits);
    });
    return kernelOf(...dispatches);
  },
  transpose({ attributes: { order }, inputs, results }, traits) {
    const strides = rowMajorStrides(shapeAt(inputs));
    const sizes = shapeAt(results);
    const from = { strides: order.map((axis) => strides[axis] as number) };
    return kernelOf(moveDispatch(sizes, from, { strides: rowMajorStrides(sizes) }, traits));
  },
  slice({ attributes: { axis, start }, inputs, results }, traits) {
    const strides = rowMajorStrides(shapeAt(inputs));
    const sizes = shapeAt(results);
    const from = { start: start * (strides[axis] as number), strides };
    return kernelOf(moveDispatch(sizes, from, { strides: rowMajorStrides(sizes) }, traits));
  },
  sliceGradient({ attributes: { axis, start, length }, inputs, results }, traits) {
    const shape = shapeAt(results);
    const constants = {
      LENGTH: length,
      INNER: elementCount(shape.slice(axis + 1)),
      START: start,
      SIZE: shapeAt(inputs)[axis] as number,
    };
    return kernelOf(lineDispatch(sliceGradientCode, elementCount(shape), [0], constants, traits));
  },
  expandBatch({ inputs, results }, traits) {
    const sizes = shapeAt(results);
    const from = { strides: repeatingStrides(shapeAt(inputs)) };
    return kernelOf(moveDispatch(sizes, from, { strides: rowMajorStrides(sizes) }, traits));
  },
  reduce({ attributes, inputs }, traits) {
    const shape = shapeAt(inputs);
    const { function: reduce, axes } = attributes;
    return reduce === 'max'
      ? reduceKernel({ function: 'max', scale: 1 }, shape, axes, traits)
      : reduceKernel({ function: 'sum', scale: 1 / countOver(shape, axes) }, shape, axes, traits);
  },
  reduceGradient({ attributes, inputs, results }, traits) {
    const shape = shapeAt(results);
    const { function: reduce, axes } = attributes;
    if (reduce === 'max') return maxGradientKernel(shape, axes, traits);
    const from = { strides: repeatingStrides(shapeAt(inputs)), scale: 1 / countOver(shape, axes) };
    return kernelOf(moveDispatch(shape, from, { strides: rowMajorStrides(shape) }, traits));
  },
  sumTo({ inputs, results }, traits) {
    const [from, to] = [shapeAt(inputs), shapeAt(results)];
    const axes = allAxes(from).filter((axis) => to[axis] === 1);
    return reduceKernel({ function: 'sum', scale: 1 }, from, axes, traits);
  },
  channelSum({ attributes: { axis }, inputs }, traits) {
    const shape = shapeAt(inputs);
    const axes = allAxes(shape).filter((other) => other !== axis);
    return reduceKernel({ function: 'sum', scale: 1 }, shape, axes, traits);
  },
};
