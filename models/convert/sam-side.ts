/** The input side that a SAM is fitted to when nobody chose one. */

/** Side that the FairSeg paper trains SAMed at, pixels; SAM's own 1,024 costs four times the tokens. */
export const DEFAULT_SAM_SIDE = 512;

/** The side for a SAM of the given own side, which is never exceeded unasked. */
export function defaultSamSide(ownSide: number): number {
  return Math.min(DEFAULT_SAM_SIDE, ownSide);
}
