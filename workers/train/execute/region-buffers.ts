/**
 * The buffers of a plan: one for each region, made under the device's eyes, so that too little memory is an error of ours. What
 * another engine holds already is borrowed.
 */
import { invariant, WorkbenchError } from '../../../core/errors.ts';
import { type BufferRange, STORAGE_USAGE } from '../../gpu/buffers.ts';
import type { DeviceTensors } from '../engine.ts';
import type { Place, PlacedTensor, TrainingPlan } from '../plan/plan.ts';

const BYTES_PER_MB = 1e6;

export interface RegionBuffers {
  readonly allocatedBytes: number;
  /** What is bound for a place: of a buffer of our own, or of the tensor that is borrowed for it. */
  rangeOf(place: Place): BufferRange;
  /** Whether a tensor's memory is another engine's. */
  isBorrowed(tensor: PlacedTensor): boolean;
  destroy(): void;
}

const placeKey = ({ region, offsetBytes }: Place): string => `${region}:${offsetBytes}`;

/** Ranges of the lender by the place of the parameter that they stand for. */
function borrow(plan: TrainingPlan, lender: DeviceTensors): Map<string, BufferRange> {
  return new Map(
    plan.parameters.map(({ name, place }) => {
      const range = lender.find(name);
      if (range === undefined) {
        throw new WorkbenchError(
          'graph/unknown-value',
          `The engine that lends its weights has no '${name}'.`,
        );
      }
      // Halves have other bytes than the same weight in f32.
      invariant(range.size === place.sizeBytes, `'${name}' has another size where it is borrowed from`);
      return [placeKey(place), range];
    }),
  );
}

function doesNotFit(plan: TrainingPlan, reason: string): WorkbenchError {
  const megabytes = Math.ceil(plan.totalBytes / BYTES_PER_MB);
  return new WorkbenchError(
    'train/does-not-fit',
    `The GPU did not give the ${megabytes} MB that this training needs: ${reason}`,
    {
      context: { totalBytes: plan.totalBytes, bufferCount: plan.regions.length, microBatch: plan.microBatch },
    },
  );
}

/**
 * Makes the buffers of a plan, filled with zeros; frozen parameters are the lender's where there is one.
 * Errors: `train/does-not-fit` when the device refuses one; `graph/unknown-value` for a parameter that the lender lacks.
 */
export async function createRegionBuffers(
  device: GPUDevice,
  plan: TrainingPlan,
  lender: DeviceTensors | undefined,
): Promise<RegionBuffers> {
  const borrowed = lender === undefined ? new Map<string, BufferRange>() : borrow(plan, lender);
  device.pushErrorScope('validation');
  device.pushErrorScope('out-of-memory');
  const buffers = plan.regions.map(({ name, role, sizeBytes }) =>
    lender !== undefined && role === 'parameter'
      ? undefined
      : device.createBuffer({ label: name, size: sizeBytes, usage: STORAGE_USAGE }),
  );
  const destroy = () => buffers.forEach((buffer) => buffer?.destroy());
  const refusals = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
  const refusal = refusals.find((error) => error !== null);
  if (refusal !== undefined && refusal !== null) {
    destroy();
    throw doesNotFit(plan, refusal.message);
  }
  return {
    allocatedBytes: buffers.reduce((sum, buffer) => sum + (buffer?.size ?? 0), 0),
    rangeOf(place) {
      const lent = borrowed.get(placeKey(place));
      if (lent !== undefined) return lent;
      const buffer = buffers[place.region];
      invariant(
        buffer !== undefined,
        `a plan has nothing at region ${place.region}, byte ${place.offsetBytes}`,
      );
      return { buffer, offset: place.offsetBytes, size: place.sizeBytes };
    },
    isBorrowed: ({ place }) => borrowed.has(placeKey(place)),
    destroy,
  };
}
