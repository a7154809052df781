/** What a run has told so far: its events, its last overlays, and what follows from them alone. */
import type { StepEvent, TrainEvent, ValidationEvent, ValidationOverlay } from '../api/train.ts';
import { overallDice } from './validate.ts';

export interface RunLog {
  readonly events: TrainEvent[];
  overlays: readonly ValidationOverlay[];
}

export function isValidation(event: TrainEvent): event is ValidationEvent {
  return event.kind === 'validation';
}

export function isStep(event: TrainEvent): event is StepEvent {
  return event.kind === 'step';
}

/** The best validation so far; undefined before the first. */
export function bestOf(events: readonly TrainEvent[]): ValidationEvent | undefined {
  return events.findLast((event): event is ValidationEvent => isValidation(event) && event.isBest);
}

/** Whether a validation is better than all before it. */
export function isBetter(events: readonly TrainEvent[], event: Omit<ValidationEvent, 'isBest'>): boolean {
  const best = bestOf(events);
  return best === undefined || overallDice(event) > overallDice(best);
}

/** Validations since the best one. */
export function validationsSinceBest(events: readonly TrainEvent[]): number {
  const validations = events.filter(isValidation);
  return validations.length - 1 - validations.findLastIndex(({ isBest }) => isBest);
}

/** The events up to a step: what stands when a run goes on from its checkpoint of that step. */
export function eventsUpTo(events: readonly TrainEvent[], step: number): TrainEvent[] {
  return events.filter((event) => event.step <= step);
}
