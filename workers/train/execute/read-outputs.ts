/** Reads a plan's outputs for a whole batch: each micro-batch's part is copied aside as soon as it is made. */
import { elementCount } from '../../../models/graph/shape.ts';
import { BUFFER_USAGE, ELEMENT_BYTES, readRanges, wholeOf } from '../../gpu/buffers.ts';
import type { GpuContext } from '../../gpu/device.ts';
import type { NamedArrays } from '../engine.ts';
import type { TrainingPlan } from '../plan/plan.ts';
import type { BoundStep } from './bound-step.ts';
import type { RegionBuffers } from './region-buffers.ts';

export interface OutputReader {
  /** Copies to be encoded behind the forward part of each micro-batch. */
  readonly steps: readonly BoundStep[];
  /** The outputs of the batch, once everything is submitted. */
  read(): Promise<NamedArrays>;
  destroy(): void;
}

/** A reader of one run's outputs, [batchSize, ...] each. Ownership: the caller's to destroy. */
export function createOutputReader(
  gpu: GpuContext,
  { outputs, batchSize, microBatch, microBatchCount }: TrainingPlan,
  buffers: RegionBuffers,
): OutputReader {
  const collected = outputs.map(({ name, shape, place }) => {
    const size = elementCount(shape) * ELEMENT_BYTES;
    const target = gpu.device.createBuffer({
      label: `${name} of the batch`,
      size: size * microBatchCount,
      usage: BUFFER_USAGE.copyTarget | BUFFER_USAGE.copySource,
    });
    return { name, count: (elementCount(shape) / microBatch) * batchSize, size, target, place };
  });
  return {
    steps: collected.map(({ size, target, place }) => ({
      kind: 'copy',
      from: { ...buffers.rangeOf(place), strideBytes: 0, by: 'nothing' },
      to: { buffer: target, offset: 0, strideBytes: size, by: 'microBatch' },
      size,
    })),
    async read() {
      const arrays = await gpu.whileAlive(
        readRanges(
          gpu.device,
          collected.map(({ target }) => wholeOf(target)),
        ),
      );
      return new Map(
        collected.map(({ name, count }, index) => [
          name,
          arrays[index]?.slice(0, count) ?? new Float32Array(),
        ]),
      );
    },
    destroy: () => collected.forEach(({ target }) => target.destroy()),
  };
}
