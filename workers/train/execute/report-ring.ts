/** The reports of steps: written on the device into a ring of slots, read late, several at a time. */
import { readRanges } from '../../gpu/buffers.ts';
import type { GpuContext } from '../../gpu/device.ts';
import type { StepReport } from '../engine.ts';
import type { PlannedReport } from '../plan/plan.ts';
import type { RegionBuffers } from './region-buffers.ts';

export interface ReportRing {
  /** The slot that a step, counted from 1, writes into. */
  slotOf(step: number): number;
  /** Whether another step would write over a report that was not read. */
  readonly isFull: boolean;
  /** Says that the next report in the ring is this step's. */
  begin(step: number): void;
  /** Reads the reports of all steps begun since the last read, which are submitted. */
  read(): Promise<StepReport[]>;
  /** Forgets what was not read. */
  clear(): void;
}

/** The ring of a plan. */
export function createReportRing(
  gpu: GpuContext,
  { place, slotCount, slotBytes, entries }: PlannedReport,
  buffers: RegionBuffers,
): ReportRing {
  const slotOf = (step: number) => (step - 1) % slotCount;
  let unread: number[] = [];

  function valuesAt(ring: Float32Array<ArrayBuffer>, slot: number): StepReport['values'] {
    const first = (slot * slotBytes) / Float32Array.BYTES_PER_ELEMENT;
    return Object.fromEntries(
      entries.map(({ name, startElement, count }) => {
        const start = first + startElement;
        return [name, ring.slice(start, start + count)];
      }),
    );
  }
  return {
    slotOf,
    get isFull() {
      return unread.length >= slotCount;
    },
    begin(step) {
      unread.push(step);
    },
    async read() {
      if (unread.length === 0) return [];
      const steps = unread;
      unread = [];
      const [ring] = await gpu.whileAlive(readRanges(gpu.device, [buffers.rangeOf(place)]));
      return steps.map((step) => ({ step, values: valuesAt(ring ?? new Float32Array(), slotOf(step)) }));
    },
    clear() {
      unread = [];
    },
  };
}
