/** Shapes of the operations on maps. */
import type { MapOperations, Window } from '../ops.ts';
import { type Dimension, formatShape, type Shape } from '../shape.ts';
import { isCount, requireThat, type ShapeRule, soleInput } from './rule.ts';

type MapShape = readonly [Dimension, Dimension, Dimension, Dimension];

/** The first of several inputs, a map. */
function mapInput(inputs: readonly Shape[]): MapShape {
  const [map] = inputs;
  requireThat(map?.length === 4, 'takes a map [N,C,h,w] first');
  return map as MapShape;
}

/** A weight, all of whose sizes are known. */
function requireWeight(weight: Shape | undefined, form: string): readonly [number, number, number, number] {
  requireThat(
    weight?.length === 4 && weight.every((size) => typeof size === 'number'),
    `takes a weight ${form}`,
  );
  return weight as unknown as readonly [number, number, number, number];
}

function requireBias(inputs: readonly Shape[], outChannels: number): void {
  const bias = inputs[2];
  requireThat(
    inputs.length <= 3 && (bias === undefined || (bias.length === 1 && bias[0] === outChannels)),
    `the bias must be [${outChannels}]`,
  );
}

/** Each input after the map must hold one number a channel. */
function requirePerChannel(inputs: readonly Shape[], names: readonly string[]): void {
  const [, channels] = mapInput(inputs);
  requireThat(
    inputs.length === names.length + 1 &&
      inputs.slice(1).every((shape) => shape.length === 1 && shape[0] === channels),
    `takes a map and ${names.join(', ')} of [${channels}] each`,
  );
}

function requireEpsilon(epsilon: number): void {
  requireThat(Number.isFinite(epsilon) && epsilon > 0, 'epsilon must be positive');
}

function isExtent(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}

/** Length of an axis after a sliding window. */
function slide(length: Dimension | undefined, { size, stride, padding }: Window): number {
  requireThat(typeof length === 'number', 'needs a known height and width');
  const count = Math.floor((length + 2 * padding - size) / stride) + 1;
  requireThat(count > 0, `the window of ${size} does not fit into ${length} with padding ${padding}`);
  return count;
}

function pool(inputs: readonly Shape[], window: Window): Shape {
  const [n, c, h, w] = soleInput(inputs, 4) as MapShape;
  requireThat(isCount(window.size) && isCount(window.stride), 'size and stride must be positive integers');
  // With padding < size every window holds at least one element of the map, so the mean and the maximum exist.
  requireThat(
    isExtent(window.padding) && window.padding < window.size,
    'padding must be an integer from 0 to size - 1',
  );
  return [n, c, slide(h, window), slide(w, window)];
}

function extend(length: Dimension | undefined, [before, after]: readonly [number, number]): number {
  requireThat(typeof length === 'number', 'needs a known height and width');
  requireThat(isExtent(before) && isExtent(after), 'takes integers from 0 before and after each axis');
  return before + length + after;
}

export const mapShapes: { readonly [K in keyof MapOperations]: ShapeRule<K> } = {
  conv2d(inputs, { stride, padding: [rows, columns] }) {
    const [n, c, h, w] = mapInput(inputs);
    const [o, i, kernelHeight, kernelWidth] = requireWeight(inputs[1], '[O,I,kh,kw]');
    requireThat(i === c, `the weight takes ${i} channels, the map has ${c}`);
    requireBias(inputs, o);
    requireThat(isCount(stride), 'stride must be a positive integer');
    requireThat(isExtent(rows) && isExtent(columns), 'padding must be integers from 0');
    return [
      n,
      o,
      slide(h, { size: kernelHeight, stride, padding: rows }),
      slide(w, { size: kernelWidth, stride, padding: columns }),
    ];
  },
  convTranspose2d(inputs, { stride }) {
    const [n, c, h, w] = mapInput(inputs);
    const [i, o, kernelHeight, kernelWidth] = requireWeight(inputs[1], '[I,O,stride,stride]');
    requireThat(i === c, `the weight takes ${i} channels, the map has ${c}`);
    requireBias(inputs, o);
    requireThat(
      isCount(stride) && kernelHeight === stride && kernelWidth === stride,
      `the kernel must be as wide as the stride of ${stride}`,
    );
    requireThat(typeof h === 'number' && typeof w === 'number', 'needs a known height and width');
    return [n, o, h * stride, w * stride];
  },
  averagePool: pool,
  maxPool: pool,
  resize(inputs, { height, width }) {
    const [n, c, h, w] = soleInput(inputs, 4) as MapShape;
    requireThat(typeof h === 'number' && typeof w === 'number', 'needs a known height and width');
    requireThat(isCount(height) && isCount(width), 'height and width must be positive integers');
    return [n, c, height, width];
  },
  pad(inputs, { rows, columns }) {
    const [n, c, h, w] = soleInput(inputs, 4) as MapShape;
    return [n, c, extend(h, rows), extend(w, columns)];
  },
  batchNorm(inputs, { epsilon }) {
    requirePerChannel(inputs, ['scale', 'shift', 'mean', 'variance']);
    requireEpsilon(epsilon);
    return mapInput(inputs);
  },
  groupNorm(inputs, { groups, epsilon }) {
    requirePerChannel(inputs, ['scale', 'shift']);
    requireEpsilon(epsilon);
    const map = mapInput(inputs);
    const [, c, h, w] = map;
    requireThat(
      [c, h, w].every((size) => typeof size === 'number'),
      'needs known channels, height and width',
    );
    requireThat(
      isCount(groups) && Number(c) % groups === 0,
      `${c} channels do not divide into ${groups} groups`,
    );
    return map;
  },
  weightStandardize(inputs, { epsilon }) {
    const weight = soleInput(inputs);
    requireWeight(weight, `[O,I,kh,kw] of known sizes, got ${formatShape(weight)}`);
    requireEpsilon(epsilon);
    return weight;
  },
};
