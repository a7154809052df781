/** The cup-to-disc ratio, by area and by vertical extent, and its error. */
import type { OverlapCounts } from './overlap.ts';

/**
 * | |cup| / |disc| of the prediction minus that of the truth |, by pixel counts; undefined when either disc is empty.
 */
export function areaCupDiscError(overlap: OverlapCounts): number | undefined {
  const { cup, disc } = overlap;
  if (disc.predicted === 0 || disc.truth === 0) return undefined;
  return Math.abs(cup.predicted / disc.predicted - cup.truth / disc.truth);
}

/** Rows from the first to the last that hold a pixel of class `least` or above. */
function verticalExtent(mask: Uint8Array, width: number, least: number): number {
  const first = mask.findIndex((value) => value >= least);
  if (first < 0) return 0;
  const last = mask.findLastIndex((value) => value >= least);
  return Math.floor(last / width) - Math.floor(first / width) + 1;
}

/**
 * Vertical cup-to-disc ratio, the clinical one: height of the cup over height of the disc; undefined when the disc is empty.
 * Shapes: `mask` [height, width] u8, 0 background, 1 rim, 2 cup.
 */
export function verticalCupDiscRatio(mask: Uint8Array, width: number): number | undefined {
  const disc = verticalExtent(mask, width, 1);
  return disc === 0 ? undefined : verticalExtent(mask, width, 2) / disc;
}

/** | vertical ratio of the prediction minus that of the truth |; undefined when either disc is empty. Shapes: as `verticalCupDiscRatio`. */
export function verticalCupDiscError(
  predicted: Uint8Array,
  truth: Uint8Array,
  width: number,
): number | undefined {
  const p = verticalCupDiscRatio(predicted, width);
  const t = verticalCupDiscRatio(truth, width);
  return p === undefined || t === undefined ? undefined : Math.abs(p - t);
}
