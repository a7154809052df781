/** Every kernel of training on the user's own adapter against the float64 oracle: the first half of "check this GPU". */
import { WorkbenchError } from '../../core/errors.ts';
import type { Report } from '../../core/tasks.ts';
import { EXACT, POINTWISE_F32, REDUCED_F32, type Tolerance } from '../../core/testing.ts';
import type { GpuCheck } from '../api/train.ts';
import type { Lock } from '../infer/lock.ts';
import type { AnyKernelCase } from './check-gpu-cases.ts';
import { bothResults, type KernelCase, type KernelDevice } from './compare-kernel.ts';
import type { Kernel, KernelCall, KernelTraits } from './kernels/kernel.ts';
import type { KernelKind } from './kernels/kernel-table.ts';

/** Where kernels come from: the table, or what a test puts in its place. */
export type KernelSource = <K extends KernelKind>(
  kind: K,
  call: KernelCall<K>,
  traits: KernelTraits,
) => Kernel;

/** Operations that move elements, and those that make each of a few others; all that is left out sums. */
const MOVES: ReadonlySet<KernelKind> = new Set([
  'concat',
  'expandBatch',
  'maxPool',
  'pad',
  'slice',
  'sliceGradient',
  'transpose',
]);
const POINTWISE: ReadonlySet<KernelKind> = new Set(['affine', 'binary', 'unary', 'unaryGradient']);

function toleranceOf(kind: KernelKind): Tolerance {
  if (MOVES.has(kind)) return EXACT;
  return POINTWISE.has(kind) ? POINTWISE_F32 : REDUCED_F32;
}

/**
 * The largest |a - b| / (abs / rel + |b|), which is at most `rel` where and only where all values are close; the largest |a - b|
 * where they must be equal. Infinity for a value that is not a number.
 */
export function worstError(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { abs, rel }: Tolerance,
): number {
  if (actual.length !== expected.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual[i] as number, expected[i] as number];
    const error = Math.abs(a - b) / (rel === 0 ? 1 : abs / rel + Math.abs(b));
    worst = Math.max(worst, Number.isNaN(error) ? Infinity : error);
  }
  return worst;
}

/** Problems of a kernel, not of the device. */
const isOfKernel = (error: unknown) =>
  error instanceof WorkbenchError &&
  (error.code === 'gpu/kernel-refused' || error.code === 'runtime/run-failed');

/** An error as a check keeps it: JSON has no Infinity. */
export function storedError(error: number): number | null {
  return Number.isFinite(error) ? error : null;
}

/** The worst error of a case; Infinity for a kernel that the GPU refuses or that writes where it must not. */
async function errorOf<K extends KernelKind>(
  on: KernelDevice,
  kernelCase: KernelCase<K>,
  kernelOf: KernelSource,
): Promise<number> {
  try {
    const rule = (call: KernelCall<K>, traits: KernelTraits) => kernelOf(kernelCase.kind, call, traits);
    const results = await bothResults(on, rule, kernelCase);
    const tolerance = toleranceOf(kernelCase.kind);
    return Math.max(...results.map(({ actual, expected }) => worstError(actual, expected, tolerance)));
  } catch (error) {
    if (isOfKernel(error)) return Infinity;
    throw error;
  }
}

/**
 * What the check says of each kind of kernel, in the order of the cases. Each case is a turn.
 * Errors: the signal's reason; what the device throws, but not what a single kernel does.
 */
export async function checkKernels(
  on: KernelDevice,
  cases: readonly AnyKernelCase[],
  kernelOf: KernelSource,
  inTurn: Lock,
  signal: AbortSignal,
  report: Report,
): Promise<GpuCheck['kernels']> {
  const worst = new Map<KernelKind, number>();
  for (const [done, kernelCase] of cases.entries()) {
    signal.throwIfAborted();
    report({ phase: 'Checking kernels', done, total: cases.length, unit: 'kernels' });
    const error = await inTurn(() => errorOf(on, kernelCase, kernelOf));
    worst.set(kernelCase.kind, Math.max(error, worst.get(kernelCase.kind) ?? 0));
  }
  return [...worst].map(([kernel, error]) => {
    const { rel: tolerance } = toleranceOf(kernel);
    return { kernel, worstError: storedError(error), tolerance, passed: error <= tolerance };
  });
}
