/** From a run's pixel counts to scores of images, and to what the analysis worker summarizes. Pure. */
import type { Coding } from '../../core/cohort/coding.ts';
import { type Grouping, groupIndices, groupingId, groupLabels } from '../../core/cohort/groups.ts';
import type { SampleId, SampleRecord } from '../../core/cohort/sample.ts';
import { REGIONS } from '../../core/segmentation/classes.ts';
import {
  type Convention,
  type EmptyRule,
  type ImageScores,
  scoreImage,
} from '../../core/segmentation/overlap.ts';
import type { EvaluationGrouping, OverlapMetric, ScoredRegion } from '../../workers/api/analysis.ts';
import type { EvaluationRun, RunImage } from './evaluate.ts';
import { formatPercent } from '../ui/format.ts';

export const REGION_LABELS: Readonly<Record<ScoredRegion, string>> = {
  overall: 'Overall',
  rim: 'Rim',
  cup: 'Cup',
  disc: 'Disc',
};
export const METRIC_LABELS: Readonly<Record<OverlapMetric, string>> = { dice: 'Dice', iou: 'IoU' };

/** A scored image with its record in the present cohort. */
export interface EvaluatedImage {
  readonly image: RunImage;
  readonly record: SampleRecord;
  /** Place of the record in the cohort. */
  readonly index: number;
  readonly scores: ImageScores;
}

/** The images of a run that can be shown by group, and how many cannot. */
export interface EvaluatedImages {
  readonly images: readonly EvaluatedImage[];
  /** Images whose sample is not in the present cohort. */
  readonly missingCount: number;
  /** Images of the cohort that the filter hides. */
  readonly hiddenCount: number;
}

/** Scores the images of a run whose samples are in the cohort and pass. `passing` null shows all. */
export function evaluatedImages(
  run: EvaluationRun,
  records: readonly SampleRecord[],
  indexById: ReadonlyMap<SampleId, number>,
  passing: Uint32Array | null,
  convention: Convention,
): EvaluatedImages {
  const isPassing = new Uint8Array(records.length).fill(passing === null ? 1 : 0);
  if (passing !== null) for (const index of passing) isPassing[index] = 1;
  const images: EvaluatedImage[] = [];
  let missingCount = 0;
  let hiddenCount = 0;
  for (const image of run.images) {
    const index = indexById.get(image.id) ?? -1;
    const record = records[index];
    if (record === undefined) missingCount++;
    else if (isPassing[index] === 0) hiddenCount++;
    else images.push({ image, record, index, scores: scoreImage(image.overlap, convention) });
  }
  // In an order that neither a reload nor the workers change: the bootstrap draws by position.
  return {
    images: images.toSorted((a, b) => (a.image.id < b.image.id ? -1 : 1)),
    missingCount,
    hiddenCount,
  };
}

/** One score of an image. */
export function scoreOf(scores: ImageScores, region: ScoredRegion, metric: OverlapMetric): number {
  return region === 'overall' ? scores.overall[metric] : scores.regions[region][metric];
}

/** The rules that empty masks brought into play in an image, in words: "cup: prediction empty". */
export function rulesOf(scores: ImageScores): string {
  return REGIONS.filter((region) => scores.regions[region].rule !== 'none')
    .map((region) => `${region}: ${scores.regions[region].rule.replace('-', ' ')}`)
    .join('; ');
}

/** The groupings of the evaluated images, as the analysis worker wants them. */
export function evaluationGroupings(
  images: readonly EvaluatedImage[],
  groupings: readonly Grouping[],
  coding: Coding,
): readonly EvaluationGrouping[] {
  const records = images.map(({ record }) => record);
  return groupings.map((grouping) => ({
    id: groupingId(grouping),
    groups: groupLabels(grouping),
    indices: groupIndices(records, grouping, coding),
  }));
}

const RULE_WORDS: Readonly<Record<EmptyRule, string>> = {
  'both-empty': 'prediction and truth both empty',
  'prediction-empty': 'only the prediction empty',
  'truth-empty': 'only the truth empty',
};

/** What a convention makes of each empty mask. */
const RULE_SCORES: Readonly<Record<Convention, Readonly<Record<EmptyRule, 0 | 1>>>> = {
  published: { 'both-empty': 0, 'prediction-empty': 0, 'truth-empty': 1 },
  strict: { 'both-empty': 1, 'prediction-empty': 0, 'truth-empty': 0 },
};

/** How many images each rule of a convention touched, in a sentence; always the counts, also when they are 0. */
export function describeRules(
  convention: Convention,
  counts: Readonly<Record<EmptyRule, number>>,
  region: ScoredRegion,
): string {
  const where = region === 'overall' ? 'in rim or cup' : `of the ${region}`;
  const parts = (Object.keys(RULE_WORDS) as EmptyRule[]).map(
    (rule) => `${RULE_WORDS[rule]} (scores ${RULE_SCORES[convention][rule]}): ${counts[rule]}`,
  );
  return `Convention "${convention}"; images with an empty mask ${where}: ${parts.join(', ')}.`;
}

/** The scores of one sample in a run, for the inspector. */
export function membershipMetrics(
  run: EvaluationRun,
  id: SampleId,
  convention: Convention,
): readonly { readonly label: string; readonly text: string }[] {
  const image = run.images.find((candidate) => candidate.id === id);
  if (image === undefined) return [];
  const scores = scoreImage(image.overlap, convention);
  return (['rim', 'cup', 'disc'] as const).map((region) => ({
    label: `Dice ${region}`,
    text: formatPercent(scoreOf(scores, region, 'dice')),
  }));
}
