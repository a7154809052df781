/**
 * Summaries of per-image scores: overall, by group, equity-scaled and as gaps, each with a joint bootstrap interval. The
 * subjects are redrawn once per grouping for all regions and metrics together.
 */
import { type EquityDefinition, equityScaled } from '../../core/equity/equity-scaled.ts';
import { gapsBetween } from '../../core/equity/gaps.ts';
import { type GroupInclusion, includeGroups } from '../../core/equity/group-inclusion.ts';
import { groupMeans } from '../../core/equity/group-means.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { REGIONS } from '../../core/segmentation/classes.ts';
import { type EmptyRule, type ImageScores, scoreImage } from '../../core/segmentation/overlap.ts';
import {
  type BootstrapEstimate,
  bootstrapStatistics,
  MIN_SUBJECTS_FOR_INTERVAL,
  type StratumStatistics,
} from '../../core/statistics/bootstrap.ts';
import type { Report } from '../../core/tasks.ts';
import type {
  Estimate,
  EvaluationGrouping,
  EvaluationSummary,
  GroupingSummary,
  OverlapMetric,
  ScoredRegion,
  SummarySpec,
} from '../api/analysis.ts';

interface Series {
  readonly region: ScoredRegion;
  readonly metric: OverlapMetric;
  readonly values: Float64Array;
}

function scoreOf(image: ImageScores, region: ScoredRegion, metric: OverlapMetric): number {
  return region === 'overall' ? image.overall[metric] : image.regions[region][metric];
}

function countEmptyRules(
  images: readonly ImageScores[],
  region: ScoredRegion,
): Readonly<Record<EmptyRule, number>> {
  const count = (rule: EmptyRule) =>
    images.filter(({ regions }) =>
      region === 'overall'
        ? regions.rim.rule === rule || regions.cup.rule === rule
        : regions[region].rule === rule,
    ).length;
  return {
    'both-empty': count('both-empty'),
    'prediction-empty': count('prediction-empty'),
    'truth-empty': count('truth-empty'),
  };
}

/** NaN has no place in a result: undefined numbers are null. The interval is withheld where too few subjects stand behind it. */
function toEstimate(estimate: BootstrapEstimate, hasEnoughSubjects: boolean): Estimate {
  if (!Number.isFinite(estimate.value)) return { value: null, interval: null };
  return { value: estimate.value, interval: hasEnoughSubjects ? estimate.interval : null };
}

/** Group means, then equity-scaled score, gap, sd, ratio and skewed error ratio, of one set of group sums. */
function groupStatistics(
  groupCount: number,
  included: readonly number[],
  definition: EquityDefinition,
): StratumStatistics {
  return (sums, counts) => {
    const means = Array.from(
      { length: groupCount },
      (_, group) => (sums[group] as number) / (counts[group] as number),
    );
    let sum = 0;
    let count = 0;
    for (let stratum = 0; stratum < sums.length; stratum++) {
      sum += sums[stratum] as number;
      count += counts[stratum] as number;
    }
    const chosen = included.map((group) => means[group] as number);
    const gaps = gapsBetween(chosen);
    const scaled = chosen.length < 2 ? NaN : equityScaled(sum / count, chosen, definition);
    return [...means, scaled, gaps.gap, gaps.sd, gaps.minMaxRatio, gaps.skewedErrorRatio];
  };
}

function toGroupingSummary(
  grouping: EvaluationGrouping,
  counts: readonly number[],
  unknownCount: number,
  inclusion: GroupInclusion,
  estimates: readonly BootstrapEstimate[],
): GroupingSummary {
  const { included, warnings } = inclusion;
  const groupCount = grouping.groups.length;
  const hasEnough = (group: number) => (counts[group] as number) >= MIN_SUBJECTS_FOR_INTERVAL;
  const allEnough = included.every(hasEnough);
  const gaps = gapsBetween(included.map((group) => estimates[group]?.value ?? NaN));
  const across = (offset: number) =>
    toEstimate(estimates[groupCount + offset] as BootstrapEstimate, allEnough);
  return {
    id: grouping.id,
    groups: grouping.groups.map((name, group) => ({
      name,
      count: counts[group] as number,
      mean: toEstimate(estimates[group] as BootstrapEstimate, hasEnough(group)),
      included: included.includes(group),
    })),
    unknownCount,
    equityScaled: across(0),
    gap: across(1),
    sd: across(2),
    minMaxRatio: across(3),
    skewedErrorRatio: across(4),
    worstGroup: included[gaps.worst] ?? null,
    bestGroup: included[gaps.best] ?? null,
    warnings,
  };
}

