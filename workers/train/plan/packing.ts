/** Tensors one after the other in few buffers, each where a binding may begin. */
import type { Place, Region, RegionRole } from './plan.ts';

/** `minStorageBufferOffsetAlignment` of every adapter. */
const ALIGNMENT_BYTES = 256;

/** The next multiple of the alignment. */
export function alignBytes(sizeBytes: number): number {
  return Math.ceil(sizeBytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}

/** The regions of a plan while it grows. */
export interface RegionList {
  readonly regions: Region[];
  /** A buffer for one thing. */
  add(name: string, role: RegionRole, sizeBytes: number): Place;
}

/** No regions yet. */
export function createRegionList(): RegionList {
  const regions: Region[] = [];
  return {
    regions,
    add(name, role, sizeBytes) {
      const region = regions.push({ name, role, sizeBytes }) - 1;
      return { region, offsetBytes: 0, sizeBytes };
    },
  };
}

/** Packs tensors in their order into regions of at most `pageBytes`; a larger one has a region for itself. */
export function packTensors(
  tensors: readonly { readonly name: string; readonly sizeBytes: number }[],
  role: RegionRole,
  pageBytes: number,
  list: RegionList,
): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  let page: { name: string; sizeBytes: number }[] = [];
  let usedBytes = 0;
  let pageCount = 0;
  const close = () => {
    if (page.length === 0) return;
    const whole = list.add(`${role} ${pageCount++}`, role, usedBytes);
    let offsetBytes = 0;
    for (const { name, sizeBytes } of page) {
      places.set(name, { region: whole.region, offsetBytes, sizeBytes });
      offsetBytes += alignBytes(sizeBytes);
    }
    [page, usedBytes] = [[], 0];
  };
  for (const tensor of tensors) {
    if (alignBytes(usedBytes) + tensor.sizeBytes > pageBytes) close();
    usedBytes = alignBytes(usedBytes) + tensor.sizeBytes;
    page.push(tensor);
  }
  close();
  return places;
}
