/** The block of a vision transformer that both sides of the benchmark train, and its seeded numbers. */
import { createRandom } from '../../core/random.ts';
import type { Tensor } from '../../models/graph/graph.ts';
import { elementCount } from '../../models/graph/shape.ts';

/** The sizes that other libraries were measured at. */
export const BLOCK = {
  batch: 8,
  tokens: 64,
  dim: 192,
  heads: 3,
  mlpDim: 768,
  rank: 4,
  epsilon: 1e-6,
} as const;
/** AdamW with the constants of the recipe. */
export const ADAMW = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
export const RATES = { learningRate: 0.005, weightDecay: 0.1 } as const;

const { batch, tokens, dim, mlpDim, rank } = BLOCK;

/** Adapters of q and v, which are trained. */
export const ADAPTERS = {
  qa: [rank, dim],
  qb: [dim, rank],
  va: [rank, dim],
  vb: [dim, rank],
} as const;

/** Everything else: weights [outputs, inputs], scales and shifts. */
export const FROZEN = {
  'norm1.weight': [dim],
  'norm1.bias': [dim],
  'q.weight': [dim, dim],
  'q.bias': [dim],
  'k.weight': [dim, dim],
  'k.bias': [dim],
  'v.weight': [dim, dim],
  'v.bias': [dim],
  'proj.weight': [dim, dim],
  'proj.bias': [dim],
  'norm2.weight': [dim],
  'norm2.bias': [dim],
  'mlp.lin1.weight': [mlpDim, dim],
  'mlp.lin1.bias': [mlpDim],
  'mlp.lin2.weight': [dim, mlpDim],
  'mlp.lin2.bias': [dim],
} as const;

/** Tokens, and what the block is to make of them: the loss is the sum over the images of the mean square difference. */
export const INPUTS = { x: [batch, tokens, dim], target: [batch, tokens, dim] } as const;

/** A seeded value by name: matrices of the spread that keeps sums near 1, scales near 1, shifts near 0. */
export function valueOf(name: string): Tensor {
  const shape: readonly number[] = { ...ADAPTERS, ...FROZEN, ...INPUTS }[name as 'x'];
  const random = createRandom(1, `lora-block ${name}`);
  const isInput = name in INPUTS;
  const factor = isInput ? 1 : shape.length === 2 ? 1 / Math.sqrt(shape[1] as number) : 0.1;
  const offset = name.endsWith('.weight') && shape.length === 1 ? 1 : 0;
  const data = Float32Array.from({ length: elementCount(shape) }, () => offset + factor * random.normal());
  return { shape, data };
}
