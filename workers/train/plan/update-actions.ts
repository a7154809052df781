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
  decaysName,
  gradientsName,
  momentName,
  nonFiniteName,
  type Persistent,
  REPORT,
  SETTINGS,
  squaredNormName,
  weightsName,
} from './persistent.ts';
import type { Optimizer, TrainablePage } from './plan.ts';
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
  const settings = { name: SETTINGS, sizeBytes: trainables.settings.sizeBytes };
  const pageActions = (
    { count, gradients: { sizeBytes }, moments }: TrainablePage,
    page: number,
  ): Action[] => {
    const packed = (name: string): SizedValue => ({ name, sizeBytes });
    const dispatch = (
      node: string,
      kernel: Kernel,
      inputs: readonly SizedValue[],
      results: readonly SizedValue[],
    ): Action => ({ kind: 'dispatch', node, kernel, inputs, results, flops: 2 * count });
    const gradients = packed(gradientsName(page));
    const squaredNorm = { name: squaredNormName(page), sizeBytes: ELEMENT_BYTES };
    const nonFinite = { name: nonFiniteName(page), sizeBytes: 2 * ELEMENT_BYTES };
    return [
      dispatch(squaredNorm.name, squaredNormKernel(count, traits), [gradients], [squaredNorm]),
      dispatch(nonFinite.name, firstNonFiniteKernel(count), [gradients], [nonFinite]),
      reportAction(persistent, squaredNorm.name, squaredNorm),
      reportAction(persistent, nonFinite.name, nonFinite),
      dispatch(
        `optimizer ${page}`,
        optimizerKernel(optimizer, count, traits),
        [settings, gradients, packed(decaysName(page))],
        [packed(weightsName(page)), ...moments.map((_, index) => packed(momentName(page, index)))],
      ),
    ];
  };
  return [
    ...trainables.pages.flatMap(pageActions),
    ...updates.map(({ state, value }) =>
      stateAction({ name: value, sizeBytes: sizeOf(shapes.get(state) ?? [], 1) }, state),
    ),
  ];
}
