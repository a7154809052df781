/** The shape of every operation's result, and the refusal of inputs that do not fit. */
import { WorkbenchError } from '../../core/errors.ts';
import type { OpKind, Operations, Window } from './ops.ts';
import { type Dimension, formatShape, type Shape } from './shape.ts';

/** Thrown by a rule; `inferShape` adds the node's name and its inputs. */
class ShapeProblem extends Error {}

type ShapeRule<K extends OpKind> = (inputs: readonly Shape[], attributes: Operations[K]) => Shape;

function requireThat(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new ShapeProblem(problem);
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}

/** The single input of an operation, of the rank given. */
function soleInput(inputs: readonly Shape[], rank?: number): Shape {
  const [input] = inputs;
  requireThat(inputs.length === 1 && input !== undefined, `takes one input, got ${inputs.length}`);
  requireThat(rank === undefined || input.length === rank, `takes a map [N,C,h,w]`);
  return input;
}

/** Length of an axis after a sliding window. */
function slide(length: Dimension | undefined, { size, stride, padding }: Window): number {
  requireThat(typeof length === 'number', 'needs a known height and width');
  const count = Math.floor((length + 2 * padding - size) / stride) + 1;
  requireThat(count > 0, `the window of ${size} does not fit into ${length} with padding ${padding}`);
  return count;
}

function pool(inputs: readonly Shape[], window: Window): Shape {
  const [n, c, h, w] = soleInput(inputs, 4) as [Dimension, Dimension, Dimension, Dimension];
  requireThat(isCount(window.size) && isCount(window.stride), 'size and stride must be positive integers');
  // With padding < size every window holds at least one element of the map, so the mean and the maximum exist.
  requireThat(
    Number.isInteger(window.padding) && window.padding >= 0 && window.padding < window.size,
    'padding must be an integer from 0 to size - 1',
  );
  return [n, c, slide(h, window), slide(w, window)];
}

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

const shapeRules: { readonly [K in OpKind]: ShapeRule<K> } = {
  conv2d(inputs, { stride, padding }) {
    const [map, weight, bias] = inputs;
    requireThat(
      map?.length === 4 && weight?.length === 4,
      'takes a map [N,C,h,w], a weight [O,I,size,size] and perhaps a bias [O]',
    );
    const [n, c, h, w] = map as [Dimension, Dimension, Dimension, Dimension];
    const [o, i, size, width] = weight as [Dimension, Dimension, Dimension, Dimension];
    requireThat(typeof size === 'number' && size === width, 'the weight must be square');
    requireThat(i === c, `the weight takes ${i} channels, the map has ${c}`);
    requireThat(bias === undefined || (bias.length === 1 && bias[0] === o), `the bias must be [${o}]`);
    requireThat(isCount(stride), 'stride must be a positive integer');
    requireThat(Number.isInteger(padding) && padding >= 0, 'padding must be an integer from 0');
    const window = { size, stride, padding };
    return [n, o, slide(h, window), slide(w, window)];
  },
  averagePool: pool,
  maxPool: pool,
  resize(inputs, { height, width }) {
    const [n, c] = soleInput(inputs, 4) as [Dimension, Dimension];
    requireThat(isCount(height) && isCount(width), 'height and width must be positive integers');
    return [n, c, height, width];
  },
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
};

/**
 * Shape of an operation's result.
 * Errors: `graph/shape-mismatch`, naming the node and the shapes it was given.
 */
export function inferShape<K extends OpKind>(
  kind: K,
  name: string,
  inputs: readonly Shape[],
  attributes: Operations[K],
): Shape {
  try {
    return shapeRules[kind](inputs, attributes);
  } catch (cause) {
    if (!(cause instanceof ShapeProblem)) throw cause;
    throw new WorkbenchError(
      'graph/shape-mismatch',
      `Node '${name}' (${kind}): ${cause.message}. Its inputs are ${inputs.map(formatShape).join(', ') || 'none'}.`,
      { context: { node: name, kind } },
    );
  }
}
