/**
 * Gradients of the operations on elements and axes: formulas and shapes. What the language has already (products, reshape,
 * transpose, slice) serves as it is.
 */
import type { ReduceFunction, UnaryFunction } from '../ops.ts';
import { formatShape, isSameShape, type Shape } from '../shape.ts';
import { requireThat, soleInput } from '../shape-rules/rule.ts';
import { inputAt, requireInputs, type ResultRule } from './rule.ts';

export interface ElementGradients {
  /**
   * dOut * f'(x). Inputs: dOut and what `UNARY_SAVES` names: the function's input or its result.
   * relu: out > 0; gelu: (1 + erf(x / sqrt 2)) / 2 + x exp(-x^2 / 2) / sqrt(2 pi); exp: out; log: 1 / x; sqrt: 1 / (2 out).
   */
  readonly unaryGradient: { readonly function: UnaryFunction };
  /** Sum over the axes along which `shape` is 1 and the input is not: what broadcasting repeats. Input: x of the same rank. */
  readonly sumTo: { readonly shape: Shape };
  /** Sum over all axes but one: the gradient of a bias. Input: x; result [C]. */
  readonly channelSum: { readonly axis: number };
  /**
   * Gradient of `reduce` over `axes` of a value of `shape`. mean: dOut / count everywhere. max: dOut at the first of the
   * largest elements in row-major order, 0 elsewhere. Inputs: dOut, and for max x.
   */
  readonly reduceGradient: {
    readonly function: ReduceFunction;
    readonly axes: readonly number[];
    readonly shape: Shape;
  };
  /** dOut at elements `start` and on of an axis of `length` elements, zeros around it. Input: dOut. */
  readonly sliceGradient: { readonly axis: number; readonly start: number; readonly length: number };
}

/** Which value the gradient of an element-wise function reads. */
export const UNARY_SAVES: Readonly<Record<UnaryFunction, 'input' | 'result'>> = {
  relu: 'result',
  gelu: 'input',
  exp: 'result',
  log: 'input',
  sqrt: 'result',
};

export const elementGradientShapes: { readonly [K in keyof ElementGradients]: ResultRule<K> } = {
  unaryGradient(inputs) {
    const [dOut, saved] = requireInputs(inputs, 2) as [Shape, Shape];
    requireThat(isSameShape(dOut, saved), 'the gradient and the saved value must have the same shape');
    return [saved];
  },
  sumTo(inputs, { shape }) {
    const x = soleInput(inputs);
    requireThat(
      x.length === shape.length && shape.every((size, axis) => size === x[axis] || size === 1),
      `${formatShape(x)} does not sum to ${formatShape(shape)}`,
    );
    return [shape];
  },
  channelSum(inputs, { axis }) {
    const size = soleInput(inputs)[axis];
    requireThat(typeof size === 'number', `axis ${axis} must exist and have a known size`);
    return [[size]];
  },
  reduceGradient(inputs, { function: reduce, axes, shape }) {
    const dOut = inputAt(requireInputs(inputs, reduce === 'max' ? 2 : 1), 0);
    const reduced = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    requireThat(isSameShape(dOut, reduced), `the gradient must be ${formatShape(reduced)}`);
    requireThat(reduce === 'mean' || isSameShape(inputAt(inputs, 1), shape), 'takes the reduced value');
    return [shape];
  },
  sliceGradient(inputs, { axis, start, length }) {
    const dOut = soleInput(inputs);
    const size = dOut[axis];
    requireThat(
      typeof size === 'number' && start >= 0 && start + size <= length,
      `${size} elements from ${start} do not lie within ${length}`,
    );
    return [dOut.map((other, at) => (at === axis ? length : other))];
  },
};
