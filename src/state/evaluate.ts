/**
 * The slice of evaluations: runs as plain records (pixel counts of every image, never masks), and what of them is shown
 * how. Runs are kept in IndexedDB by services/evaluate-store.ts; the settings among the preferences.
 */
import type { CohortFilter } from '../../core/cohort/filter.ts';
import type { SampleId } from '../../core/cohort/sample.ts';
import { EQUITY_DEFINITIONS, type EquityDefinition } from '../../core/equity/equity-scaled.ts';
import { DEFAULT_MIN_GROUP_SIZE } from '../../core/equity/group-inclusion.ts';
import type { SerializedError } from '../../core/errors.ts';
import { CONVENTIONS, type Convention } from '../../core/segmentation/overlap.ts';
import { DEFAULT_RESAMPLE_COUNT } from '../../core/statistics/bootstrap.ts';
import { defaultModel } from '../../models/zoo/registry.ts';
import type { OverlapMetric, ScoredRegion } from '../../workers/api/analysis.ts';
import type { ImageOverlap, ModelId, Provider } from '../../workers/api/compute.ts';
import type { SegmentationPreprocess } from '../../workers/api/data.ts';

/** One image that was scored; the name stays readable when the cohort is gone. */
export interface RunImage extends ImageOverlap {
  readonly name: string;
}

/** An image or a file that was to be scored and could not be. */
export interface RunFailure {
  readonly name: string;
  readonly error: SerializedError;
}

export type RunSource =
  | {
      readonly kind: 'segmenter';
      readonly modelId: ModelId;
      readonly modelName: string;
      readonly provider: Provider;
    }
  | { readonly kind: 'files'; readonly fileCount: number };

/** `partial` is a run that was stopped: its numbers stand for the images it reached and for nothing else. */
export type RunStatus = 'whole' | 'partial';

export interface EvaluationRun {
  readonly id: string;
  readonly name: string;
  readonly source: RunSource;
  /** Epoch time of the start. */
  readonly startedMs: number;
  readonly elapsedMs: number;
  readonly status: RunStatus;
  /** Why a partial run stopped, one sentence; empty for a whole one. */
  readonly stoppedBecause: string;
  readonly preprocess: SegmentationPreprocess;
  /** What was chosen, in words: "Test split, filtered". */
  readonly setLabel: string;
  readonly filter: CohortFilter;
  readonly softwareVersion: string;
  readonly cohortHash: string;
  readonly cohortCount: number;
  /** Images that the run set out to score. */
  readonly plannedCount: number;
  readonly images: readonly RunImage[];
  readonly failures: readonly RunFailure[];
  /** Dropped files that match no sample, by path, with the reason. */
  readonly unmatched: readonly RunFailure[];
  /** How dropped files were read, each sentence once with its number of files. */
  readonly notes: readonly string[];
  /** Images that the model, or one that it was trained from, was trained on or validated with; absent where none is known. */
  readonly seenInTraining?: readonly SampleId[];
}

/** `unseen` is the test split without the target images that the shown search looked at; all of it without such a search. */
export const EVALUATION_SETS = ['unseen', 'test', 'held-out', 'train', 'all'] as const;
export type EvaluationSet = (typeof EVALUATION_SETS)[number];

export const METRICS: readonly OverlapMetric[] = ['dice', 'iou'];
export const SCORED_REGIONS: readonly ScoredRegion[] = ['overall', 'rim', 'cup', 'disc'];

export interface EvaluateSettings {
  readonly set: EvaluationSet;
  /** Side of the centre crop in pixels; 0 keeps the whole image. */
  readonly crop: number;
  readonly side: number;
  readonly preset: SegmentationPreprocess['preset'];
  readonly groupingId: string;
  readonly metric: OverlapMetric;
  readonly region: ScoredRegion;
  readonly convention: Convention;
  readonly definition: EquityDefinition;
  readonly minGroupSize: number;
  readonly resampleCount: number;
  readonly seed: number;
  /** Show only images whose subjects pass the cohort's filter now. */
  readonly obeyFilter: boolean;
}

/** The published pipeline's crop, for segmenters that nobody has said another of. */
export const PUBLISHED_CROP = 512;

const { recommended } = defaultModel('segmenter');

/** Crop and side of the segmenter that comes with the page; statistics as in the papers. */
export const DEFAULT_EVALUATE_SETTINGS: EvaluateSettings = {
  set: 'unseen',
  crop: recommended.crop ?? 0,
  side: recommended.side,
  preset: 'corrected',
  groupingId: 'race',
  metric: 'dice',
  region: 'overall',
  convention: 'published',
  definition: 'sum',
  minGroupSize: DEFAULT_MIN_GROUP_SIZE,
  resampleCount: DEFAULT_RESAMPLE_COUNT,
  seed: 1,
  obeyFilter: true,
};

export interface EvaluateState {
  /** Newest first. */
  readonly runs: readonly EvaluationRun[];
  /** Whether the runs of earlier visits have been read. */
  readonly restored: boolean;
  /** The run that is shown; the inspector shows its masks. */
  readonly shownRunId: string | null;
  readonly comparedRunId: string | null;
  /** The last deleted run, which can still be brought back. */
  readonly deleted: EvaluationRun | null;
  readonly settings: EvaluateSettings;
}

export const initialEvaluate: EvaluateState = {
  runs: [],
  restored: false,
  shownRunId: null,
  comparedRunId: null,
  deleted: null,
  settings: DEFAULT_EVALUATE_SETTINGS,
};

