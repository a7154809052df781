/**
 * What a kernel is: one operation of a training graph as a few dispatches of WGSL, as plain data. Pipelines and buffers are
 * the executor's; where a tensor lies in memory is the planner's.
 */
import type { TrainingKind, TrainingOperations } from '../../../models/graph/gradient-ops.ts';

/** What kernels choose their variants by. */
export interface KernelTraits {
  /** The adapter computes on the CPU: registers instead of workgroup memory pay there. */
  readonly isSoftware: boolean;
  readonly hasSubgroups: boolean;
  /** Bytes of workgroup memory and invocations a workgroup may use. */
  readonly maxWorkgroupStorage: number;
  readonly maxInvocations: number;
  readonly maxWorkgroupsPerDimension: number;
}

/** A tensor that a dispatch binds. Scratch lives for the operation only. */
export interface Operand {
  readonly from: 'input' | 'result' | 'scratch';
  readonly index: number;
}

/** The buffer of an input of the call, by index. */
export const input = (index: number): Operand => ({ from: 'input', index });
/** The buffer of a result of the call, by index. */
export const result = (index = 0): Operand => ({ from: 'result', index });
/** One of the kernel's own buffers, by index. */
export const scratch = (index: number): Operand => ({ from: 'scratch', index });

/**
 * One dispatch. Its bindings are storage buffers of f32, or of the inputs in `KernelCall.halves` of pairs of halves,
 * `@group(0) @binding(i)` in this order; results are written whole.
 */
export interface Dispatch {
  /** The class that GPU time is reported by: "matrix product", "attention", ... */
  readonly class: string;
  /** WGSL with the entry point `main`. Equal text and constants are one pipeline. */
  readonly code: string;
  /** Values of the `override` declarations of `code`. */
  readonly constants: Readonly<Record<string, number>>;
  readonly bindings: readonly Operand[];
  readonly workgroups: readonly [x: number, y: number, z: number];
}

export interface Kernel {
  readonly dispatches: readonly Dispatch[];
  /** Sizes of the scratch tensors, in f32 elements. */
  readonly scratch: readonly number[];
}

/** An operation with every size known. */
export interface KernelCall<K extends TrainingKind> {
  readonly attributes: TrainingOperations[K];
  readonly inputs: readonly (readonly number[])[];
  /** Inputs by index that are stored as f16, two to a word (half-words.ts): only of those that `canBeHalf` allows. */
  readonly halves?: readonly number[];
  /** As many as the node has: statistics only where they are read. */
  readonly results: readonly (readonly number[])[];
}

/** The kernel of an operation. Pure: the same call and traits give the same text. */
export type KernelRule<K extends TrainingKind> = (call: KernelCall<K>, traits: KernelTraits) => Kernel;
