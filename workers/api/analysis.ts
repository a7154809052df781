/**
 * The contract between the page and the analysis worker: interfaces and message types, no code. Long calls have the
 * signature (spec, signal, report), always at top level, because Comlink converts top-level arguments only.
 */
import type { SampleId } from '../../core/cohort/sample.ts';
import type { EquityDefinition } from '../../core/equity/equity-scaled.ts';
import type { EquityWarning } from '../../core/equity/group-inclusion.ts';
import type { DrawComparison } from '../../core/search/draw-comparison.ts';
import type { ClusterPrefix } from '../../core/search/strategies/selection.ts';
import type { Region } from '../../core/segmentation/classes.ts';
import type { Convention, EmptyRule, OverlapCounts } from '../../core/segmentation/overlap.ts';
import type { Interval } from '../../core/statistics/bca.ts';
import type { Report } from '../../core/tasks.ts';

export type Strategy = 'greedy' | 'weighted' | 'random' | 'aggressive';
export type Clustering = 'k-means' | 'balanced-k-means';

export interface SearchSpec {
  readonly featureSetId: string;
  readonly pool: readonly SampleId[];
  readonly target: readonly SampleId[];
  readonly clustering: Clustering;
  readonly clusterCount: number;
  readonly selectionSize: number;
  readonly strategy: Strategy;
  readonly seed: number;
  /** Random draws of the same size that the selection is compared with. */
  readonly drawCount: number;
}

export interface ClusterSummary {
  readonly index: number;
  readonly size: number;
  /** Fréchet distance to the target; null for a cluster of fewer than two, which has no covariance. */
  readonly distance: number | null;
  /** log softmax(-distance) over the clusters. */
  readonly logWeight: number | null;
  readonly selectedCount: number;
}

export type SearchWarningCode =
  | 'selection-below-feature-count'
  | 'target-below-feature-count'
  | 'weight-on-one-cluster'
  | 'clusters-without-distance'
  | 'unscored-samples-selected'
  | 'clustering-not-converged';

/** A reason to read the result with care; `count` is the number in the sentence. */
export interface SearchWarning {
  readonly code: SearchWarningCode;
  readonly message: string;
  readonly count: number;
}

export interface SearchResult {
  readonly spec: Omit<SearchSpec, 'pool' | 'target'>;
  readonly featureCount: number;
  readonly poolCount: number;
  readonly targetCount: number;
  readonly clusters: readonly ClusterSummary[];
  /** Cluster of every pool sample, in the order of `spec.pool`. */
  readonly assignment: Int32Array<ArrayBuffer>;
  readonly inertia: number;
  readonly iterations: number;
  /** In the order of selection. */
  readonly selected: readonly SampleId[];
  /** For `aggressive`: how the union of clusters was grown. */
  readonly prefix: ClusterPrefix | null;
  /** Fréchet distance of the selection to the target. */
  readonly selectionDistance: number;
  /** Unbiased squared kernel MMD (KID) of the selection to the target; free of the Fréchet distance's sample-size bias, may be negative. */
  readonly selectionKid: number;
  /** Mean of 1 - Pearson correlation over pairs of selected samples; null where a feature vector is constant. */
  readonly selectionDiversity: number | null;
  /** Fréchet distance of the whole pool to the target. */
  readonly poolDistance: number;
  /** Fréchet distances of `drawCount` random draws of the same size. */
  readonly drawDistances: readonly number[];
  /** Where `selectionDistance` lies among `drawDistances`; null without draws. */
  readonly drawComparison: DrawComparison | null;
  /** Coordinates along the first two principal components of pool and target together. */
  readonly map: {
    /** [poolCount, 2] in the order of `spec.pool`. */
    readonly pool: Float32Array<ArrayBuffer>;
    /** [targetCount, 2] in the order of `spec.target`. */
    readonly target: Float32Array<ArrayBuffer>;
    /** Share of the variance along each axis. */
    readonly shareFrac: readonly number[];
  };
  readonly warnings: readonly SearchWarning[];
  readonly elapsedMs: number;
}

/** Groups of the evaluated images by an attribute, age bins or an intersection. */
export interface EvaluationGrouping {
  readonly id: string;
  readonly groups: readonly string[];
  /** Group of every image, in the order of `SummarySpec.overlaps`; -1 is unknown. */
  readonly indices: Int16Array<ArrayBuffer>;
}

export interface SummarySpec {
  /** Counts of every evaluated image. */
  readonly overlaps: readonly OverlapCounts[];
  readonly groupings: readonly EvaluationGrouping[];
  readonly convention: Convention;
  readonly equityDefinition: EquityDefinition;
  /** Groups with fewer images are left out of equity-scaled scores and gaps. */
  readonly minGroupSize: number;
  readonly resampleCount: number;
  readonly seed: number;
}

/** A number with its 95 % bootstrap interval; null where it is undefined. */
export interface Estimate {
  readonly value: number | null;
  readonly interval: Interval | null;
}

export interface GroupSummary {
  readonly name: string;
  readonly count: number;
  readonly mean: Estimate;
  /** Takes part in the equity-scaled score and the gaps. */
  readonly included: boolean;
}

export interface GroupingSummary {
  readonly id: string;
  readonly groups: readonly GroupSummary[];
  /** Images of unknown group: they count in the overall mean only. */
  readonly unknownCount: number;
  readonly equityScaled: Estimate;
  /** Largest minus smallest mean of the included groups. */
  readonly gap: Estimate;
  /** Sample standard deviation of the included groups' means. */
  readonly sd: Estimate;
  readonly minMaxRatio: Estimate;
  readonly skewedErrorRatio: Estimate;
  /** Indices into `groups`; null with fewer than two included groups. */
  readonly worstGroup: number | null;
  readonly bestGroup: number | null;
  readonly warnings: readonly EquityWarning[];
}

export type ScoredRegion = Region | 'overall';
export type OverlapMetric = 'dice' | 'iou';

export interface MetricSummary {
  readonly region: ScoredRegion;
  readonly metric: OverlapMetric;
  readonly overall: Estimate;
  /** In the order of `SummarySpec.groupings`. */
  readonly groupings: readonly GroupingSummary[];
  /** Images whose score an empty mask decided; for `overall`, images where it did so for rim or cup. */
  readonly emptyRuleCounts: Readonly<Record<EmptyRule, number>>;
}

export interface EvaluationSummary {
  readonly spec: Omit<SummarySpec, 'overlaps' | 'groupings'>;
  readonly imageCount: number;
  /** Every region with every metric. */
  readonly metrics: readonly MetricSummary[];
  readonly elapsedMs: number;
}

export interface AnalysisWorker {
  /** Never sees an attribute: pool and target are ids. Errors: `search/*`, `linalg/*`. */
  search(spec: SearchSpec, signal: AbortSignal, report: Report): Promise<SearchResult>;
  /** Means, equity-scaled scores and gaps with joint bootstrap intervals. Errors: `evaluate/no-images`. */
  summarize(spec: SummarySpec, signal: AbortSignal, report: Report): Promise<EvaluationSummary>;
}
