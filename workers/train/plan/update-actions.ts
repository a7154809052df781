/** The end of a step: is the gradient finite, how long is it, the optimiser's step, the next states, and their report. */
import { ELEMENT_BYTES } from '../../gpu/buffers.ts';
import type { Kernel, KernelTraits } from '../../gpu/kernels/kernel.ts';
import {
  adamWKernel,
  firstNonFiniteKernel,
  sgdKernel,
  squaredNormKernel,
} from '../../gpu/kernels/optimiser.ts';
import { type Action, type SizedValue, wholeEnd } from './actions.ts';
import { sizeOf } from './bind.ts';
import {
  DECAYS,
  GRADIENTS,
  momentName,
  NON_FINITE,
  type Persistent,
  REPORT,
  SETTINGS,
  SQUARED_NORM,
  WEIGHTS,
} from './persistent.ts';
import type { Optimizer } from './plan.ts';
import type { StepGraph } from './step-graph.ts';

function optimizerKernel(optimizer: Optimizer, count: number, traits: KernelTraits): Kernel {
  return optimizer.kind === 'adamw'
    ? adamWKernel(count, optimizer, traits)
    : sgdKernel(count, optimizer.momentum, traits);
}

/** Copies a value into a state. */
function stateAction(value: SizedValue, state: string): Action {
  return {
    kind: 'copy',
    from: wholeEnd(value),
    to: wholeEnd({ name: state, sizeBytes: value.sizeBytes }),
    sizeBytes: value.sizeBytes,
  };
}

/** The copy of a value into its part of the step's slot of the report. */
export function reportAction(
  { report }: Pick<Persistent, 'report'>,
  name: string,
  value: SizedValue,
): Action {
  const entry = report.entries.find((each) => each.name === name);
  return {
    kind: 'copy',
    from: wholeEnd(value),
    to: {
      name: REPORT,
      sizeBytes: report.place.sizeBytes,
      offsetBytes: (entry?.startElement ?? 0) * ELEMENT_BYTES,
      strideBytes: report.slotBytes,
      by: 'step',
    },
    sizeBytes: value.sizeBytes,
  };
}

/** The actions after the last micro-batch; none in a plan that does not train. */
export function updateActions(
  { updates, shapes }: StepGraph,
  persistent: Pick<Persistent, 'trainables' | 'report'>,
  optimizer: Optimizer | undefined,
  traits: KernelTraits,
): Action[] {
  const { trainables } = persistent;
  if (trainables === undefined || optimizer === undefined) return [];
  const { elementCount: count, gradients, moments } = trainables;
  const packed = (name: string): SizedValue => ({ name, sizeBytes: gradients.sizeBytes });
  const dispatch = (
    node: string,
    kernel: Kernel,
    inputs: readonly SizedValue[],
    results: readonly SizedValue[],
  ): Action => ({ kind: 'dispatch', node, kernel, inputs, results, flops: 2 * count });

  const squaredNorm = { name: SQUARED_NORM, sizeBytes: ELEMENT_BYTES };
  const nonFinite = { name: NON_FINITE, sizeBytes: 2 * ELEMENT_BYTES };
  const settings = { name: SETTINGS, sizeBytes: trainables.settings.sizeBytes };
  return [
    dispatch(SQUARED_NORM, squaredNormKernel(count, traits), [packed(GRADIENTS)], [squaredNorm]),
    dispatch(NON_FINITE, firstNonFiniteKernel(count), [packed(GRADIENTS)], [nonFinite]),
    reportAction(persistent, SQUARED_NORM, squaredNorm),
    reportAction(persistent, NON_FINITE, nonFinite),
    dispatch(
      'optimizer',
      optimizerKernel(optimizer, count, traits),
      [settings, packed(GRADIENTS), packed(DECAYS)],
      [packed(WEIGHTS), ...moments.map((_, index) => packed(momentName(index)))],
    ),
    ...updates.map(({ state, value }) =>
      stateAction({ name: value, sizeBytes: sizeOf(shapes.get(state) ?? [], 1) }, state),
    ),
  ];
}
