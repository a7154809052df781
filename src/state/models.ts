/**
 * The slice of models: what is loaded in the compute worker, which segmenter and extractor are in use, which are kept,
 * what waits for a role, what was refused. Files never lie here; services/models-add.ts has them.
 */
import type { SerializedError } from '../../core/errors.ts';
import type { MadeModel, ModelId, ModelReport, ModelRole, RunOn } from '../../workers/api/compute.ts';
import type { DownloadedFile } from '../../workers/api/download.ts';
import type { CheckpointCard } from './models-checkpoints.ts';

/** A file that could be a segmenter as well as an extractor: the person says which. */
export interface ModelWithoutRole {
  readonly key: string;
  readonly name: string;
  readonly sizeBytes: number;
  /** What the file says of its input and output, in one sentence. */
  readonly found: string;
}

/** A file that was not loaded, and why. */
export interface RejectedModel {
  readonly key: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly error: SerializedError;
}

export interface ModelsState {
  /** `idle` until models are first needed. */
  readonly phase: 'idle' | 'loading' | 'ready';
  /** In the order they were loaded, the embedded ones first. */
  readonly models: readonly ModelReport[];
  /** The chosen one of each role; null takes the embedded one. */
  readonly chosen: Readonly<Record<ModelRole, ModelId | null>>;
  /** Where models should run; each says where it does. */
  readonly runOn: RunOn;
  readonly withoutRole: readonly ModelWithoutRole[];
  readonly rejected: readonly RejectedModel[];
  /** Why the compute worker was last replaced, in one sentence; null while it never was, or when dismissed. */
  readonly restartReason: string | null;
  /** Every model made of dropped files, loaded or not. */
  readonly made: readonly MadeModel[];
  /** Checkpoints at hand, of which models can be made. */
  readonly checkpoints: readonly CheckpointCard[];
  /** Downloads in private files, whole or not. */
  readonly downloads: readonly DownloadedFile[];
}

export const initialModels: ModelsState = {
  phase: 'idle',
  models: [],
  chosen: { segmenter: null, extractor: null },
  runOn: 'automatic',
  withoutRole: [],
  rejected: [],
  restartReason: null,
  made: [],
  checkpoints: [],
  downloads: [],
};

/** Adds a model, or replaces the one of the same bytes. */
export function withModel(models: ModelsState, report: ModelReport): ModelsState {
  const at = models.models.findIndex(({ id }) => id === report.id);
  return { ...models, models: at === -1 ? [...models.models, report] : models.models.with(at, report) };
}

/** A model is no longer loaded; where it was in use, the embedded one takes over. */
export function withoutModel(models: ModelsState, id: ModelId): ModelsState {
  const { segmenter, extractor } = models.chosen;
  return {
    ...models,
    models: models.models.filter((model) => model.id !== id),
    chosen: {
      segmenter: segmenter === id ? null : segmenter,
      extractor: extractor === id ? null : extractor,
    },
  };
}

/** Chooses the model of a role; null takes the embedded one. */
export function withChosenModel(models: ModelsState, role: ModelRole, id: ModelId | null): ModelsState {
  return { ...models, chosen: { ...models.chosen, [role]: id } };
}

/** Adds a refused file; an earlier notice about a file of the same name gives way. */
export function withRejectedModel(models: ModelsState, rejected: RejectedModel): ModelsState {
  const others = models.rejected.filter(({ name }) => name !== rejected.name);
  return { ...models, rejected: [...others, rejected] };
}

/** Takes back the notice about a refused file. */
export function withoutRejectedModel(models: ModelsState, key: string): ModelsState {
  return { ...models, rejected: models.rejected.filter((one) => one.key !== key) };
}

/** Adds a file that waits for its role. */
export function withModelWithoutRole(models: ModelsState, waiting: ModelWithoutRole): ModelsState {
  const others = models.withoutRole.filter(({ key }) => key !== waiting.key);
  return { ...models, withoutRole: [...others, waiting] };
}

/** The file has its role, or was put aside. */
export function withoutWaiting(models: ModelsState, key: string): ModelsState {
  return { ...models, withoutRole: models.withoutRole.filter((one) => one.key !== key) };
}

/** The model in use for a role: the chosen one where it is loaded, else the embedded one; undefined before loading. */
export function activeModelOf({ models, chosen }: ModelsState, role: ModelRole): ModelReport | undefined {
  const ofRole = models.filter((model) => model.role === role);
  return (
    ofRole.find(({ id }) => id === chosen[role]) ??
    ofRole.find(({ source }) => source === 'embedded') ??
    ofRole[0]
  );
}
