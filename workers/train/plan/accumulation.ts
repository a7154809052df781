/** The sum of each trainable's gradient over the micro-batches, taken as soon as it is made, so that its memory is free again. */
import { ELEMENT_BYTES } from '../../gpu/buffers.ts';
import type { KernelTraits } from '../../gpu/kernels/kernel.ts';
import { accumulateKernel } from '../../gpu/kernels/optimiser.ts';
import type { DispatchAction } from './actions.ts';
import { gradientName } from './persistent.ts';
import type { PackedTrainables } from './plan.ts';
import type { StepGraph } from './step-graph.ts';

/** What of each value, by its name, is added to the packed gradients: a value may be the gradient of several parameters. */
export function accumulations(
  { gradients }: StepGraph,
  { entries }: PackedTrainables,
  traits: KernelTraits,
): ReadonlyMap<string, readonly DispatchAction[]> {
  const byValue = new Map<string, DispatchAction[]>();
  for (const { parameter, count } of entries) {
    const sizeBytes = count * ELEMENT_BYTES;
    const value = gradients.find((gradient) => gradient.parameter === parameter)?.value ?? '';
    const action: DispatchAction = {
      kind: 'dispatch',
      node: `${parameter}.accumulate`,
      kernel: accumulateKernel(count, traits),
      inputs: [{ name: value, sizeBytes }],
      results: [{ name: gradientName(parameter), sizeBytes }],
      flops: count,
    };
    byValue.set(value, [...(byValue.get(value) ?? []), action]);
  }
  return byValue;
}
