/**
 * The models of the compute worker: the embedded ones and those in use on the last visit when first needed, and all that
 * were loaded again when the worker was replaced. Other places ask `activeModel` for a worker with a model in it.
 */
import { WorkbenchError } from '../../core/errors.ts';
import { EMBEDDED_MODELS, OFFERED_MODELS } from '../../models/zoo/registry.ts';
import type { NetworkMapping } from '../../models/onnx/mapping.ts';
import type {
  ComputeWorker,
  MakeModelSpec,
  ModelId,
  ModelReport,
  ModelRole,
  ModelSource,
  RunOn,
} from '../../workers/api/compute.ts';
import {
  activeModelOf,
  withChosenModel,
  withModel,
  withoutModel,
  withRejectedModel,
} from '../state/models.ts';
import { PUBLISHED_CROP } from '../state/evaluate.ts';
import { store, update } from '../state/store.ts';
import { serializeError } from '../../core/errors.ts';
import type { RunningCompute } from './compute-service.ts';
import { startJob } from './jobs.ts';
import { computeService, startCompute } from './workers.ts';

const EMBEDDED: readonly ModelSource[] = OFFERED_MODELS.map((name) => ({ kind: 'embedded', name }));
const MISSING = { segmenter: 'model/no-segmenter', extractor: 'model/no-extractor' } as const;

/** Lists a file or model with the reason why it could not be used. */
export function reject(key: string, name: string, sizeBytes: number, error: unknown): void {
  const rejected = { key, name, sizeBytes, error: serializeError(error) };
  update('models', (models) => withRejectedModel(models, rejected));
}

/** How each model of this visit was made: where a browser keeps no files, the next worker has to make it again. */
const specs = new Map<ModelId, MakeModelSpec>();
/** The loading of each worker's models; another worker has to load them again. */
const loads = new WeakMap<ComputeWorker, Promise<void>>();

/** Notes how a model was made. */
export function rememberSpec(id: ModelId, spec: MakeModelSpec): void {
  specs.set(id, spec);
}

/** Reads which models are kept into the state. */
export async function refreshMade(worker: ComputeWorker): Promise<void> {
  const made = await worker.madeModels();
  update('models', (models) => ({ ...models, made }));
}

/** Loads a model into the worker and the state. Errors: as `ComputeWorker.load`. */
export async function loadModel(worker: ComputeWorker, source: ModelSource): Promise<ModelReport> {
  const model = await worker.load(source, store.getState().models.runOn);
  update('models', (models) => withModel(models, model));
  return model;
}

/** The models to have: embedded, in use, and those that the last worker had. */
function wantedSources(): readonly ModelSource[] {
  const { chosen, models, made } = store.getState().models;
  const ids = new Set([
    ...models.filter(({ source }) => source !== 'embedded').map(({ id }) => id),
    ...[chosen.segmenter, chosen.extractor].filter((id) => id !== null),
  ]);
  return [
    ...EMBEDDED,
    ...made.filter(({ id }) => ids.has(id)).map(({ id }) => ({ kind: 'made', id }) as const),
  ];
}

function nameOf(source: ModelSource): string {
  if (source.kind === 'embedded') return EMBEDDED_MODELS[source.name].title;
  return store.getState().models.made.find(({ id }) => id === source.id)?.name ?? 'a model';
}

/** Makes again what was made on this visit and is not there. */
async function restoreMade(
  worker: ComputeWorker,
  signal: AbortSignal,
  report: Parameters<ComputeWorker['makeModel']>[2],
) {
  await refreshMade(worker);
  const there = new Set(store.getState().models.made.map(({ id }) => id));
  const gone = [...specs].filter(([id]) => !there.has(id));
  for (const [, spec] of gone) await worker.makeModel(spec, signal, report);
  if (gone.length > 0) await refreshMade(worker);
}

