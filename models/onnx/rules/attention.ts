/**
 * Attention as two products and a softmax. The fused operator (com.microsoft.MultiHeadAttention of onnxruntime-web 1.30) gives
 * wrong numbers on WebGPU from 32 queries on where subgroups are small, as on the software adapter that the tests run on; on
 * WebAssembly it gains nothing that is more than the noise of a measurement (`npm run bench -- graph-choices`).
 */
import type { Emitter } from './emitter.ts';

/** Sizes of one attention: T queries, S keys, heads of D channels. */
export interface AttentionSizes {
  readonly queries: number;
  readonly keys: number;
  readonly heads: number;
  readonly width: number;
  /** How many attentions of these sizes there are in each image, one behind the other. */
  readonly count: number;
}

/** Order of the axes of [B,T,heads,D] that puts the heads first, and the one that turns each head's matrix round too. */
const HEADS_FIRST = [0, 2, 1, 3];
const HEADS_TURNED = [0, 2, 3, 1];

/** Emits x [N,count*length,C] as [B,heads,length,D], or [B,heads,D,length] where it is turned round; B = N * count. */
export function emitHeads(
  emitter: Emitter,
  x: string,
  result: string,
  length: number,
  { heads, width }: AttentionSizes,
  isTurned = false,
): string {
  const shape = emitter.intsConstant(`${result}.shape`, [-1, length, heads, width]);
  emitter.emit('Reshape', [x, shape], `${result}.split`);
  emitter.emit('Transpose', [`${result}.split`], result, { perm: isTurned ? HEADS_TURNED : HEADS_FIRST });
  return result;
}

/**
 * Emits attention of queries [B,heads,T,D] to keys and values [N,count*S,C]; the result, [N,count*T,C], is called `result`.
 * `bias` [B,heads,T,S], where there is one, is added to the scores.
 */
export function emitAttention(
  emitter: Emitter,
  name: string,
  result: string,
  { q, k, v }: { readonly q: string; readonly k: string; readonly v: string },
  sizes: AttentionSizes,
  bias?: string,
): void {
  const { queries, keys, heads, width, count } = sizes;
  const keysTurned = emitHeads(emitter, k, `${name}.keys`, keys, sizes, true);
  const scale = emitter.floatConstant(`${name}.scale`, 1 / Math.sqrt(width));
  emitter.emit('Mul', [keysTurned, scale], `${name}.scaled-keys`);
  emitter.emit('MatMul', [q, `${name}.scaled-keys`], `${name}.scores`);
  const scores = bias === undefined ? `${name}.scores` : `${name}.biased`;
  if (bias !== undefined) emitter.emit('Add', [`${name}.scores`, bias], scores);
  emitter.emit('Softmax', [scores], `${name}.weights`, { axis: -1 });
  const values = emitHeads(emitter, v, `${name}.values`, keys, sizes);
  emitter.emit('MatMul', [`${name}.weights`, values], `${name}.attended`);
  emitter.emit('Transpose', [`${name}.attended`], `${name}.joined`, { perm: HEADS_FIRST });
  const shape = emitter.intsConstant(`${name}.joined-shape`, [-1, count * queries, heads * width]);
  emitter.emit('Reshape', [`${name}.joined`, shape], result);
}
