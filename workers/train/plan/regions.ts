/**
 * Where in which buffer each life lies. WebGPU refuses a dispatch that writes to a buffer of which it binds another part to read,
 * and a copy within one buffer: what an action writes therefore lies in other buffers than what else it touches.
 */
import type { Life, Uses } from './lifetimes.ts';
import { alignBytes } from './packing.ts';

export interface SharedRegions {
  /** Bytes of each region. */
  readonly sizes: readonly number[];
  /** By life: its region, and its first byte there. */
  readonly regionOf: readonly number[];
  readonly offsetOf: readonly number[];
}

/** For each life, those that may not be in its buffer while both last: an action has both and writes to one of them. */
function findRivals(lives: readonly Life[], uses: readonly Uses[]): number[][] {
  const rivals: number[][] = lives.map(() => []);
  for (const { inputs, results, scratch } of uses) {
    const written = [...results, ...scratch].filter((life) => life !== undefined);
    const read = inputs.filter((life) => life !== undefined);
    for (const [index, life] of written.entries()) {
      for (const other of [...read, ...written.slice(index + 1)]) {
        (rivals[life] as number[]).push(other);
        (rivals[other] as number[]).push(life);
      }
    }
  }
  return rivals;
}

/** The first byte from which on `sizeBytes` of a region are free beside these stretches, undefined where there is no such. */
function firstGap(
  taken: readonly { readonly start: number; readonly end: number }[],
  sizeBytes: number,
  regionBytes: number,
): number | undefined {
  let offset = 0;
  for (const { start, end } of taken.toSorted((a, b) => a.start - b.start)) {
    if (start >= offset + sizeBytes) break;
    offset = Math.max(offset, alignBytes(end));
  }
  return offset + sizeBytes <= regionBytes ? offset : undefined;
}

/**
 * Regions for lives: the largest first, each in the smallest region that has room for as long as it lasts, else in a new one.
 * `uses` are those of all actions.
 * Source: Pisarchyk and Lee, "Efficient memory management for deep neural net inference", 2020, greedy by size; here regions are
 * divided as well.
 */
export function shareRegions(lives: readonly Life[], uses: readonly Uses[]): SharedRegions {
  const sizes: number[] = [];
  const residents: number[][] = [];
  const regionOf = lives.map(() => 0);
  const offsetOf = lives.map(() => 0);
  const rivals = findRivals(lives, uses);

  /** The place of a life in a region, undefined where a rival is, or no room. */
  function offsetIn(region: number, life: Life, isRival: ReadonlySet<number>): number | undefined {
    const taken: { start: number; end: number }[] = [];
    for (const other of residents[region] as number[]) {
      const { first, last, sizeBytes } = lives[other] as Life;
      if (last < life.first || first > life.last) continue;
      if (isRival.has(other)) return undefined;
      const start = offsetOf[other] as number;
      taken.push({ start, end: start + sizeBytes });
    }
    return firstGap(taken, life.sizeBytes, sizes[region] as number);
  }

  const bySize = lives
    .map((life, index) => ({ life, index }))
    .toSorted((a, b) => b.life.sizeBytes - a.life.sizeBytes || a.index - b.index);
  for (const { life, index } of bySize) {
    const isRival = new Set(rivals[index]);
    // Regions are made in falling order of size, so the last with room is the smallest.
    let region = sizes.length - 1;
    let offset: number | undefined;
    for (; region >= 0; region--) {
      offset = offsetIn(region, life, isRival);
      if (offset !== undefined) break;
    }
    if (region < 0) {
      region = sizes.push(life.sizeBytes) - 1;
      residents.push([]);
    }
    (residents[region] as number[]).push(index);
    regionOf[index] = region;
    offsetOf[index] = offset ?? 0;
  }
  return { sizes, regionOf, offsetOf };
}