function startLoading(worker: ComputeWorker): Promise<void> {
  const { end } = startJob<void>({
    kind: 'load-models',
    label: 'Loading and testing models',
    place: 'models',
    async run(signal, report) {
      update('models', (models) => ({ ...models, phase: 'loading' }));
      await restoreMade(worker, signal, report);
      const sources = wantedSources();
      for (const [done, source] of sources.entries()) {
        signal.throwIfAborted();
        const name = nameOf(source);
        report({ phase: `Testing ${name}`, done, total: sources.length, unit: 'models' });
        try {
          await loadModel(worker, source);
        } catch (error) {
          // An embedded model that does not load is our failure; another is listed with its reason.
          if (source.kind === 'embedded') throw error;
          update('models', (models) => withoutModel(models, source.id));
          reject(`made ${source.id}`, name, 0, error);
        }
      }
    },
    summarize: (outcome) =>
      outcome.status === 'done'
        ? `${store.getState().models.models.length} models are ready.`
        : 'Models that were loaded before stay loaded.',
  });
  return end.then((outcome) => {
    const isWhole = outcome.status === 'done';
    update('models', (models) => ({ ...models, phase: isWhole ? 'ready' : 'idle' }));
    if (isWhole) return;
    loads.delete(worker);
    throw outcome.status === 'failed'
      ? new WorkbenchError(outcome.error.code, outcome.error.message)
      : new DOMException('Loading the models was cancelled.', 'AbortError');
  });
}

function loadInto({ worker }: RunningCompute): Promise<void> {
  const known = loads.get(worker);
  if (known !== undefined) return known;
  const loading = startLoading(worker);
  loads.set(worker, loading);
  return loading;
}

/**
 * The running compute worker with the models loaded; both start when first asked for.
 * Errors: `runtime/start-failed`, those of loading; AbortError when the loading was cancelled.
 */
export async function ensureModels(): Promise<ComputeWorker> {
  const compute = await startCompute();
  await loadInto(compute);
  return compute.worker;
}

/**
 * Says where models should run, and loads them there. Never rejects for a model: the job of the loading says what failed. Errors: `runtime/start-failed`.
 */
export async function chooseRunOn(runOn: RunOn): Promise<void> {
  update('models', (models) => ({ ...models, runOn }));
  const { phase, models } = store.getState().models;
  if (phase === 'idle') return;
  const { worker } = await startCompute();
  // All first: a model that shares its encoder with one still loaded would stay where that runs.
  for (const { id } of models) await worker.unload(id);
  loads.delete(worker);
  await ensureModels().catch(() => undefined);
}

export interface ActiveModel {
  readonly worker: ComputeWorker;
  readonly model: ModelReport;
}

/** The worker with the model in use for a role. Errors: as `ensureModels`; `model/no-segmenter`, `model/no-extractor`. */
export async function activeModel(role: ModelRole): Promise<ActiveModel> {
  const worker = await ensureModels();
  const model = activeModelOf(store.getState().models, role);
  if (model === undefined) throw new WorkbenchError(MISSING[role], `There is no ${role} loaded.`);
  return { worker, model };
}

/**
 * Evaluate's input follows the segmenter: its side, for any other would be refused, and its crop where one is known. A crop
 * that only the segmenter before wanted gives way to the published one.
 */
function followSegmenter(before: ModelReport | undefined): void {
  const segmenter = activeModelOf(store.getState().models, 'segmenter');
  if (segmenter === undefined) return;
  update('evaluate', (evaluate) => {
    const { settings } = evaluate;
    const isBefores = before?.crop !== undefined && (before.crop ?? 0) === settings.crop;
    const crop =
      segmenter.crop === undefined ? (isBefores ? PUBLISHED_CROP : settings.crop) : (segmenter.crop ?? 0);
    return { ...evaluate, settings: { ...settings, crop, side: segmenter.input.side ?? settings.side } };
  });
}

/** Takes a model into use; null takes the embedded one. */
export function chooseModel(role: ModelRole, id: ModelId | null): void {
  const before = activeModelOf(store.getState().models, 'segmenter');
  update('models', (models) => withChosenModel(models, role, id));
  if (role === 'segmenter') followSegmenter(before);
}

/** Starts what the Models place shows; failures are in the state already. */
export function prepareModels(): void {
  ensureModels().catch(() => undefined);
}

