/** Dice and IoU of a predicted mask: pixel counts first, then scores under a named convention for empty masks. */
import { WorkbenchError } from '../errors.ts';
import { type Region, REGIONS } from './classes.ts';

/** Pixel counts of one region. Everything of overlap (Dice, IoU, both conventions) follows from these three. */
export interface RegionCounts {
  readonly predicted: number;
  readonly truth: number;
  readonly intersection: number;
}

export type OverlapCounts = Readonly<Record<Region, RegionCounts>>;

/**
 * What an empty mask scores. `published`: prediction empty 0 (also when both are empty), only the truth empty 1.
 * `strict`: both empty 1, exactly one empty 0.
 */
export const CONVENTIONS = ['published', 'strict'] as const;
export type Convention = (typeof CONVENTIONS)[number];

/** The special case that decided a score, where a mask was empty; `none` is the plain formula. */
export type EmptyRule = 'both-empty' | 'prediction-empty' | 'truth-empty';

export interface OverlapScore {
  readonly dice: number;
  readonly iou: number;
  readonly rule: EmptyRule | 'none';
}

/** Scores of one image; `overall` is the mean of rim and cup, the published convention. */
export interface ImageScores {
  readonly regions: Readonly<Record<Region, OverlapScore>>;
  readonly overall: { readonly dice: number; readonly iou: number };
}

/** joint[p * 3 + t], a confusion table of the three classes: it holds every count at once. */
function confusionTable(predicted: Uint8Array, truth: Uint8Array): Uint32Array {
  const joint = new Uint32Array(9);
  for (let i = 0; i < truth.length; i++) {
    const p = predicted[i] as number;
    const t = truth[i] as number;
    if (p > 2 || t > 2) {
      throw new WorkbenchError(
        'evaluate/prediction-values',
        `A mask holds the value ${Math.max(p, t)}: only 0 (background), 1 (rim) and 2 (cup) can be scored.`,
        { context: { pixel: i } },
      );
    }
    joint[p * 3 + t] = (joint[p * 3 + t] as number) + 1;
  }
  return joint;
}

/**
 * Pixel counts of rim, cup and disc.
 * Shapes: `predicted`, `truth` u8 of equal length, values 0 background, 1 rim, 2 cup.
 * Errors: `evaluate/prediction-shape` when the lengths differ, `evaluate/prediction-values` for any other value.
 * Cost: one pass, no allocation.
 */
export function countOverlap(predicted: Uint8Array, truth: Uint8Array): OverlapCounts {
  if (predicted.length !== truth.length) {
    throw new WorkbenchError(
      'evaluate/prediction-shape',
      `The prediction has ${predicted.length} pixels and the true mask ${truth.length}: they must have the same size.`,
    );
  }
  const joint = confusionTable(predicted, truth);
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

/** The rule that an empty mask brings into play, from pixel counts. */
export function emptyRule(counts: Pick<RegionCounts, 'predicted' | 'truth'>): EmptyRule | 'none' {
  if (counts.predicted === 0) return counts.truth === 0 ? 'both-empty' : 'prediction-empty';
  return counts.truth === 0 ? 'truth-empty' : 'none';
}

/** Score of an empty mask, the same for Dice, IoU and surface Dice. */
function scoreOfEmpty(rule: EmptyRule, convention: Convention): number {
  if (convention === 'published') return rule === 'truth-empty' ? 1 : 0;
  return rule === 'both-empty' ? 1 : 0;
}

/** Dice 2|P and G| / (|P| + |G|) and IoU |P and G| / |P or G| of one region, with the rule that was touched. */
export function scoreOverlap(counts: RegionCounts, convention: Convention): OverlapScore {
  const rule = emptyRule(counts);
  if (rule !== 'none') {
    const score = scoreOfEmpty(rule, convention);
    return { dice: score, iou: score, rule };
  }
  const { predicted, truth, intersection } = counts;
  return {
    dice: (2 * intersection) / (predicted + truth),
    iou: intersection / (predicted + truth - intersection),
    rule,
  };
}

/** Scores of one image in all regions. */
export function scoreImage(overlap: OverlapCounts, convention: Convention): ImageScores {
  const [rim, cup, disc] = REGIONS.map((region) => scoreOverlap(overlap[region], convention)) as [
    OverlapScore,
    OverlapScore,
    OverlapScore,
  ];
  return {
    regions: { rim, cup, disc },
    overall: { dice: (rim.dice + cup.dice) / 2, iou: (rim.iou + cup.iou) / 2 },
  };
}
