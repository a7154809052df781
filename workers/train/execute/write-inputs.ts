/** Writes the inputs of a step: images of one micro-batch at a time, the rest once. What a batch lacks is zeros, of weight 0. */
import { WorkbenchError } from '../../../core/errors.ts';
import { elementCount } from '../../../models/graph/shape.ts';
import { ELEMENT_BYTES } from '../../gpu/buffers.ts';
import type { StepInputs } from '../engine.ts';
import type { PlacedInput, TrainingPlan } from '../plan/plan.ts';
import type { RegionBuffers } from './region-buffers.ts';

export interface InputWriter {
  /** Errors: `graph/unknown-value` for a missing input, `graph/shape-mismatch` for one of another length. */
  check(inputs: StepInputs): void;
  /** What is written once a step. */
  writeBatch(inputs: StepInputs): void;
  /** What is written for each micro-batch. */
  writeMicroBatch(inputs: StepInputs, microBatch: number): void;
}

/** A writer into the buffers of a plan. */
export function createInputWriter(queue: GPUQueue, plan: TrainingPlan, buffers: RegionBuffers): InputWriter {
  const { batchSize, microBatch: microBatchSize, microBatchCount } = plan;
  const imagesOf = ({ per }: PlacedInput) =>
    per === 'microBatch' ? microBatchSize : microBatchSize * microBatchCount;
  const perImage = (input: PlacedInput) => elementCount(input.shape) / imagesOf(input);

  function arrayOf({ name }: PlacedInput, inputs: StepInputs): Float32Array<ArrayBuffer> {
    const values = inputs.get(name);
    if (values === undefined) {
      throw new WorkbenchError('graph/unknown-value', `A step of '${plan.name}' lacks its input '${name}'.`);
    }
    return values;
  }
  function write(input: PlacedInput, inputs: StepInputs, start: number): void {
    const count = elementCount(input.shape);
    const values = arrayOf(input, inputs).subarray(start, start + count);
    const { buffer, offset } = buffers.rangeOf(input.place);
    queue.writeBuffer(buffer, offset, values);
    if (values.length === count) return;
    queue.writeBuffer(
      buffer,
      offset + values.length * ELEMENT_BYTES,
      new Float32Array(count - values.length),
    );
  }
  const inputsPer = (per: PlacedInput['per']) => plan.inputs.filter((input) => input.per === per);
  const [ofMicroBatch, ofBatch] = [inputsPer('microBatch'), inputsPer('batch')];

  return {
    check(inputs) {
      for (const input of plan.inputs) {
        const { length } = arrayOf(input, inputs);
        const expected = perImage(input) * batchSize;
        if (length !== expected) {
          throw new WorkbenchError(
            'graph/shape-mismatch',
            `The input '${input.name}' of a step has ${length} values; ${batchSize} images have ${expected}.`,
          );
        }
      }
    },
    writeBatch(inputs) {
      for (const input of ofBatch) write(input, inputs, 0);
    },
    writeMicroBatch(inputs, microBatch) {
      for (const input of ofMicroBatch) write(input, inputs, microBatch * elementCount(input.shape));
    },
  };
}
