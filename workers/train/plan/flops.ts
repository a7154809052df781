/** Floating-point operations of a training operation, about: a multiplication and an addition are two. */
import type { TrainingKind, TrainingOperations } from '../../../models/graph/gradient-ops.ts';
import { elementCount } from '../../../models/graph/shape.ts';
import type { KernelCall } from '../../gpu/kernels/kernel.ts';
import type { TrainingPlan } from './plan.ts';

type Call<K extends TrainingKind> = KernelCall<K>;
type Shapes = readonly (readonly number[])[];

const shapeAt = (shapes: Shapes, index: number) => shapes[index] as readonly number[];
const countAt = (shapes: Shapes, index: number) => elementCount(shapeAt(shapes, index));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Both products of a pair of adapters A [R,I], B [S,R] on so many rows. */
const pairFlops = (rows: number, a: readonly number[], b: readonly number[]) =>
  2 * rows * (elementCount(a) + elementCount(b));

/** A linear layer or the gradient of its input: rows of input 0, weight, and pairs from input `firstPair` on. */
function linearFlops(inputs: Shapes, firstPair: number): number {
  const rows = countAt(inputs, 0) / (shapeAt(inputs, 0).at(-1) as number);
  return 2 * rows * (countAt(inputs, 1) + sum(inputs.slice(firstPair).map(elementCount)));
}

/** Pairs of a query and a key along one axis of a grid. */
function pairCount(length: number, window: number | null): number {
  if (window === null) return length ** 2;
  return Math.floor(length / window) * window ** 2 + (length % window) ** 2;
}

/** An attention in a grid: so many products over all pairs of tokens that attend to each other, and the relative terms as often. */
function gridFlops(
  qkv: readonly number[],
  { heads, window }: TrainingOperations['gridAttention'],
  products: number,
): number {
  const [images, height, width, tripled] = qkv as [number, number, number, number];
  const channels = tripled / 3;
  const pairs = pairCount(height, window) * pairCount(width, window);
  const relative = height * width * ((window ?? height) + (window ?? width));
  return products * images * (2 * pairs * channels + relative * channels + 4 * heads * pairs);
}

/** A convolution [O,I,kh,kw] or its gradient: each of these elements of O channels meets I kh kw weights. */
const convolutionFlops = (elements: number, weight: readonly number[]) =>
  2 * elements * elementCount(weight.slice(1));

const formulas: { readonly [K in TrainingKind]?: (call: Call<K>) => number } = {
  linear: ({ attributes, inputs }) => linearFlops(inputs, attributes.bias ? 3 : 2),
  linearInputGradient: ({ inputs }) => linearFlops(inputs, 2),
  linearWeightGradient: ({ inputs }) => 2 * countAt(inputs, 0) * (shapeAt(inputs, 1).at(-1) as number),
  adapterGradient({ inputs }) {
    const rows = countAt(inputs, 1) / (shapeAt(inputs, 1).at(-1) as number);
    return 2 * pairFlops(rows, shapeAt(inputs, 2), shapeAt(inputs, 3));
  },
  matmul: ({ inputs, results }) => 2 * countAt(results, 0) * (shapeAt(inputs, 0)[2] as number),
  matmulLeftGradient: ({ inputs, results }) => 2 * countAt(results, 0) * (shapeAt(inputs, 0)[2] as number),
  matmulRightGradient: ({ inputs, results }) => 2 * countAt(results, 0) * (shapeAt(inputs, 0)[1] as number),
  conv2d: ({ inputs, results }) => convolutionFlops(countAt(results, 0), shapeAt(inputs, 1)),
  convTranspose2d: ({ inputs }) => convolutionFlops(countAt(inputs, 0), shapeAt(inputs, 1)),
  conv2dInputGradient: ({ inputs }) => convolutionFlops(countAt(inputs, 0), shapeAt(inputs, 1)),
  conv2dWeightGradient: ({ inputs, results }) => convolutionFlops(countAt(inputs, 0), shapeAt(results, 0)),
  attention: ({ inputs }) => 4 * countAt(inputs, 0) * (shapeAt(inputs, 1)[1] as number),
  // Scores and their derivatives are made for queries and again for keys, then three products.
  attentionGradient: ({ inputs }) => 14 * countAt(inputs, 1) * (shapeAt(inputs, 2)[1] as number),
  gridAttention: ({ attributes, inputs }) => gridFlops(shapeAt(inputs, 0), attributes, 2),
  gridAttentionGradient: ({ attributes, inputs }) => gridFlops(shapeAt(inputs, 1), attributes, 7),
  gridAttentionTableGradient: ({ attributes, inputs }) => gridFlops(shapeAt(inputs, 1), attributes, 3),
  gridAttentionPaddingGradient: ({ attributes, inputs }) => gridFlops(shapeAt(inputs, 1), attributes, 3),
};

/** Operations of a kind: those of its products, else a few for each element that it touches. */
export function nodeFlops<K extends TrainingKind>(kind: K, call: KernelCall<K>): number {
  const formula = formulas[kind];
  return formula?.(call) ?? 2 * sum([...call.inputs, ...call.results].map(elementCount));
}

/** Operations of one step: of a whole batch. */
export function planFlops({ programmes, microBatchCount }: TrainingPlan): number {
  const flopsOf = (steps: TrainingPlan['programmes']['forward']) =>
    sum(steps.map((step) => (step.kind === 'dispatch' ? step.flops : 0)));
  const { forward, loss, backward, update } = programmes;
  return microBatchCount * (flopsOf(forward) + flopsOf(backward)) + flopsOf(loss) + flopsOf(update);
}
