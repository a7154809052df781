/** The second half of sums that are split into parts: adds the parts in their order. */
import { workgroupsFor } from './grid.ts';
import type { Dispatch, KernelTraits, Operand } from './kernel.ts';
import code from './partial-sums.wgsl?raw';

/**
 * Parts to split sums of `length` terms into, for `sums` of them: enough to keep a large GPU busy, none shorter than 16 terms.
 */
export function partCount(sums: number, length: number): number {
  const wanted = Math.ceil(65_536 / Math.max(sums, 1));
  return Math.max(Math.min(wanted, Math.ceil(length / 16), 1024), 1);
}

/** Adds parts [parts, count] into elements `start` to start + count - 1 of a tensor; without parts they become 0. */
export function partialSumsDispatch(
  label: string,
  { parts, count, start = 0 }: { readonly parts: number; readonly count: number; readonly start?: number },
  bindings: readonly [from: Operand, to: Operand],
  traits: KernelTraits,
): Dispatch {
  const constants = { COUNT: count, PARTS: parts, START: start };
  return { class: label, code, constants, bindings, workgroups: workgroupsFor(count, traits) };
}
