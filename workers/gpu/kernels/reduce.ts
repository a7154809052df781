/** Sums, means and maxima over axes, with their gradients: few outputs of long sums are split over workgroups. */
import { elementCount, rowMajorStrides } from '../../../models/graph/shape.ts';
import { foldWorkgroups } from './grid.ts';
import type { Dispatch, Kernel, KernelTraits, Operand } from './kernel.ts';
import maxGradientCode from './max-gradient.wgsl?raw';
import code from './reduce.wgsl?raw';
import { constantsByAxis, mergeAxes } from './strided.ts';

/** Invocations that share the sums of 16 neighbouring outputs, or one sum of neighbouring elements. */
const SUM_LANES = 16;
const RUN_LANES = 64;
/** Elements that a lane adds before it pays to give the rest to another workgroup. */
const ELEMENTS_PER_LANE = 16;
/** Workgroups that keep a large GPU busy; more chunks than that gain nothing. */
const BUSY_WORKGROUPS = 512;

/** What reduce.wgsl makes of the elements, by the number that it knows a function by. */
const FUNCTION_NUMBERS = { sum: 0, max: 1, squares: 2 } as const;

export type ReducedFunction = keyof typeof FUNCTION_NUMBERS;

/** What is reduced: offsets of the outputs and, from there, of the elements of each. */
interface Reduction {
  readonly function: ReducedFunction;
  readonly scale: number;
  readonly outputs: number;
  readonly length: number;
  readonly constants: Readonly<Record<string, number>>;
  /** Whether neighbouring elements of one output lie together, rather than neighbouring outputs. */
  readonly isRun: boolean;
}

/** Sizes and strides of the axes kept, or of those reduced, as constants of both kernels of reductions. */
function axisConstants(name: string, sizes: readonly number[], strides: readonly number[]) {
  const merged = mergeAxes({ sizes, strides: [strides] });
  const [ofTensor = []] = merged.strides;
  const sizeConstants = constantsByAxis(`${name}_SIZE`, merged.sizes, 3);
  // The outermost size follows from the number of positions.
  delete sizeConstants[`${name}_SIZE_0`];
  return { constants: { ...sizeConstants, ...constantsByAxis(name, ofTensor, 3) }, stride: ofTensor.at(-1) };
}

function reductionOf(shape: readonly number[], axes: readonly number[]) {
  const strides = rowMajorStrides(shape);
  const pick = (values: readonly number[], reduced: boolean) =>
    values.filter((_, axis) => axes.includes(axis) === reduced);
  const kept = axisConstants('KEPT', pick(shape, false), pick(strides, false));
  const reduced = axisConstants('REDUCED', pick(shape, true), pick(strides, true));
  return {
    outputs: elementCount(pick(shape, false)),
    length: elementCount(pick(shape, true)),
    constants: { ...kept.constants, ...reduced.constants },
    isRun: reduced.stride === 1,
  };
}

const atMostPowerOfTwo = (limit: number, count: number) =>
  Math.min(limit, 2 ** Math.ceil(Math.log2(Math.max(count, 1))));

function dispatchOf(
  reduction: Reduction,
  chunks: number,
  [from, to]: readonly [Operand, Operand],
  traits: KernelTraits,
): Dispatch {
  const { outputs, length, isRun } = reduction;
  // On the CPU barriers cost more than an invocation's own sum, unless there are too few outputs to have one each.
  const isAlone = traits.isSoftware && outputs >= RUN_LANES;
  const lanes = isAlone ? 1 : atMostPowerOfTwo(isRun ? RUN_LANES : SUM_LANES, length);
  const width = isRun ? RUN_LANES / lanes : SUM_LANES;
  const [x, y] = foldWorkgroups(Math.ceil(outputs / width), traits);
  return {
    class: 'reduction',
    code,
    constants: {
      ...reduction.constants,
      X: width,
      Y: lanes,
      OUTPUTS: outputs,
      LENGTH: length,
      CHUNK: Math.ceil(length / chunks),
      FUNCTION: FUNCTION_NUMBERS[reduction.function],
      SCALE: reduction.scale,
    },
    bindings: [from, to],
    workgroups: [x, y, chunks],
  };
}

/** Chunks of at least `ELEMENTS_PER_LANE` elements a lane, no more than keep a GPU busy, none of them empty. */
function chunkCount({ outputs, length, isRun }: Reduction): number {
  const wanted = Math.min(
    Math.ceil(length / ((isRun ? RUN_LANES : SUM_LANES) * ELEMENTS_PER_LANE)),
    Math.ceil(BUSY_WORKGROUPS / Math.ceil(outputs / (isRun ? 1 : SUM_LANES))),
  );
  return Math.ceil(length / Math.ceil(length / wanted));
}

const INPUT: Operand = { from: 'input', index: 0 };
const RESULT: Operand = { from: 'result', index: 0 };
const PARTIAL: Operand = { from: 'scratch', index: 0 };

/** Reduces input 0 of `shape` over `axes` to result 0; the sum is multiplied by `scale`. */
export function reduceKernel(
  what: { readonly function: ReducedFunction; readonly scale: number },
  shape: readonly number[],
  axes: readonly number[],
  traits: KernelTraits,
): Kernel {
  const whole = { ...what, ...reductionOf(shape, axes) };
  const chunks = chunkCount(whole);
  if (chunks === 1) return { dispatches: [dispatchOf(whole, 1, [INPUT, RESULT], traits)], scratch: [] };
  const ofChunks = {
    // Squares are summed: only the elements are squared.
    function: what.function === 'max' ? 'max' : 'sum',
    scale: what.scale,
    ...reductionOf([chunks, whole.outputs], [0]),
  } as const;
  return {
    dispatches: [
      dispatchOf({ ...whole, scale: 1 }, chunks, [INPUT, PARTIAL], traits),
      dispatchOf(ofChunks, 1, [PARTIAL, RESULT], traits),
    ],
    scratch: [chunks * whole.outputs],
  };
}

/** Gradient of a maximum over `axes` of a value of `shape`. Inputs: dOut, x. */
export function maxGradientKernel(
  shape: readonly number[],
  axes: readonly number[],
  traits: KernelTraits,
): Kernel {
  const { outputs, length, constants } = reductionOf(shape, axes);
  return {
    dispatches: [
      {
        class: 'reduction',
        code: maxGradientCode,
        constants: { ...constants, OUTPUTS: outputs, LENGTH: length },
        bindings: [INPUT, { from: 'input', index: 1 }, RESULT],
        workgroups: foldWorkgroups(outputs, traits),
      },
    ],
    scratch: [],
  };
}
