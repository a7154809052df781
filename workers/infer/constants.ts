/** Inputs of a session that never change: on the GPU they lie in its memory, so that a run does not send them again. */
import * as ort from 'onnxruntime-web/webgpu';
import type { Tensor } from '../../models/graph/graph.ts';
import { STORAGE_USAGE } from '../gpu/buffers.ts';

/** onnxruntime reads buffers in blocks of this size. */
const BLOCK_BYTES = 16;

export interface Constants {
  readonly feeds: Readonly<Record<string, ort.Tensor>>;
  /** Frees the GPU's memory. No run may be under way. */
  release(): void;
}

function upload(device: GPUDevice, name: string, { data }: Tensor): GPUBuffer {
  const buffer = device.createBuffer({
    label: `constant ${name}`,
    size: Math.ceil(data.byteLength / BLOCK_BYTES) * BLOCK_BYTES,
    usage: STORAGE_USAGE,
  });
  device.queue.writeBuffer(buffer, 0, Float32Array.from(data));
  return buffer;
}

/** The inputs for sessions on `device`, or on WebAssembly without one. */
export function createConstants(
  tensors: Readonly<Record<string, Tensor>>,
  device: GPUDevice | undefined,
): Constants {
  const entries = Object.entries(tensors);
  if (device === undefined) {
    const feeds = entries.map(([name, { shape, data }]) => [name, new ort.Tensor('float32', data, shape)]);
    return { feeds: Object.fromEntries(feeds) as Record<string, ort.Tensor>, release: () => undefined };
  }
  const buffers = entries.map(([name, tensor]) => ({ name, tensor, buffer: upload(device, name, tensor) }));
  return {
    feeds: Object.fromEntries(
      buffers.map(({ name, tensor: { shape }, buffer }) => [
        name,
        ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: shape }),
      ]),
    ),
    release() {
      for (const { buffer } of buffers) buffer.destroy();
    },
  };
}
