/** What an adapter can do at most, as kernels that do nothing else measure it: the scale that other kernels are held against. */
import { BUFFER_USAGE, createStorageBuffer, STORAGE_USAGE } from '../../workers/gpu/buffers.ts';
import arithmeticCode from './peak-arithmetic.wgsl?raw';
import bandwidthCode from './peak-bandwidth.wgsl?raw';

export interface Peak {
  readonly gflopPerSecond: number;
  /** Read and written. */
  readonly gigabytesPerSecond: number;
}

/** Long beside the cost of a submit, short beside what the benchmark takes. */
const LEAST_MS = 50;
const ROUNDS = 3;

const WORKGROUPS = 1024;
const INVOCATIONS = 64 * WORKGROUPS;
/** Operations of an invocation in a turn of peak-arithmetic.wgsl. */
const TURN_FLOPS = 64;
/** More than caches hold. */
const COPIED_BYTES = 2 ** 26;

/** Turns a second of a kernel that takes `turns` as its second binding: the most of several rounds of `LEAST_MS` and more. */
async function turnsPerSecond(
  device: GPUDevice,
  code: string,
  [from, to]: readonly [GPUBuffer, GPUBuffer],
): Promise<number> {
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }), entryPoint: 'main' },
  });
  const turnsBuffer = device.createBuffer({ size: 4, usage: BUFFER_USAGE.storage | BUFFER_USAGE.copyTarget });
  const entries = [from, turnsBuffer, to].map((buffer, binding) => ({ binding, resource: { buffer } }));
  const bindGroup = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  const run = async (turns: number): Promise<number> => {
    device.queue.writeBuffer(turnsBuffer, 0, Uint32Array.of(turns));
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(WORKGROUPS);
    pass.end();
    const started = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - started;
  };
  let turns = 1;
  while ((await run(turns)) < LEAST_MS) turns *= 2;
  let fastestMs = Infinity;
  for (let round = 0; round < ROUNDS; round++) fastestMs = Math.min(fastestMs, await run(turns));
  for (const buffer of [from, turnsBuffer, to]) buffer.destroy();
  return (turns / fastestMs) * 1000;
}

/** Measures a device. Cost: about a second, and two buffers of 64 MiB while it lasts. */
export async function measurePeak(device: GPUDevice): Promise<Peak> {
  const target = (size: number) => device.createBuffer({ size, usage: STORAGE_USAGE });
  // Sums stay near 1: neither infinite nor too small to be fast.
  const factors = createStorageBuffer(device, 'factors', new Float32Array(8).fill(0.5));
  const arithmetic = await turnsPerSecond(device, arithmeticCode, [factors, target(16 * INVOCATIONS)]);
  const copies = await turnsPerSecond(device, bandwidthCode, [target(COPIED_BYTES), target(COPIED_BYTES)]);
  return {
    gflopPerSecond: (arithmetic * TURN_FLOPS * INVOCATIONS) / 1e9,
    gigabytesPerSecond: (copies * 2 * COPIED_BYTES) / 1e9,
  };
}
