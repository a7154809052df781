/**
 * Which lives share a buffer. WebGPU refuses a dispatch that reads and writes the same buffer, whatever the ranges: so each life
 * has a buffer for itself as long as it lasts, and lives that meet in one action never share.
 */
import type { Life } from './lifetimes.ts';

export interface SharedRegions {
  /** Bytes of each region. */
  readonly sizes: readonly number[];
  /** The region of each life. */
  readonly regionOf: readonly number[];
}

/** Stretches of time in which a region is taken, in order. */
interface Taken {
  readonly sizeBytes: number;
  readonly lives: Life[];
}

/** Where in the order of a region's lives a life would stand; -1 where it meets another. */
function freeIndex({ lives }: Taken, { first, last }: Life): number {
  let [low, high] = [0, lives.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lives[middle] as Life).first <= last) low = middle + 1;
    else high = middle;
  }
  const before = lives[low - 1];
  return before !== undefined && before.last >= first ? -1 : low;
}

/**
 * Regions for lives: the largest first, each in the smallest region that is free for as long as it lasts, else in a new one.
 * Source: Pisarchyk and Lee, "Efficient memory management for deep neural net inference", 2020, greedy by size.
 */
export function shareRegions(lives: readonly Life[]): SharedRegions {
  const regions: Taken[] = [];
  const regionOf = Array.from({ length: lives.length }, () => 0);
  const bySize = lives
    .map((life, index) => ({ life, index }))
    .toSorted((a, b) => b.life.sizeBytes - a.life.sizeBytes || a.index - b.index);
  for (const { life, index } of bySize) {
    // Regions are made in falling order of size, so the last that is free is the smallest.
    let region = regions.length - 1;
    let at = -1;
    for (; region >= 0; region--) {
      at = freeIndex(regions[region] as Taken, life);
      if (at >= 0) break;
    }
    if (region < 0) region = regions.push({ sizeBytes: life.sizeBytes, lives: [life] }) - 1;
    else (regions[region] as Taken).lives.splice(at, 0, life);
    regionOf[index] = region;
  }
  return { sizes: regions.map(({ sizeBytes }) => sizeBytes), regionOf };
}
