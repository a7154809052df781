/**
 * Weights and images from a hash of their names: full-size models can be tested without storing a checkpoint.
 * The rules are those of the reference data (section 0 of its README).
 */
import type { Params, Tensor, Value } from '../graph/graph.ts';
import { elementCount } from '../graph/shape.ts';

const STATISTIC_SPREAD = 0.1;
const SCALE_SPREAD = 0.2;
const PROMPT_SPREAD = 0.5;

/** FNV-1a, 32 bits, over UTF-8 bytes. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The finaliser of MurmurHash3. */
function mix32(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Element `index` of the stream of `hash`: uniform in [-1, 1). */
function uniformAt(index: number, hash: number): number {
  return 2 * (mix32((mix32((index + hash) >>> 0) ^ hash) >>> 0) / 2 ** 32) - 1;
}

/** offset + uniform * factor * gain. */
interface Spread {
  readonly offset: number;
  readonly factor: number;
  readonly gain?: number;
}

function spreadOf(name: string, shape: readonly number[], gain: number): Spread {
  const contains = (...parts: readonly string[]) => parts.some((part) => name.includes(part));
  if (name.endsWith('num_batches_tracked')) return { offset: 0, factor: 0 };
  if (name.endsWith('positional_encoding_gaussian_matrix')) return { offset: 0, factor: 1 };
  if (contains('pos_embed', 'rel_pos_', 'position_embeddings'))
    return { offset: 0, factor: STATISTIC_SPREAD };
  if (contains('iou_token.', 'mask_tokens.', 'no_mask_embed.', 'point_embeddings.', 'not_a_point_embed.')) {
    return { offset: 0, factor: PROMPT_SPREAD };
  }
  if (name.endsWith('running_mean')) return { offset: 0, factor: STATISTIC_SPREAD };
  if (name.endsWith('running_var')) return { offset: 1, factor: SCALE_SPREAD };
  if (shape.length >= 2) return { offset: 0, factor: Math.sqrt(3 / elementCount(shape.slice(1))), gain };
  return name.endsWith('.weight')
    ? { offset: 1, factor: SCALE_SPREAD }
    : { offset: 0, factor: STATISTIC_SPREAD };
}

/** The weight called `name`; `gain` multiplies weights of rank two and more that no other rule names. */
export function synthWeight(name: string, shape: readonly number[], salt: string, gain = 1): Tensor {
  const hash = hashText(`${salt}:${name}`);
  const spread = spreadOf(name, shape, gain);
  const data = new Float32Array(elementCount(shape));
  for (let i = 0; i < data.length; i++) {
    data[i] = spread.offset + uniformAt(i, hash) * spread.factor * (spread.gain ?? 1);
  }
  return { shape, data };
}

/** Weights for each of a graph's parameters, which must be of known size. */
export function synthParams(parameters: readonly Value[], salt: string, gain = 1): Params {
  return new Map(
    parameters.map(({ name, shape }) => [name, synthWeight(name, shape.map(Number), salt, gain)]),
  );
}

/** A noisy wave of C planes, around 0.5; values may leave [0, 1]. Shapes: [C,height,width], row-major. */
export function synthImage(
  name: string,
  channels: number,
  height: number,
  width: number,
  salt: string,
): Float32Array<ArrayBuffer> {
  const hash = hashText(`${salt}:${name}`);
  const data = new Float32Array(channels * height * width);
  let at = 0;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      const vertical = Math.cos(2 * Math.PI * ((2 * y) / height));
      for (let x = 0; x < width; x++, at++) {
        const horizontal = Math.sin(2 * Math.PI * ((3 * x) / width + 0.2 * c));
        data[at] = 0.5 + 0.25 * horizontal * vertical + 0.2 * uniformAt(at, hash);
      }
    }
  }
  return data;
}
