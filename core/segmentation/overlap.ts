/** Pixel counts shared by a predicted and a true mask, and Dice and IoU from them. */
import { WorkbenchError } from '../errors.ts';
import { type Region } from './classes.ts';

/** Pixel counts of one region. Everything of overlap (Dice, IoU, both conventions) follows from these three. */
export interface RegionCounts {
  readonly predicted: number;
  readonly truth: number;
  readonly intersection: number;
}

export type OverlapCounts = Readonly<Record<Region, RegionCounts>>;

/**
 * Pixel counts of rim, cup and disc.
 * Shapes: `predicted`, `truth` u8 of equal length, values 0 background, 1 rim, 2 cup.
 * Errors: `evaluate/prediction-shape` when the lengths differ.
 * Cost: one pass, no allocation.
 */
export function countOverlap(predicted: Uint8Array, truth: Uint8Array): OverlapCounts {
  if (predicted.length !== truth.length) {
    throw new WorkbenchError(
      'evaluate/prediction-shape',
      `The prediction has ${predicted.length} pixels and the true mask ${truth.length}: they must have the same size.`,
    );
  }
  // joint[p * 3 + t]: a 3 x 3 confusion table holds every count at once.
  const joint = new Uint32Array(9);
  for (let i = 0; i < truth.length; i++) {
    const cell = (predicted[i] as number) * 3 + (truth[i] as number);
    joint[cell] = (joint[cell] as number) + 1;
  }
  const at = (p: number, t: number) => joint[p * 3 + t] as number;
  const region = (classes: readonly number[]): RegionCounts => {
    let predictedCount = 0;
    let truthCount = 0;
    let intersection = 0;
    for (const c of classes) {
      for (let other = 0; other < 3; other++) {
        predictedCount += at(c, other);
        truthCount += at(other, c);
      }
      for (const other of classes) intersection += at(c, other);
    }
    return { predicted: predictedCount, truth: truthCount, intersection };
  };
  return { rim: region([1]), cup: region([2]), disc: region([1, 2]) };
}
