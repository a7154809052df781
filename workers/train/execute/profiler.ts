/** GPU time by class of kernel, from timestamps at both ends of each pass. Browsers round them to 100 us. */
import { BUFFER_USAGE, readRanges, wholeOf } from '../../gpu/buffers.ts';
import type { KernelTime } from '../engine.ts';

/** Passes of one query set, which may hold 4,096 timestamps. */
const PASSES_PER_SET = 2048;
const BYTES_PER_PASS = 16;
const NS_PER_MS = 1e6;

export interface Profiler {
  /** The timestamps of a pass of this class. */
  beginPass(kernelClass: string): GPUComputePassTimestampWrites;
  countDispatch(kernelClass: string): void;
  /** Times by class, the longest first, once what it was given to is submitted. */
  read(): Promise<KernelTime[]>;
  destroy(): void;
}

/** A profiler of one step; undefined where the device has no timestamps. Ownership: the caller's to destroy. */
export function createProfiler(device: GPUDevice): Profiler | undefined {
  if (!device.features.has('timestamp-query')) return undefined;
  const sets: GPUQuerySet[] = [];
  const passes: string[] = [];
  const dispatchCounts = new Map<string, number>();

  async function readTimestamps(): Promise<BigUint64Array[]> {
    const encoder = device.createCommandEncoder({ label: 'kernel times' });
    const buffers = sets.map((set) => {
      const buffer = device.createBuffer({
        label: 'kernel times',
        size: PASSES_PER_SET * BYTES_PER_PASS,
        usage: BUFFER_USAGE.queryTarget | BUFFER_USAGE.copySource,
      });
      encoder.resolveQuerySet(set, 0, set.count, buffer, 0);
      return buffer;
    });
    device.queue.submit([encoder.finish()]);
    try {
      const values = await readRanges(device, buffers.map(wholeOf));
      return values.map(({ buffer }) => new BigUint64Array(buffer));
    } finally {
      for (const buffer of buffers) buffer.destroy();
    }
  }

  return {
    beginPass(kernelClass) {
      const index = passes.length % PASSES_PER_SET;
      if (index === 0) sets.push(device.createQuerySet({ type: 'timestamp', count: 2 * PASSES_PER_SET }));
      passes.push(kernelClass);
      return {
        querySet: sets.at(-1) as GPUQuerySet,
        beginningOfPassWriteIndex: 2 * index,
        endOfPassWriteIndex: 2 * index + 1,
      };
    },
    countDispatch(kernelClass) {
      dispatchCounts.set(kernelClass, (dispatchCounts.get(kernelClass) ?? 0) + 1);
    },
    async read() {
      const timestamps = await readTimestamps();
      const gpuMs = new Map<string, number>();
      for (const [at, kernelClass] of passes.entries()) {
        const set = timestamps[Math.floor(at / PASSES_PER_SET)] ?? new BigUint64Array();
        const index = 2 * (at % PASSES_PER_SET);
        const elapsedMs = Number((set[index + 1] ?? 0n) - (set[index] ?? 0n)) / NS_PER_MS;
        gpuMs.set(kernelClass, (gpuMs.get(kernelClass) ?? 0) + elapsedMs);
      }
      return [...gpuMs]
        .map(([name, ms]) => ({ class: name, gpuMs: ms, dispatchCount: dispatchCounts.get(name) ?? 0 }))
        .toSorted((a, b) => b.gpuMs - a.gpuMs);
    },
    destroy: () => sets.forEach((set) => set.destroy()),
  };
}
