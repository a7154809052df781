/** Gradients of the operations on tokens: formulas and shapes. rstd = 1 / sqrt(variance + epsilon). */
import type { NoAttributes } from '../ops.ts';
import { formatShape, isSameShape, type Shape } from '../shape.ts';
import { requireThat } from '../shape-rules/rule.ts';
import { requireInputs, type ResultRule } from './rule.ts';

export interface TokenGradients {
  /**
   * dx[...,i] = sum over o of dOut[...,o] weight[o,i], plus for each pair of adapters
   * sum over s,r of dOut[..., adapters[p] + s] B[s,r] A[r,i]. Inputs: dOut [...,O], weight [O,I], then A and B of each pair.
   */
  readonly linearInputGradient: { readonly adapters: readonly number[] };
  /** dWeight[o,i] = sum over rows of dOut[...,o] x[...,i]. Inputs: dOut [...,O], x [...,I]. */
  readonly linearWeightGradient: NoAttributes;
  /**
   * Of one pair of adapters whose first output feature is `offset`, with e = dOut[..., offset + s]: dA[r,i] = sum over rows of
   * (sum over s of e[s] B[s,r]) x[i]; dB[s,r] = sum over rows of e[s] (sum over i of A[r,i] x[i]).
   * Inputs: dOut, x, A [R,I], B [S,R]; results dA, dB.
   */
  readonly adapterGradient: { readonly offset: number };
  /**
   * With n = (x - mean) rstd and e = dOut scale: dx = rstd (e - mean of e - n * mean of e n), means along the axis.
   * Inputs: dOut, x, scale [C], mean, rstd.
   */
  readonly layerNormInputGradient: { readonly axis: number };
  /** dScale[c] = sum of dOut n over all axes but one. Inputs: dOut, x, mean, rstd; result [C]. */
  readonly layerNormScaleGradient: { readonly axis: number };
  /**
   * For each head, with P = exp(score - logSumExp), dV = P^T dOut, dP = dOut V^T, dS = P (dP - delta) where
   * delta[t] = sum over the head's channels of dOut out; dq = dS k / sqrt(D), dk = dS^T q / sqrt(D).
   * Inputs: dOut, q [N,T,C], k [N,S,C], v [N,S,C], out [N,T,C], logSumExp [N,H,T]; results dq, dk, dv.
   */
  readonly attentionGradient: { readonly heads: number };
  /**
   * As `attentionGradient`, and the scores' relative terms give dq += dS rows[y-Y+s-1] + dS columns[x-X+t-1]. Padding of
   * windows has no gradient here. Inputs: dOut [N,h,w,C], qkv [N,h,w,3C], rows, columns, padding [3C] with a window, out,
   * logSumExp [N,H,h,w]; result dqkv.
   */
  readonly gridAttentionGradient: { readonly heads: number; readonly window: number | null };
  /** dRows[y-Y+s-1] = sum of dS q, likewise dColumns. Inputs as `gridAttentionGradient`; results dRows, dColumns. */
  readonly gridAttentionTableGradient: { readonly heads: number; readonly window: number | null };
  /** The dk and dv of positions beyond the grid, summed; 0 for q. Inputs as `gridAttentionGradient`; result [3C]. */
  readonly gridAttentionPaddingGradient: { readonly heads: number; readonly window: number };
  /** dOut right^T. Inputs: dOut [N,a,c], right [N,b,c]; result [N,a,b]. */
  readonly matmulLeftGradient: NoAttributes;
  /** left^T dOut. Inputs: left [N,a,b], dOut [N,a,c]; result [N,b,c]. */
  readonly matmulRightGradient: NoAttributes;
}

/** The inputs of the gradients of attention in a grid. */
function gridInputs(
  inputs: readonly Shape[],
  window: number | null,
): { readonly qkv: Shape; readonly tables: Shape[] } {
  const [dOut, qkv, rows, columns] = requireInputs(inputs, window === null ? 6 : 7) as [
    Shape,
    Shape,
    Shape,
    Shape,
  ];
  requireThat(
    qkv.length === 4 && isSameShape(qkv.slice(0, 3), dOut.slice(0, 3)) && qkv[3] === 3 * Number(dOut[3]),
    'takes dOut [N,h,w,C] and qkv [N,h,w,3C]',
  );
  return { qkv, tables: [rows, columns] };
}

export const tokenGradientShapes: { readonly [K in keyof TokenGradients]: ResultRule<K> } = {
  linearInputGradient(inputs, { adapters }) {
    const [dOut, weight] = requireInputs(inputs, 2 + 2 * adapters.length) as [Shape, Shape];
    requireThat(
      weight.length === 2 && dOut.at(-1) === weight[0],
      `the weight makes ${weight[0]} features, the gradient has ${dOut.at(-1)}`,
    );
    return [[...dOut.slice(0, -1), weight[1] as number]];
  },
  linearWeightGradient(inputs) {
    const [dOut, x] = requireInputs(inputs, 2) as [Shape, Shape];
    requireThat(isSameShape(dOut.slice(0, -1), x.slice(0, -1)), 'the rows of dOut and x differ');
    return [[dOut.at(-1) as number, x.at(-1) as number]];
  },
  adapterGradient(inputs, { offset }) {
    const [dOut, x, a, b] = requireInputs(inputs, 4) as [Shape, Shape, Shape, Shape];
    requireThat(
      isSameShape(dOut.slice(0, -1), x.slice(0, -1)) && a[1] === x.at(-1) && a[0] === b[1],
      `the adapters ${formatShape(a)} and ${formatShape(b)} do not fit ${formatShape(x)}`,
    );
    requireThat(offset + Number(b[0]) <= Number(dOut.at(-1)), 'the adapted features must lie within dOut');
    return [a, b];
  },
  layerNormInputGradient(inputs, { axis }) {
    const [dOut, x, scale] = requireInputs(inputs, 5) as [Shape, Shape, Shape];
    requireThat(isSameShape(dOut, x) && scale[0] === x[axis], 'dOut, x and the scale do not fit');
    return [x];
  },
  layerNormScaleGradient(inputs, { axis }) {
    const [dOut, x] = requireInputs(inputs, 4) as [Shape, Shape];
    requireThat(isSameShape(dOut, x), 'dOut and x must have the same shape');
    return [[x[axis] as number]];
  },
  attentionGradient(inputs) {
    const [dOut, q, k, v, out] = requireInputs(inputs, 6) as [Shape, Shape, Shape, Shape, Shape];
    requireThat(
      isSameShape(dOut, q) && isSameShape(out, q) && isSameShape(k, v),
      'dOut, q and the result, and k and v, must have the same shape',
    );
    return [q, k, v];
  },
  gridAttentionGradient: (inputs, { window }) => [gridInputs(inputs, window).qkv],
  gridAttentionTableGradient: (inputs, { window }) => gridInputs(inputs, window).tables,
  gridAttentionPaddingGradient: (inputs, { window }) => [[gridInputs(inputs, window).qkv[3] as number]],
  matmulLeftGradient(inputs) {
    const [dOut, right] = requireInputs(inputs, 2) as [Shape, Shape];
    requireThat(dOut.length === 3 && dOut[2] === right[2], 'takes dOut [N,a,c] and right [N,b,c]');
    return [[dOut[0], dOut[1], right[1]] as Shape];
  },
  matmulRightGradient(inputs) {
    const [left, dOut] = requireInputs(inputs, 2) as [Shape, Shape];
    requireThat(dOut.length === 3 && dOut[1] === left[1], 'takes left [N,a,b] and dOut [N,a,c]');
    return [[left[0], left[2], dOut[2]] as Shape];
  },
};