/** Summaries of one grouping for every series. Images of unknown group are a stratum of their own: they move the overall mean. */
async function summarizeGrouping(
  spec: SummarySpec,
  grouping: EvaluationGrouping,
  series: readonly Series[],
  signal: AbortSignal,
): Promise<readonly GroupingSummary[]> {
  const groupCount = grouping.groups.length;
  const { counts, unknownCount } = groupMeans(grouping.indices, grouping.indices, groupCount);
  const inclusion = includeGroups(counts, unknownCount, spec.minGroupSize);
  const rows = await bootstrapStatistics({
    series: series.map((each) => each.values),
    strata: grouping.indices.map((group) => (group < 0 ? groupCount : group)),
    strataCount: groupCount + 1,
    statistics: groupStatistics(groupCount, inclusion.included, spec.equityDefinition),
    seed: spec.seed,
    stream: grouping.id,
    resampleCount: spec.resampleCount,
    signal,
  });
  return rows.map((estimates) => toGroupingSummary(grouping, counts, unknownCount, inclusion, estimates));
}

function requireConsistent(spec: SummarySpec): void {
  const imageCount = spec.overlaps.length;
  if (imageCount === 0) {
    throw new WorkbenchError(
      'evaluate/no-images',
      'No image has been evaluated yet: run a segmenter or drop predictions first.',
    );
  }
  for (const { id, groups, indices } of spec.groupings) {
    if (indices.length === imageCount && indices.every((group) => group >= -1 && group < groups.length)) {
      continue;
    }
    throw new WorkbenchError(
      'internal/invariant',
      `This is a bug in EquiSeg: the grouping ${id} does not fit the ${imageCount} evaluated images.`,
    );
  }
}

/** Errors: `evaluate/no-images`; the signal's reason. Deterministic for a seed. */
export async function runEvaluation(
  spec: SummarySpec,
  signal: AbortSignal,
  report: Report,
): Promise<EvaluationSummary> {
  const startedMs = performance.now();
  requireConsistent(spec);
  const images = spec.overlaps.map((overlap) => scoreImage(overlap, spec.convention));
  const series = (['overall', ...REGIONS] as const).flatMap((region) =>
    (['dice', 'iou'] as const).map((metric): Series => ({
      region,
      metric,
      values: Float64Array.from(images, (image) => scoreOf(image, region, metric)),
    })),
  );
  const total = spec.groupings.length + 1;
  const phase = { phase: 'resampling', total, unit: 'groupings' };
  report({ ...phase, done: 0 });
  const overall = await bootstrapStatistics({
    series: series.map((each) => each.values),
    strata: new Uint8Array(images.length),
    strataCount: 1,
    statistics: (sums, counts) => [(sums[0] as number) / (counts[0] as number)],
    seed: spec.seed,
    stream: 'overall',
    resampleCount: spec.resampleCount,
    signal,
  });
  const byGrouping: (readonly GroupingSummary[])[] = [];
  for (const grouping of spec.groupings) {
    report({ ...phase, done: byGrouping.length + 1 });
    byGrouping.push(await summarizeGrouping(spec, grouping, series, signal));
  }
  report({ ...phase, done: total });
  const { overlaps: _overlaps, groupings: _groupings, ...settings } = spec;
  return {
    spec: settings,
    imageCount: images.length,
    metrics: series.map(({ region, metric }, s) => ({
      region,
      metric,
      overall: toEstimate(overall[s]?.[0] as BootstrapEstimate, images.length >= MIN_SUBJECTS_FOR_INTERVAL),
      groupings: byGrouping.map((summaries) => summaries[s] as GroupingSummary),
      emptyRuleCounts: countEmptyRules(images, region),
    })),
    elapsedMs: performance.now() - startedMs,
  };
}
