/**
 * Memory for unpacked arrays that are looked at once: given out again for every file, because a system hands out fresh
 * memory page by page, which costs as much as unpacking a mask.
 */

/** Gives out `sizeBytes` bytes, 16-byte aligned, of any content. */
export type Allocate = (sizeBytes: number) => Uint8Array<ArrayBuffer>;

export interface Scratch {
  readonly allocate: Allocate;
  /** Takes everything back: what was given out until now is written over from here on. */
  readonly reset: () => void;
}

/** Several samples' worth; a file that needs more gets memory of its own. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024;
const ALIGNMENT = 16;

/** Fresh memory, which stays the caller's. */
export const allocateFresh: Allocate = (sizeBytes) => new Uint8Array(sizeBytes);

/** Scratch that grows to what the largest file so far needed, at most 8 MiB. */
export function createScratch(): Scratch {
  let memory = new Uint8Array(0);
  let usedBytes = 0;
  return {
    allocate(sizeBytes) {
      const start = usedBytes;
      usedBytes += Math.ceil(sizeBytes / ALIGNMENT) * ALIGNMENT;
      return usedBytes <= memory.length
        ? memory.subarray(start, start + sizeBytes)
        : new Uint8Array(sizeBytes);
    },
    reset() {
      if (usedBytes > memory.length && usedBytes <= MAX_KEPT_BYTES) memory = new Uint8Array(usedBytes);
      usedBytes = 0;
    },
  };
}
