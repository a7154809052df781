/** A step as a list of actions on named values, before they have places: what the order is made of and memory is planned for. */
import type { Kernel } from '../../gpu/kernels/kernel.ts';
import type { CopyEnd, TrainingPlan } from './plan.ts';

export interface SizedValue {
  readonly name: string;
  readonly sizeBytes: number;
}

/** An operation. Its results are other memory than its inputs, but for values that persist, which change in place. */
export interface DispatchAction {
  readonly kind: 'dispatch';
  readonly node: string;
  readonly kernel: Kernel;
  readonly inputs: readonly SizedValue[];
  readonly results: readonly SizedValue[];
  readonly flops: number;
}

/** An end of a copy: where in a value it begins, and what moves it. */
export interface ActionCopyEnd extends SizedValue, Pick<CopyEnd, 'by' | 'strideBytes'> {
  readonly offsetBytes: number;
}

export interface CopyAction {
  readonly kind: 'copy';
  readonly from: ActionCopyEnd;
  readonly to: ActionCopyEnd;
  readonly sizeBytes: number;
}

export interface ClearAction {
  readonly kind: 'clear';
  readonly value: SizedValue;
}

export type Action = DispatchAction | CopyAction | ClearAction;

/** In the order in which they run. */
export const PROGRAMMES = ['forward', 'loss', 'backward', 'update'] as const;
export type Programme = keyof TrainingPlan['programmes'];

export type Actions = Readonly<Record<Programme, readonly Action[]>>;

/** A whole value as an end of a copy. */
export function wholeEnd(value: SizedValue): ActionCopyEnd {
  return { ...value, offsetBytes: 0, strideBytes: 0, by: 'nothing' };
}
