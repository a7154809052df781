/** How many workgroups a kernel takes. */
import type { KernelTraits } from './kernel.ts';

/** Invocations of a workgroup of kernels on a line of elements. */
export const LINE_WORKGROUP = 64;

/**
 * Workgroups on a line, folded over x and y where there are more than a dimension may have. The kernel's number of its
 * workgroup is `workgroup_id.x + workgroup_id.y * num_workgroups.x`; it may be beyond `count` and must be guarded.
 */
export function foldWorkgroups(
  count: number,
  { maxWorkgroupsPerDimension }: Pick<KernelTraits, 'maxWorkgroupsPerDimension'>,
): [x: number, y: number, z: number] {
  const rows = Math.ceil(count / maxWorkgroupsPerDimension);
  return [Math.ceil(count / Math.max(rows, 1)), rows, 1];
}

/** Workgroups of `LINE_WORKGROUP` invocations for one invocation an element. */
export function workgroupsFor(elements: number, traits: KernelTraits): [x: number, y: number, z: number] {
  return foldWorkgroups(Math.ceil(elements / LINE_WORKGROUP), traits);
}
