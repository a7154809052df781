/**
 * Small steps with GPU buffers of f32: making, filling, reading back. Which tensor lies where is the planner's.
 */

/** WebGPU's usage flags, for which TypeScript's library has no names. */
export const BUFFER_USAGE = {
  mapRead: 0x01,
  copySource: 0x04,
  copyTarget: 0x08,
  storage: 0x80,
  queryTarget: 0x200,
} as const;

/** Usage of a buffer that kernels bind and that can be filled and read back. */
export const STORAGE_USAGE = BUFFER_USAGE.storage | BUFFER_USAGE.copySource | BUFFER_USAGE.copyTarget;

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
    usage: STORAGE_USAGE,
  });
  device.queue.writeBuffer(buffer, 0, values);
  return buffer;
}

/** Part of a buffer, in bytes that are multiples of 4. */
export type BufferRange = Required<GPUBufferBinding>;

/** The whole of a buffer. */
export function wholeOf(buffer: GPUBuffer): BufferRange {
  return { buffer, offset: 0, size: buffer.size };
}

/** The contents of parts of buffers, by one submit and one wait. Cost: copies into buffers to map, which it destroys. */
export async function readRanges(
  device: GPUDevice,
  ranges: readonly BufferRange[],
): Promise<Float32Array<ArrayBuffer>[]> {
  const encoder = device.createCommandEncoder({ label: 'read back' });
  const staging = ranges.map(({ buffer, offset, size }) => {
    const target = device.createBuffer({
      label: `read back ${buffer.label}`,
      size,
      usage: BUFFER_USAGE.mapRead | BUFFER_USAGE.copyTarget,
    });
    encoder.copyBufferToBuffer(buffer, offset, target, 0, size);
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
