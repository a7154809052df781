/**
 * How much work goes into a submit: enough that submitting costs little, and so little that no watchdog of an operating system
 * fires and a cancel is heard. The adapter's rate is learnt from the submits themselves.
 */

/** What a submit should take. */
const TARGET_MS = 150;
/** Floating-point operations of the first submits: nothing is known of the adapter, but that some compute on the CPU. */
const FIRST_FLOPS = { software: 1e8, hardware: 1e10 } as const;
/** Most that one submit changes the size of the next: its own time may have been disturbed. */
const LARGEST_STEP = 4;

export interface Pace {
  /** Floating-point operations after which a submit is cut. */
  readonly flopsPerSubmit: number;
  /** Learns from a submit of `flops` that kept the device busy for `elapsedMs`. */
  learn(flops: number, elapsedMs: number): void;
}

/** The pace of an adapter of which nothing was measured yet. */
export function createPace(isSoftware: boolean): Pace {
  let flopsPerSubmit: number = isSoftware ? FIRST_FLOPS.software : FIRST_FLOPS.hardware;
  return {
    get flopsPerSubmit() {
      return flopsPerSubmit;
    },
    learn(flops, elapsedMs) {
      // A small submit that was quick says little: most of its time may be the way there and back.
      if (flops < flopsPerSubmit && elapsedMs <= TARGET_MS) return;
      const wanted = (flops * TARGET_MS) / Math.max(elapsedMs, 1);
      flopsPerSubmit = Math.min(
        Math.max(wanted, flopsPerSubmit / LARGEST_STEP),
        flopsPerSubmit * LARGEST_STEP,
      );
    },
  };
}
