/**
 * The slice of training: what a person changed of the settings, the runs as the compute worker keeps them, and the events of
 * the run that is shown. Weights, images and checkpoints stay in the worker.
 */
import type { SerializedError } from '../../core/errors.ts';
import type { GpuCheck, TrainEstimate, TrainEvent, TrainRun } from '../../workers/api/train.ts';
import type { TrainChoices } from './train-choices.ts';

/** What the next run would take. The last estimate stays while another is made, so that nothing jumps. */
export interface EstimateState {
  readonly estimate: TrainEstimate | undefined;
  readonly error: SerializedError | undefined;
  readonly isUpdating: boolean;
}

/** What befalls the running run from outside: its device is lost, its tab hidden. */
export interface RunIncidents {
  readonly runId: string;
  readonly restartCount: number;
  /** Why it was last restarted, one sentence; empty where it never was. */
  readonly restartReason: string;
  readonly hiddenCount: number;
}

export interface TrainState {
  /** Settings that differ from their defaults. */
  readonly changes: Partial<TrainChoices>;
  /** Newest first. */
  readonly runs: readonly TrainRun[];
  /** Ids of the runs that other tabs of this browser train. */
  readonly elsewhere: readonly string[];
  /** Whether the runs of earlier visits have been read. */
  readonly restored: boolean;
  readonly shownRunId: string | null;
  /** Events of the shown run, as far as they have been fetched. */
  readonly log: { readonly runId: string | null; readonly events: readonly TrainEvent[] };
  /** Null while no run is under way. */
  readonly incidents: RunIncidents | null;
  /** By the key of a model: why it cannot be trained, null when it can. */
  readonly refusals: Readonly<Record<string, string | null>>;
  readonly estimate: EstimateState;
  /** The last check of this machine's GPU. */
  readonly gpuCheck: GpuCheck | null;
}

export const initialTrain: TrainState = {
  changes: {},
  runs: [],
  elsewhere: [],
  restored: false,
  shownRunId: null,
  log: { runId: null, events: [] },
  incidents: null,
  refusals: {},
  estimate: { estimate: undefined, error: undefined, isUpdating: false },
  gpuCheck: null,
};

/** Changes settings; one that is back at its default is no longer a change. `defaultsOf` gives the defaults with some changes. */
export function withChoices(
  train: TrainState,
  part: Partial<TrainChoices>,
  defaultsOf: (changes: Partial<TrainChoices>) => TrainChoices,
): TrainState {
  const changes = { ...train.changes, ...part };
  const defaults = defaultsOf(changes);
  const kept = Object.entries(changes).filter(
    ([key, value]) => value !== defaults[key as keyof TrainChoices],
  );
  return { ...train, changes: Object.fromEntries(kept) as Partial<TrainChoices> };
}

/** Replaces the list of runs, of which other tabs are at some; one that was shown and is gone gives way to the newest. */
export function withRuns(
  train: TrainState,
  runs: readonly TrainRun[],
  elsewhere: readonly string[] = [],
): TrainState {
  const sorted = runs.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  // A run that this page has just started may not be listed yet.
  const isThere =
    train.shownRunId === train.incidents?.runId || sorted.some(({ spec }) => spec.runId === train.shownRunId);
  return {
    ...train,
    runs: sorted,
    elsewhere,
    restored: true,
    shownRunId: isThere ? train.shownRunId : (sorted[0]?.spec.runId ?? null),
  };
}

/** Shows a run; its events are fetched anew. */
export function withShownRun(train: TrainState, runId: string): TrainState {
  return { ...train, shownRunId: runId, log: { runId, events: [] } };
}

/** Adds events that follow those that are there; events of another run than the shown one change nothing. */
export function withEvents(train: TrainState, runId: string, added: readonly TrainEvent[]): TrainState {
  if (train.log.runId !== runId || added.length === 0) return train;
  return { ...train, log: { runId, events: [...train.log.events, ...added] } };
}

/** The run that is shown, or undefined. */
export function shownTrainRunOf({ runs, shownRunId }: TrainState): TrainRun | undefined {
  return runs.find(({ spec }) => spec.runId === shownRunId);
}
