/** Shapes of the operations that look at elements and axes only. */
import type { ElementOperations } from '../ops.ts';
import { type Dimension, formatShape, type Shape } from '../shape.ts';
import { isCount, requireThat, type ShapeRule, soleInput } from './rule.ts';

function broadcast(a: Shape, b: Shape): Shape {
  requireThat(a.length === b.length, `the ranks of ${formatShape(a)} and ${formatShape(b)} differ`);
  return a.map((size, axis) => {
    const other = b[axis] as Dimension;
    requireThat(
      size === other || size === 1 || other === 1,
      `${formatShape(a)} and ${formatShape(b)} do not fit`,
    );
    return size === 1 ? other : size;
  });
}

/** Product of the known sizes; an open batch size counts as itself, so it must appear as often on both sides. */
function countElements(shape: Shape): string {
  let product = 1;
  let openCount = 0;
  for (const size of shape) {
    if (size === 'N') openCount++;
    else product *= size;
  }
  return `${product} x N^${openCount}`;
}

export const elementShapes: { readonly [K in keyof ElementOperations]: ShapeRule<K> } = {
  reduce(inputs, { axes }) {
    const input = soleInput(inputs);
    requireThat(
      axes.length > 0 &&
        new Set(axes).size === axes.length &&
        axes.every((axis) => input[axis] !== undefined),
      `axes [${axes.join(',')}] must be distinct axes of the input`,
    );
    requireThat(
      axes.every((axis) => input[axis] !== 'N'),
      'a sum over the batch would mix images',
    );
    return input.map((size, axis) => (axes.includes(axis) ? 1 : size));
  },
  unary: (inputs) => soleInput(inputs),
  binary(inputs) {
    const [a, b] = inputs;
    requireThat(inputs.length === 2 && a !== undefined && b !== undefined, 'takes two inputs');
    return broadcast(a, b);
  },
  affine(inputs, { scale, shift }) {
    requireThat(Number.isFinite(scale) && Number.isFinite(shift), 'scale and shift must be finite');
    return soleInput(inputs);
  },
  concat(inputs, { axis }) {
    const [first] = inputs;
    requireThat(first !== undefined, 'takes at least one input');
    let length = 0;
    for (const input of inputs) {
      const size = input[axis];
      requireThat(typeof size === 'number', `axis ${axis} must exist and have a known size`);
      requireThat(
        input.length === first.length && input.every((other, at) => at === axis || other === first[at]),
        `${formatShape(input)} and ${formatShape(first)} differ outside axis ${axis}`,
      );
      length += size;
    }
    return first.map((size, at) => (at === axis ? length : size));
  },
  reshape(inputs, { shape }) {
    const input = soleInput(inputs);
    requireThat(
      shape.every((size) => size === 'N' || isCount(size)),
      'sizes must be positive integers',
    );
    requireThat(
      shape.indexOf('N') === input.indexOf('N') && countElements(shape) === countElements(input),
      `${formatShape(input)} has not the elements of ${formatShape(shape)}`,
    );
    return shape;
  },
  transpose(inputs, { order }) {
    const input = soleInput(inputs);
    requireThat(
      order.length === input.length && input.every((_, axis) => order.includes(axis)),
      `the order [${order.join(',')}] must name each axis once`,
    );
    return order.map((axis) => input[axis] as Dimension);
  },
  slice(inputs, { axis, start, length }) {
    const input = soleInput(inputs);
    const size = input[axis];
    requireThat(typeof size === 'number', `axis ${axis} must exist and have a known size`);
    requireThat(
      Number.isInteger(start) && start >= 0 && isCount(length) && start + length <= size,
      `${length} elements from ${start} do not lie within ${size}`,
    );
    return input.map((other, at) => (at === axis ? length : other));
  },
  expandBatch(inputs) {
    const [x, like] = inputs;
    const batchSize = like?.[0];
    requireThat(
      inputs.length === 2 && x?.[0] === 1 && batchSize !== undefined,
      'takes x [1,...] and a value whose first axis is the batch',
    );
    return [batchSize, ...x.slice(1)];
  },
  reverseGradient(inputs, { scale }) {
    requireThat(Number.isFinite(scale) && scale >= 0, 'the scale must be a finite number from 0');
    return soleInput(inputs);
  },
};
