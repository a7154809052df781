/**
 * Runs one kernel on arrays and gives its results: for tests and for checking a user's adapter. Training has an executor of
 * its own, which keeps buffers and encodes whole steps.
 */
import { WorkbenchError } from '../../core/errors.ts';
import { createStorageBuffer, readRanges, wholeOf } from './buffers.ts';
import type { Kernel, Operand } from './kernels/kernel.ts';
import type { PipelineCache } from './pipelines.ts';

export interface KernelTensors {
  readonly inputs: readonly Float32Array<ArrayBuffer>[];
  /** What the results hold before: a kernel that works in place reads them. */
  readonly results: readonly Float32Array<ArrayBuffer>[];
  readonly scratch: readonly Float32Array<ArrayBuffer>[];
}

/** A kernel with its pipelines and buffers, which can be run again and again. */
export interface BoundKernel {
  /** Encodes its dispatches into a pass of their own. */
  encode(encoder: GPUCommandEncoder): void;
  /** Every tensor as it is now. */
  read(): Promise<KernelTensors>;
  destroy(): void;
}

/** Makes the pipelines and buffers of a kernel. Errors: `gpu/kernel-refused`. Ownership: the caller's to destroy. */
export async function bindKernel(
  device: GPUDevice,
  pipelines: PipelineCache,
  kernel: Kernel,
  tensors: KernelTensors,
): Promise<BoundKernel> {
  const compiled = await Promise.all(kernel.dispatches.map((dispatch) => pipelines.get(dispatch)));
  const buffersOf = (from: Operand['from'], arrays: readonly Float32Array<ArrayBuffer>[]) =>
    arrays.map((values, index) => createStorageBuffer(device, `${from} ${index}`, values));
  const buffers: Readonly<Record<Operand['from'], readonly GPUBuffer[]>> = {
    input: buffersOf('input', tensors.inputs),
    result: buffersOf('result', tensors.results),
    scratch: buffersOf('scratch', tensors.scratch),
  };
  const steps = kernel.dispatches.map(({ bindings, workgroups }, at) => {
    const pipeline = compiled[at] as GPUComputePipeline;
    const entries = bindings.map(({ from, index }, binding) => ({
      binding,
      resource: { buffer: buffers[from][index] as GPUBuffer },
    }));
    const bindGroup = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    return { pipeline, bindGroup, workgroups };
  });
  const all = Object.values(buffers).flat();
  return {
    encode(encoder) {
      const pass = encoder.beginComputePass();
      for (const { pipeline, bindGroup, workgroups } of steps) {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bindGroup);
        pass.dispatchWorkgroups(...workgroups);
      }
      pass.end();
    },
    async read() {
      const values = await readRanges(device, all.map(wholeOf));
      const results = values.splice(tensors.inputs.length, tensors.results.length);
      return { inputs: values.splice(0, tensors.inputs.length), results, scratch: values };
    },
    destroy: () => all.forEach((buffer) => buffer.destroy()),
  };
}

/**
 * Every tensor after one run of a kernel.
 * Errors: `gpu/kernel-refused`; `runtime/run-failed` when the GPU refuses the dispatches or has no memory for them.
 */
export async function runKernel(
  device: GPUDevice,
  pipelines: PipelineCache,
  kernel: Kernel,
  tensors: KernelTensors,
): Promise<KernelTensors> {
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  let bound: BoundKernel | undefined;
  try {
    bound = await bindKernel(device, pipelines, kernel, tensors);
    const encoder = device.createCommandEncoder({ label: 'one kernel' });
    bound.encode(encoder);
    device.queue.submit([encoder.finish()]);
    return await bound.read();
  } finally {
    bound?.destroy();
    const problems = [await device.popErrorScope(), await device.popErrorScope()];
    const problem = problems.find((each) => each !== null);
    if (problem !== undefined && problem !== null) {
      // oxlint-disable-next-line no-unsafe-finally -- The GPU's reason is worth more than what followed from it.
      throw new WorkbenchError(
        'runtime/run-failed',
        `The GPU refused a kernel's dispatches: ${problem.message}`,
      );
    }
  }
}
