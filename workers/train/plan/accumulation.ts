/** The sum of each trainable's gradient over the micro-batches, taken as soon as it is made, so that its memory is free again. */
import { ELEMENT_BYTES } from '../../gpu/buffers.ts';
import type { KernelTraits } from '../../gpu/kernels/kernel.ts';
import { accumulateKernel } from '../../gpu/kernels/optimiser.ts';
import type { DispatchAction } from './actions.ts';
import { GRADIENTS } from './persistent.ts';
import type { PackedTrainables } from './plan.ts';
import type { StepGraph } from './step-graph.ts';

/** What of each value, by its name, is added to the packed gradients: a value may be the gradient of several parameters. */
export function accumulations(
  { gradients }: StepGraph,
  { entries, gradients: packed }: PackedTrainables,
  traits: KernelTraits,
): ReadonlyMap<string, readonly DispatchAction[]> {
  const byValue = new Map<string, DispatchAction[]>();
  for (const { parameter, start, count } of entries) {
    const value = gradients.find((gradient) => gradient.parameter === parameter)?.value ?? '';
    const action: DispatchAction = {
      kind: 'dispatch',
      node: `${parameter}.accumulate`,
      kernel: accumulateKernel(count, start, traits),
      inputs: [{ name: value, sizeBytes: count * ELEMENT_BYTES }],
      results: [{ name: GRADIENTS, sizeBytes: packed.sizeBytes }],
      flops: count,
    };
    byValue.set(value, [...(byValue.get(value) ?? []), action]);
  }
  return byValue;
}
