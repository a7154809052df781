/** What is told of a step: its report in the words of the contract, or the error of one that was not finite. */
import { WorkbenchError } from '../../core/errors.ts';
import type { StepEvent } from '../api/train.ts';
import { nonFiniteIndex } from '../gpu/kernels/optimiser.ts';
import type { StepReport } from './engine.ts';
import { nonFiniteName, squaredNormName } from './plan/persistent.ts';
import type { PackedTrainables } from './plan/plan.ts';

/** What of a step its report does not hold. */
export interface StepFacts {
  readonly epoch: number;
  readonly learningRate: number;
  readonly samplesPerSecond: number;
}

const first = (values: Float32Array | undefined): number => values?.[0] ?? Number.NaN;

/** Norm of the whole gradient, of the squares that each page of trainables reports. */
function gradientNorm(values: StepReport['values'], { pages }: PackedTrainables): number {
  const squares = pages.map((_, page) => first(values[squaredNormName(page)]));
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
}

/** The event of a step. */
export function stepEvent(
  { step, values }: StepReport,
  trainables: PackedTrainables,
  facts: StepFacts,
): StepEvent {
  const sizes = values['groupSize'] ?? new Float32Array();
  const losses = values['groupLoss'] ?? new Float32Array();
  return {
    kind: 'step',
    step,
    ...facts,
    loss: first(values['loss']),
    crossEntropy: first(values['crossEntropy']),
    dice: first(values['dice']),
    groupLoss: Array.from(sizes, (size, group) => (size > 0 ? (losses[group] ?? null) : null)),
    gradientNorm: gradientNorm(values, trainables),
  };
}

function nonFinite(step: number, what: string): WorkbenchError {
  return new WorkbenchError('train/non-finite', `In step ${step} ${what} was not a finite number.`, {
    context: { step, tensor: what },
  });
}

/** Errors: `train/non-finite` naming the step and the first tensor whose gradient is not finite, else the loss. */
export function requireFinite({ step, values }: StepReport, trainables: PackedTrainables): void {
  for (const [page, { start: pageStart }] of trainables.pages.entries()) {
    const found = nonFiniteIndex(values[nonFiniteName(page)] ?? []);
    if (found === undefined) continue;
    const index = pageStart + found;
    const entry = trainables.entries.find(({ start, count }) => index >= start && index < start + count);
    throw nonFinite(step, `the gradient of '${entry?.parameter ?? 'a parameter'}'`);
  }
  if (!Number.isFinite(first(values['loss']))) throw nonFinite(step, 'the loss');
}
