/** One run of a plan's programmes over the micro-batches of a batch. */
import type { StepInputs } from '../engine.ts';
import type { TrainingPlan } from '../plan/plan.ts';
import type { BoundStep } from './bound-step.ts';
import type { Profiler } from './profiler.ts';
import type { Submitter } from './submitter.ts';
import type { InputWriter } from './write-inputs.ts';

export type BoundProgrammes = { readonly [K in keyof TrainingPlan['programmes']]: readonly BoundStep[] };

export interface RunSettings {
  readonly inputs: StepInputs;
  /** The report's slot. */
  readonly slot: number;
  /** Encoded behind the forward part of each micro-batch. */
  readonly afterForward?: readonly BoundStep[];
  readonly profiler?: Profiler | undefined;
}

/**
 * Encodes and submits the programmes; gives the end of the last submit's work. Inputs of a micro-batch are written between
 * submits, because a queue carries out writes and submits in the order of the calls.
 */
export async function runProgrammes(
  { microBatchCount }: TrainingPlan,
  programmes: BoundProgrammes,
  writer: InputWriter,
  submitter: Submitter,
  { inputs, slot, afterForward = [], profiler }: RunSettings,
): Promise<{ readonly done: Promise<void> }> {
  const isWhole = microBatchCount === 1;
  const encode = (steps: readonly BoundStep[], microBatch: number) =>
    submitter.encode(steps, { microBatch, slot }, profiler);

  submitter.host(() => writer.writeBatch(inputs));
  for (let microBatch = 0; microBatch < microBatchCount; microBatch++) {
    submitter.host(() => writer.writeMicroBatch(inputs, microBatch));
    await encode(programmes.forward, microBatch);
    await encode(afterForward, microBatch);
    if (!isWhole) await submitter.submit();
  }
  await encode(programmes.loss, 0);
  if (!isWhole) await submitter.submit();
  for (let microBatch = 0; microBatch < microBatchCount; microBatch++) {
    if (!isWhole && programmes.backward.length > 0) {
      submitter.host(() => writer.writeMicroBatch(inputs, microBatch));
    }
    await encode(programmes.backward, microBatch);
    if (!isWhole) await submitter.submit();
  }
  await encode(programmes.update, 0);
  return submitter.submit();
}
