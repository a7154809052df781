/**
 * The closed set of operations of the graph language, with the exact formula of each: the contract that the ONNX
 * lowering and the reference interpreter both follow. An operation enters only because a model of the zoo uses it;
 * every interpretation is a table over `OpKind`, so the compiler refuses one that forgets a kind.
 */
import type { Dimension } from './shape.ts';

export interface Window {
  /** Side of the square window, in elements. */
  readonly size: number;
  readonly stride: number;
  /** Elements added on each of the four sides. */
  readonly padding: number;
}

export type UnaryFunction = 'relu' | 'gelu' | 'exp' | 'log' | 'sqrt';
export type BinaryFunction = 'add' | 'subtract' | 'multiply' | 'divide';
export type ReduceFunction = 'mean' | 'max';

/** How a resize places the samples of the target between those of the source, along each axis. */
export type ResizeCentres = 'half-pixel' | 'align-corners';

/** Attributes of the operations on maps [N,C,h,w], row-major. */
export interface MapOperations {
  /**
   * out[n,o,y,x] = bias[o] + sum over i,ky,kx of weight[o,i,ky,kx] * in[n,i,y*stride+ky-rows,x*stride+kx-columns],
   * where padding = [rows, columns] on both sides of each axis, zero outside the map. Inputs: map, weight [O,I,kh,kw],
   * bias [O] (optional). A correlation, as everywhere in deep learning.
   */
  readonly conv2d: { readonly stride: number; readonly padding: readonly [rows: number, columns: number] };
  /**
   * out[n,o,y*stride+ky,x*stride+kx] = bias[o] + sum over i of weight[i,o,ky,kx] * in[n,i,y,x]. The kernel's side is the
   * stride, so that every output has one source. Inputs: map, weight [I,O,stride,stride], bias [O] (optional).
   */
  readonly convTranspose2d: { readonly stride: number };
  /** Mean over the window's elements that lie inside the map; `countPadding` divides by size^2 everywhere. Requires padding < size. */
  readonly averagePool: Window & { readonly countPadding: boolean };
  /** Maximum over the window's elements that lie inside the map. Requires padding < size. */
  readonly maxPool: Window;
  /**
   * Bilinear, no antialiasing, edges clamped. Source position of a target sample: (target + 0.5) * in/out - 0.5 with
   * half-pixel centres; target * (in - 1)/(out - 1) with aligned corners, 0 where out = 1.
   */
  readonly resize: { readonly height: number; readonly width: number; readonly centres: ResizeCentres };
  /** Zeros before and after each axis of the map. */
  readonly pad: {
    readonly rows: readonly [before: number, after: number];
    readonly columns: readonly [before: number, after: number];
  };
  /**
   * (in - mean[c]) / sqrt(variance[c] + epsilon) * scale[c] + shift[c]: the inference form, with the statistics of
   * training as parameters. Inputs: map, scale [C], shift [C], mean [C], variance [C].
   */
  readonly batchNorm: { readonly epsilon: number };
  /**
   * (in - mean) / sqrt(variance + epsilon) * scale[c] + shift[c], with the mean and the biased variance of each image over
   * h, w and the C / groups channels of c's group. Inputs: map, scale [C], shift [C].
   */
  readonly groupNorm: { readonly groups: number; readonly epsilon: number };
  /** (w - mean) / sqrt(variance + epsilon), with the mean and the biased variance over I,kh,kw of each output channel. Input: weight [O,I,kh,kw]. */
  readonly weightStandardize: { readonly epsilon: number };
}

/** Attributes of the operations that look at elements and axes only. */
export interface ElementOperations {
  /** Over `axes`, which stay with length 1. */
  readonly reduce: { readonly function: ReduceFunction; readonly axes: readonly number[] };
  /** Element by element; `log` is natural, `gelu` is x * (1 + erf(x / sqrt 2)) / 2 with the exact error function. */
  readonly unary: { readonly function: UnaryFunction };
  /** Element by element, axes of length 1 are repeated (NumPy broadcasting of equal ranks). */
  readonly binary: { readonly function: BinaryFunction };
  /** in * scale + shift, both constants. */
  readonly affine: { readonly scale: number; readonly shift: number };
  readonly concat: { readonly axis: number };
  /** Same elements in the same order; the batch axis stays where it is. */
  readonly reshape: { readonly shape: readonly Dimension[] };
  /** Axis i of the result is axis order[i] of the input. */
  readonly transpose: { readonly order: readonly number[] };
  /** Elements start to start + length - 1 along one axis. */
  readonly slice: { readonly axis: number; readonly start: number; readonly length: number };
  /** Repeats x [1,...] once for each image of `like` [N,...], of which nothing else is used. Inputs: x, like. */
  readonly expandBatch: NoAttributes;
  /** The input itself; its gradient is multiplied by -scale. Source: Ganin and Lempitsky, 2015. */
  readonly reverseGradient: { readonly scale: number };
}

/** Attributes of the operations on tokens: features lie on the last axis, C = heads * D. */
export interface TokenOperations {
  /**
   * out[...,o] = bias[o] + sum over i of weight[o,i] * in[...,i]; then for each pair p of adapters A [R,I], B [S,R]
   * out[..., adapters[p] + s] += sum over r,i of B[s,r] * A[r,i] * in[...,i]: no factor of alpha over rank.
   * Inputs: x [...,I], weight [O,I], bias [O] where `bias` says so, then A and B of each pair.
   * `adapters` holds the first output feature of each pair; the outputs of two pairs do not overlap.
   */
  readonly linear: { readonly bias: boolean; readonly adapters: readonly number[] };
  /**
   * (in - mean) / sqrt(variance + epsilon) * scale + shift, with the mean and the biased variance along one axis: the last
   * for tokens, 1 for maps. Inputs: x, scale [C], shift [C].
   */
  readonly layerNorm: { readonly axis: number; readonly epsilon: number };
  /**
   * For each head: out = softmax over keys of (q . k / sqrt(D)) v. Inputs: q [N,T,C], k [N,S,C], v [N,S,C]; result [N,T,C].
   */
  readonly attention: { readonly heads: number };
  /**
   * Attention within a grid of tokens, or within square windows of it that start at its first row and column. For each
   * head, query (y,x) and key (Y,X) of one window of sides s, t:
   * score = q . k / sqrt(D) + q . rows[y-Y+s-1] + q . columns[x-X+t-1]; out = softmax over keys of the score, times v.
   * Without a window s and t are the grid's height and width, else both are `window`. Positions of a window beyond the grid
   * are keys and values like the others, with `padding` for their q, k and v; nothing is computed for their queries.
   * Inputs: qkv [N,h,w,3C] with all of q, then k, then v; rows [2s-1,D]; columns [2t-1,D]; with a window: padding [3C].
   * Result [N,h,w,C].
   */
  readonly gridAttention: { readonly heads: number; readonly window: number | null };
  /** Matrix products of a batch. Inputs: [N,a,b], [N,b,c]; result [N,a,c]. */
  readonly matmul: NoAttributes;
}

export type NoAttributes = Readonly<Record<string, never>>;

export interface Operations extends MapOperations, ElementOperations, TokenOperations {}

export type OpKind = keyof Operations;
