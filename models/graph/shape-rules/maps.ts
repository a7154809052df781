/** Shapes of the operations on maps. */
import type { MapOperations, Window } from '../ops.ts';
import type { Dimension, Shape } from '../shape.ts';
import { isCount, requireThat, type ShapeRule, soleInput } from './rule.ts';

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

export const mapShapes: { readonly [K in keyof MapOperations]: ShapeRule<K> } = {
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
};
