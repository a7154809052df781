/** Which limit a laid out step exceeds, and the sentence that says so. */
import { WorkbenchError } from '../../../core/errors.ts';
import type { Layout } from './layout.ts';
import type { PlanLimits, Recomputation } from './plan.ts';

/** What there is too little of: memory in all, or room for the largest tensor. */
export interface Shortage {
  readonly neededBytes: number;
  readonly limitBytes: number;
  /** The tensor that is too large for a buffer or a binding. */
  readonly tensor?: string;
}

const BYTES_PER_MB = 1e6;

/** The first limit that a step exceeds, undefined when it fits. */
export function shortageOf(
  { persistent, lifetimes, totalBytes }: Layout,
  limits: PlanLimits,
): Shortage | undefined {
  const limitBytes = Math.min(limits.bindingBytes, limits.bufferBytes);
  const tensors = [
    ...lifetimes.lives,
    ...Array.from(persistent.places, ([name, { sizeBytes }]) => ({ name, sizeBytes })),
  ];
  const largest = tensors.reduce((most, each) => (each.sizeBytes > most.sizeBytes ? each : most));
  if (largest.sizeBytes > limitBytes) {
    return { neededBytes: largest.sizeBytes, limitBytes, tensor: largest.name };
  }
  return totalBytes > limits.totalBytes
    ? { neededBytes: totalBytes, limitBytes: limits.totalBytes }
    : undefined;
}

const HOW: Readonly<Record<Recomputation, string>> = {
  none: 'with nothing made again',
  hidden: 'with hidden layers and norms made again',
  blocks: 'with all but a few values made again',
};

/** Rounded so that what does not fit never looks as if it did. */
const needed = (sizeBytes: number) => `${Math.ceil(sizeBytes / BYTES_PER_MB)} MB`;
const allowed = (sizeBytes: number) => `${Math.max(0, Math.floor(sizeBytes / BYTES_PER_MB))} MB`;

/** The refusal of a training whose smallest layout does not fit. */
export function refusal({ draft, recomputation, totalBytes }: Layout, shortage: Shortage): WorkbenchError {
  const { training, needsWholeBatch } = draft.graph;
  const { microBatch, microBatchCount } = draft.batching;
  const { neededBytes, limitBytes, tensor } = shortage;
  const images = microBatch === 1 ? 'one image' : `${microBatch} images`;
  const because = needsWholeBatch ? ', because its batch norms look at the whole batch' : '';
  const how = `${images} at a time${because}, ${HOW[recomputation]}`;
  return new WorkbenchError(
    'train/does-not-fit',
    tensor === undefined
      ? `Training '${training.name}' needs at least ${needed(neededBytes)}, and it may take ${allowed(limitBytes)}: ${how}.`
      : `Training '${training.name}' does not fit: '${tensor}' takes ${needed(neededBytes)}, and a buffer of this adapter holds ${allowed(limitBytes)}: ${how}.`,
    { context: { totalBytes, neededBytes, limitBytes, microBatch, microBatchCount, recomputation } },
  );
}