/** Said of runs that `hasNoCup`. */
export const NO_CUP_WARNING =
  'No file of this run holds the class 2 (cup): all that was predicted was scored as rim, and every cup as missed. If the files are masks of the whole disc, or of the cup alone, these scores are wrong.';

/** Whether dropped predictions hold no cup anywhere: nothing in them tells a rim from another region written as 1. */
export function hasNoCup({ source, images }: EvaluationRun): boolean {
  return (
    source.kind === 'files' && images.length > 0 && images.every(({ overlap }) => overlap.cup.predicted === 0)
  );
}

/** Adds a run at its place by time, or replaces the one with its id. */
export function withRun(evaluate: EvaluateState, run: EvaluationRun): EvaluateState {
  const others = evaluate.runs.filter(({ id }) => id !== run.id);
  return { ...evaluate, runs: [run, ...others].toSorted((a, b) => b.startedMs - a.startedMs) };
}

/** Adds a new run and shows it. */
export function withNewRun(evaluate: EvaluateState, run: EvaluationRun): EvaluateState {
  const comparedRunId = evaluate.comparedRunId === run.id ? null : evaluate.comparedRunId;
  return { ...withRun(evaluate, run), shownRunId: run.id, comparedRunId };
}

/** Adds the runs of earlier visits. A chosen run that is gone gives way to the newest. */
export function withRestoredRuns(evaluate: EvaluateState, runs: readonly EvaluationRun[]): EvaluateState {
  const all = runs.reduce(withRun, evaluate);
  const has = (id: string | null) => all.runs.some((run) => run.id === id);
  return {
    ...all,
    restored: true,
    shownRunId: has(all.shownRunId) ? all.shownRunId : (all.runs[0]?.id ?? null),
    comparedRunId: has(all.comparedRunId) ? all.comparedRunId : null,
  };
}

/** Removes a run, which `withUndeletedRun` brings back until the next one is removed. */
export function withoutRun(evaluate: EvaluateState, id: string): EvaluateState {
  const deleted = evaluate.runs.find((run) => run.id === id);
  if (deleted === undefined) return evaluate;
  const runs = evaluate.runs.filter((run) => run.id !== id);
  const shownRunId = evaluate.shownRunId === id ? (runs[0]?.id ?? null) : evaluate.shownRunId;
  const isCompared = evaluate.comparedRunId === id || evaluate.comparedRunId === shownRunId;
  return {
    ...evaluate,
    runs,
    deleted,
    shownRunId,
    comparedRunId: isCompared ? null : evaluate.comparedRunId,
  };
}

/** Brings back the run that was removed last. */
export function withUndeletedRun(evaluate: EvaluateState): EvaluateState {
  const { deleted } = evaluate;
  if (deleted === null) return evaluate;
  return { ...withRun(evaluate, deleted), deleted: null, shownRunId: deleted.id };
}

/** Names a run; an empty name changes nothing. */
export function withRunNamed(evaluate: EvaluateState, id: string, name: string): EvaluateState {
  const trimmed = name.trim();
  if (trimmed === '') return evaluate;
  return {
    ...evaluate,
    runs: evaluate.runs.map((run) => (run.id === id ? { ...run, name: trimmed } : run)),
  };
}

/** Shows a run; one cannot be compared with itself. */
export function withShownRun(evaluate: EvaluateState, id: string): EvaluateState {
  if (!evaluate.runs.some((run) => run.id === id)) return evaluate;
  return {
    ...evaluate,
    shownRunId: id,
    comparedRunId: evaluate.comparedRunId === id ? null : evaluate.comparedRunId,
  };
}

/** Changes settings. */
export function withEvaluateSettings(
  evaluate: EvaluateState,
  change: Partial<EvaluateSettings>,
): EvaluateState {
  return { ...evaluate, settings: { ...evaluate.settings, ...change } };
}

/** Settings as read from storage, with those choices kept that exist. */
export function checkedSettings(settings: EvaluateSettings): EvaluateSettings {
  const defaults = DEFAULT_EVALUATE_SETTINGS;
  const choice = <Value>(value: Value, choices: readonly Value[], fallback: Value) =>
    choices.includes(value) ? value : fallback;
  return {
    ...settings,
    set: choice(settings.set, EVALUATION_SETS, defaults.set),
    preset: choice(settings.preset, ['corrected', 'published'], defaults.preset),
    metric: choice(settings.metric, METRICS, defaults.metric),
    region: choice(settings.region, SCORED_REGIONS, defaults.region),
    convention: choice(settings.convention, CONVENTIONS, defaults.convention),
    definition: choice(settings.definition, EQUITY_DEFINITIONS, defaults.definition),
  };
}

/** The shown run, or undefined. */
export function shownRunOf(evaluate: EvaluateState): EvaluationRun | undefined {
  return evaluate.runs.find(({ id }) => id === evaluate.shownRunId);
}

/** The run that the shown one is compared with, or undefined. */
export function comparedRunOf(evaluate: EvaluateState): EvaluationRun | undefined {
  return evaluate.runs.find(({ id }) => id === evaluate.comparedRunId);
}

/** Ids of the runs that scored a sample, newest first: for the inspector. Not memoised. */
export function runsOfSample(evaluate: EvaluateState, id: SampleId): readonly EvaluationRun[] {
  return evaluate.runs.filter(({ images }) => images.some((image) => image.id === id));
}
