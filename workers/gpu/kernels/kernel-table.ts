/** The kernel of every operation that a training graph can hold: the compiler refuses a table that forgets one. */
import { invariant } from '../../../core/errors.ts';
import type { TrainingKind } from '../../../models/graph/gradient-ops.ts';
import { elementKernelRules, type ViewKind } from './elements.ts';
import type { Kernel, KernelCall, KernelRule, KernelTraits } from './kernel.ts';
import { lossKernelRules } from './losses.ts';
import { mapKernelRules } from './maps.ts';
import { HALF_WEIGHTS } from './products.ts';
import { tokenKernelRules } from './tokens.ts';

/** Operations that run on the GPU: all but those whose result is their input. */
export type KernelKind = Exclude<TrainingKind, ViewKind>;

const kernelRules: { readonly [K in KernelKind]: KernelRule<K> } = {
  ...mapKernelRules,
  ...elementKernelRules,
  ...tokenKernelRules,
  ...lossKernelRules,
};

/** Whether an operation has a kernel. The result of one that has none is its input, perhaps of another shape. */
export function hasKernel(kind: TrainingKind): kind is KernelKind {
  return Object.hasOwn(kernelRules, kind);
}

/** Whether an operation can read an input that is stored as f16. */
export function canBeHalf(kind: TrainingKind, index: number): boolean {
  return HALF_WEIGHTS.get(kind) === index;
}

/** The kernel of an operation with every size known. */
export function kernelFor<K extends KernelKind>(kind: K, call: KernelCall<K>, traits: KernelTraits): Kernel {
  const halves = call.halves ?? [];
  invariant(
    halves.every((index) => canBeHalf(kind, index)),
    `'${kind}' was given inputs ${halves.join()} in f16`,
  );
  // The rule of `kind` takes the attributes of `kind`, which the compiler does not follow through the table.
  return (kernelRules[kind] as unknown as KernelRule<K>)(call, traits);
}
