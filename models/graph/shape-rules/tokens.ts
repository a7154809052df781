/** Shapes of the operations on tokens. */
import type { TokenOperations } from '../ops.ts';
import { type Dimension, formatShape, isSameShape, type Shape } from '../shape.ts';
import { isCount, requireThat, type ShapeRule } from './rule.ts';

/** A weight: all sizes known, of the rank given. */
function requireWeight(shape: Shape | undefined, rank: number, what: string): number[] {
  requireThat(
    shape?.length === rank && shape.every((size) => typeof size === 'number'),
    `the ${what} must have ${rank} known sizes`,
  );
  return shape as number[];
}

function requireShape(shape: Shape | undefined, expected: Shape, what: string): void {
  requireThat(
    shape !== undefined && isSameShape(shape, expected),
    `the ${what} must be ${formatShape(expected)}`,
  );
}

function requireHeads(channels: Dimension | undefined, heads: number): number {
  requireThat(
    isCount(heads) && typeof channels === 'number' && channels % heads === 0,
    `${channels} channels do not divide into ${heads} heads`,
  );
  return channels / heads;
}

export const tokenShapes: { readonly [K in keyof TokenOperations]: ShapeRule<K> } = {
  linear(inputs, { bias, adapters }) {
    const rest = inputs.slice(bias ? 3 : 2);
    requireThat(
      rest.length === 2 * adapters.length,
      `takes a value, a weight${bias ? ', a bias' : ''} and ${adapters.length} pairs of adapters`,
    );
    const x = inputs[0] as Shape;
    const [outputCount, inputCount] = requireWeight(inputs[1], 2, 'weight') as [number, number];
    requireThat(x.at(-1) === inputCount, `the weight takes ${inputCount} features, not ${x.at(-1)}`);
    if (bias) requireShape(inputs[2], [outputCount], 'bias');
    let end = 0;
    for (const [index, offset] of adapters.entries()) {
      const [rank] = requireWeight(rest[2 * index], 2, 'adapter') as [number, number];
      requireShape(rest[2 * index], [rank, inputCount], `first adapter of pair ${index}`);
      const [span] = requireWeight(rest[2 * index + 1], 2, 'adapter') as [number, number];
      requireShape(rest[2 * index + 1], [span, rank], `second adapter of pair ${index}`);
      requireThat(
        Number.isInteger(offset) && offset >= end && offset + span <= outputCount,
        `pair ${index} adapts features ${offset} to ${offset + span - 1}; pairs must follow each other within ${outputCount}`,
      );
      end = offset + span;
    }
    return [...x.slice(0, -1), outputCount];
  },
  layerNorm(inputs, { axis, epsilon }) {
    const [x, scale, shift] = inputs;
    const size = x?.[axis];
    requireThat(
      inputs.length === 3 && typeof size === 'number',
      'takes a value with a known size along the axis, a scale and a shift',
    );
    requireShape(scale, [size], 'scale');
    requireShape(shift, [size], 'shift');
    requireThat(epsilon > 0, 'epsilon must be positive');
    return x as Shape;
  },
  attention(inputs, { heads }) {
    const [q, k, v] = inputs;
    requireThat(
      inputs.length === 3 && q?.length === 3 && k?.length === 3,
      'takes q [N,T,C], k [N,S,C] and v [N,S,C]',
    );
    requireHeads(q[2], heads);
    requireThat(
      k[0] === q[0] && k[2] === q[2],
      `the keys are ${formatShape(k)}, the queries ${formatShape(q)}`,
    );
    requireShape(v, k, 'values');
    return q;
  },
  gridAttention(inputs, { heads, window }) {
    const [qkv, rows, columns, padding] = inputs;
    requireThat(
      inputs.length === (window === null ? 3 : 4) && qkv?.length === 4,
      `takes qkv [N,h,w,3C], two tables of relative positions${window === null ? '' : ' and a padding [3C]'}`,
    );
    const [n, h, w, tripled] = qkv as [Dimension, Dimension, Dimension, Dimension];
    requireThat(
      typeof h === 'number' && typeof w === 'number' && typeof tripled === 'number' && tripled % 3 === 0,
      'needs a known height, width and number of channels, a multiple of three',
    );
    requireThat(window === null || isCount(window), 'the window must be a positive integer');
    const width = requireHeads(tripled / 3, heads);
    requireShape(rows, [2 * (window ?? h) - 1, width], 'table of relative rows');
    requireShape(columns, [2 * (window ?? w) - 1, width], 'table of relative columns');
    if (window !== null) requireShape(padding, [tripled], 'padding');
    return [n, h, w, tripled / 3];
  },
  matmul(inputs) {
    const [a, b] = inputs;
    requireThat(
      inputs.length === 2 && a?.length === 3 && b?.length === 3 && a[0] === b[0] && a[2] === b[1],
      'takes [N,a,b] and [N,b,c]',
    );
    return [a[0], a[1], b[2]] as Shape;
  },
};
