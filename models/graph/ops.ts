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

export type UnaryFunction = 'relu' | 'exp' | 'log' | 'sqrt';
export type BinaryFunction = 'add' | 'subtract' | 'multiply' | 'divide';
export type ReduceFunction = 'mean' | 'max';

/** Attributes of the operations on maps [N,C,h,w], row-major. */
export interface MapOperations {
  /**
   * out[n,o,y,x] = bias[o] + sum over i,ky,kx of weight[o,i,ky,kx] * in[n,i,y*stride+ky-padding,x*stride+kx-padding],
   * zero outside the map. Inputs: map, weight [O,I,size,size], bias [O] (optional). A correlation, as everywhere in deep learning.
   */
  readonly conv2d: { readonly stride: number; readonly padding: number };
  /** Mean over the window's elements that lie inside the map: padding is not counted. Requires padding < size. */
  readonly averagePool: Window;
  /** Maximum over the window's elements that lie inside the map. Requires padding < size. */
  readonly maxPool: Window;
  /** Bilinear, half-pixel centres: source = (target + 0.5) * in/out - 0.5, clamped to the map; no antialiasing. */
  readonly resize: { readonly height: number; readonly width: number };
}

/** Attributes of the operations that look at elements and axes only. */
export interface ElementOperations {
  /** Over `axes`, which stay with length 1. */
  readonly reduce: { readonly function: ReduceFunction; readonly axes: readonly number[] };
  /** Element by element; `log` is natural. */
  readonly unary: { readonly function: UnaryFunction };
  /** Element by element, axes of length 1 are repeated (NumPy broadcasting of equal ranks). */
  readonly binary: { readonly function: BinaryFunction };
  /** in * scale + shift, both constants. */
  readonly affine: { readonly scale: number; readonly shift: number };
  readonly concat: { readonly axis: number };
  /** Same elements in the same order; the batch axis stays where it is. */
  readonly reshape: { readonly shape: readonly Dimension[] };
}

export interface Operations extends MapOperations, ElementOperations {}

export type OpKind = keyof Operations;
