/**
 * Small steps with GPU buffers of f32: making, filling, reading back. Which tensor lies where is the planner's.
 */

/** WebGPU's usage flags, for which TypeScript's library has no names. */
export const BUFFER_USAGE = { mapRead: 0x01, copySource: 0x04, copyTarget: 0x08, storage: 0x80 } as const;

/** `GPUMapMode.READ`. */
const MAP_READ = 0x01;

/** Bytes of an f32. */
export const ELEMENT_BYTES = 4;

/** A storage buffer that can be copied from and to, holding `values`. Ownership: the caller's to destroy. */
export function createStorageBuffer(
  device: GPUDevice,
  label: string,
  values: Float32Array<ArrayBuffer>,
): GPUBuffer {
  const buffer = device.createBuffer({
    label,
    size: values.byteLength,
    usage: BUFFER_USAGE.storage | BUFFER_USAGE.copySource | BUFFER_USAGE.copyTarget,
  });
  device.queue.writeBuffer(buffer, 0, values);
  return buffer;
}

/** The contents of buffers, by one submit and one wait. Cost: copies into buffers to map, which it destroys. */
export async function readBuffers(
  device: GPUDevice,
  buffers: readonly GPUBuffer[],
): Promise<Float32Array<ArrayBuffer>[]> {
  const encoder = device.createCommandEncoder({ label: 'read back' });
  const staging = buffers.map((buffer) => {
    const target = device.createBuffer({
      label: `read back ${buffer.label}`,
      size: buffer.size,
      usage: BUFFER_USAGE.mapRead | BUFFER_USAGE.copyTarget,
    });
    encoder.copyBufferToBuffer(buffer, 0, target, 0, buffer.size);
    return target;
  });
  device.queue.submit([encoder.finish()]);
  try {
    await Promise.all(staging.map((buffer) => buffer.mapAsync(MAP_READ)));
    return staging.map((buffer) => new Float32Array(buffer.getMappedRange().slice(0)));
  } finally {
    for (const buffer of staging) buffer.destroy();
  }
}