/** Loads a kept model and takes it into use; its errors end up in the state. */
export async function loadMadeModel(id: ModelId): Promise<void> {
  const name = nameOf({ kind: 'made', id });
  const { end } = startJob<ModelReport>({
    kind: `load-model-${id}`,
    label: `Loading ${name}`,
    place: 'models',
    async run(signal, report) {
      const worker = await ensureModels();
      report({ phase: 'Testing on every provider', done: 0, total: 1, unit: 'models' });
      const model = await loadModel(worker, { kind: 'made', id });
      if (signal.aborted) await unloadModel(id);
      signal.throwIfAborted();
      return model;
    },
    summarize: (outcome) => (outcome.status === 'done' ? outcome.value.selfTest.summary : ''),
  });
  const outcome = await end;
  if (outcome.status === 'done') {
    chooseModel(outcome.value.role, id);
  } else if (outcome.status === 'failed') {
    const rejected = { key: `made ${id}`, name, sizeBytes: 0, error: outcome.error };
    update('models', (models) => withRejectedModel(models, rejected));
  }
}

/** Replaces a model of another maker by the same with another mapping. Its errors end up in the state. */
export async function remapModel({ id, name, role }: ModelReport, mapping: NetworkMapping): Promise<void> {
  const { end } = startJob<ModelReport>({
    kind: `map-model-${id}`,
    label: `Mapping ${name}`,
    place: 'models',
    async run(signal, report) {
      const worker = await ensureModels();
      report({ phase: 'Copying the model', done: 0, total: 2, unit: 'steps' });
      const made = await worker.mapModel(id, mapping, signal);
      report({ phase: 'Testing on every provider', done: 1, total: 2, unit: 'steps' });
      const model = await loadModel(worker, { kind: 'made', id: made });
      const spec = specs.get(id);
      if (spec?.kind === 'onnx') rememberSpec(made, { ...spec, mapping });
      return model;
    },
    summarize: (outcome) => (outcome.status === 'done' ? outcome.value.selfTest.summary : ''),
  });
  const outcome = await end;
  if (outcome.status === 'done') {
    const isInUse = activeModelOf(store.getState().models, role)?.id === id;
    if (isInUse) chooseModel(role, outcome.value.id);
    // The same mapping makes the same model.
    if (outcome.value.id !== id) await deleteModel(id);
  } else if (outcome.status === 'failed') {
    const rejected = { key: `made ${id}`, name, sizeBytes: 0, error: outcome.error };
    update('models', (models) => withRejectedModel(models, rejected));
  }
}

/** Takes a model out of the state; where it was in use, the embedded one takes over. */
function drop(id: ModelId): void {
  const before = activeModelOf(store.getState().models, 'segmenter');
  const isSegmenter = store.getState().models.chosen.segmenter === id;
  update('models', (models) => withoutModel(models, id));
  if (isSegmenter) followSegmenter(before);
}

/** Frees the memory of a model; its files stay. Its errors end up in the state. */
export async function unloadModel(id: ModelId): Promise<void> {
  drop(id);
  try {
    const { worker } = await startCompute();
    await worker.unload(id);
  } catch (error) {
    reject(`made ${id}`, nameOf({ kind: 'made', id }), 0, error);
  }
}

/** Unloads a model and deletes its files. Its errors end up in the state. */
export async function deleteModel(id: ModelId): Promise<void> {
  specs.delete(id);
  drop(id);
  try {
    const { worker } = await startCompute();
    await worker.deleteModel(id);
    await refreshMade(worker);
  } catch (error) {
    reject(`made ${id}`, nameOf({ kind: 'made', id }), 0, error);
  }
}

/** Shuts the graphics device down; the loss is noticed and a fresh worker takes over. Not for WebAssembly, which has none. */
export async function restartDevice(): Promise<void> {
  const { worker } = await startCompute();
  await worker.destroyDevice();
}

computeService.onRestart((compute, reason) => {
  update('models', (models) => ({ ...models, restartReason: reason }));
  loadInto(compute).catch(() => undefined);
});
