/**
 * The models of the compute worker: the embedded ones and those of earlier visits when first needed, dropped files, and
 * all of them again when the worker was replaced. Other places ask `activeModel` for a worker with a model in it.
 */
import { serializeError, WorkbenchError } from '../../core/errors.ts';
import { inspectOnnx } from '../../models/onnx/inspect.ts';
import { matchInterface } from '../../models/onnx/interface.ts';
import { EMBEDDED_MODELS } from '../../models/zoo/registry.ts';
import type {
  ComputeWorker,
  ModelId,
  ModelReport,
  ModelRole,
  ModelSource,
} from '../../workers/api/compute.ts';
import {
  activeModelOf,
  withChosenModel,
  withModel,
  withModelWithoutRole,
  withoutModel,
  withoutWaiting,
  withRejectedModel,
  withStored,
} from '../state/models.ts';
import { store, update } from '../state/store.ts';
import type { FoundFile } from './dropped-files.ts';
import { startJob } from './jobs.ts';
import { readStoredModels, removeStoredModel, storeModel } from './models-store.ts';
import type { RunningCompute } from './compute-service.ts';
import { computeService, startCompute } from './workers.ts';

const EMBEDDED: readonly ModelSource[] = Object.values(EMBEDDED_MODELS).map(({ name }) => ({
  kind: 'embedded',
  name,
}));
const MISSING = { segmenter: 'model/no-segmenter', extractor: 'model/no-extractor' } as const;
const MAX_MODEL_BYTES = 2 ** 31 - 1;

/** Bytes of dropped files: of those that wait for a role, and of loaded ones for the next worker. */
const waitingBytes = new Map<string, Uint8Array<ArrayBuffer>>();
const droppedSources = new Map<ModelId, Extract<ModelSource, { kind: 'onnx' }>>();
/** The loading of each worker's models; another worker has to load them again. */
const loads = new WeakMap<ComputeWorker, Promise<void>>();
let storeWasRead: Promise<void> | undefined;
let fileCount = 0;

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `load` takes the bytes, so it gets a copy. */
function copyOf(source: ModelSource): ModelSource {
  return source.kind === 'onnx' ? { ...source, bytes: source.bytes.slice() } : source;
}

async function readStore(): Promise<void> {
  for (const { id, name, role, bytes } of await readStoredModels()) {
    droppedSources.set(id, { kind: 'onnx', name, role, bytes });
    update('models', (models) => withStored(models, id));
  }
}

function reject(key: string, name: string, sizeBytes: number, error: unknown): void {
  const rejected = { key, name, sizeBytes, error: serializeError(error) };
  update('models', (models) => withRejectedModel(models, rejected));
}

function startLoading(worker: ComputeWorker): Promise<void> {
  const { end } = startJob<void>({
    kind: 'load-models',
    label: 'Loading and testing models',
    place: 'models',
    async run(signal, report) {
      update('models', (models) => ({ ...models, phase: 'loading' }));
      await (storeWasRead ??= readStore());
      const sources: readonly ModelSource[] = [...EMBEDDED, ...droppedSources.values()];
      for (const [done, source] of sources.entries()) {
        signal.throwIfAborted();
        report({ phase: `Testing ${source.name}`, done, total: sources.length, unit: 'models' });
        try {
          const model = await worker.load(copyOf(source));
          update('models', (models) => withModel(models, model));
        } catch (error) {
          // An embedded model that does not load is our failure; a dropped one is listed with its reason.
          if (source.kind === 'embedded') throw error;
          reject(`stored ${source.name}`, source.name, source.bytes.length, error);
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

/** Starts what the Models place shows; failures are in the state already. */
export function prepareModels(): void {
  ensureModels().catch(() => undefined);
}

/** Loads a dropped model in a role, keeps its bytes and takes it into use. Its errors end up in the state. */
async function addModel(
  key: string,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  role: ModelRole,
): Promise<void> {
  const { end } = startJob<ModelReport>({
    kind: `add-model-${key}`,
    label: `Loading ${name}`,
    place: 'models',
    async run(signal, report) {
      const worker = await ensureModels();
      signal.throwIfAborted();
      report({ phase: 'Testing on every provider', done: 0, total: 1, unit: 'models' });
      const source = { kind: 'onnx', name, role, bytes } as const;
      const model = await worker.load(copyOf(source));
      // A cancel while it was tested: nothing of it stays.
      if (signal.aborted) await worker.unload(model.id);
      signal.throwIfAborted();
      droppedSources.set(model.id, source);
      if (await storeModel({ id: model.id, name, role, bytes })) {
        update('models', (models) => withStored(models, model.id));
      }
      return model;
    },
    summarize: (outcome) =>
      outcome.status === 'done' ? `In use as ${role}. ${outcome.value.selfTest.summary}` : '',
  });
  const outcome = await end;
  if (outcome.status === 'done') {
    const model = outcome.value;
    update('models', (models) => withChosenModel(withModel(models, model), role, model.id));
  } else if (outcome.status === 'failed') {
    reject(
      key,
      name,
      bytes.length,
      new WorkbenchError(outcome.error.code, outcome.error.message, outcome.error),
    );
  }
}

/** The roles that a file may serve, from what it says of itself. Errors: those of the format, and of no role at all. */
function rolesOf(bytes: Uint8Array): { roles: ModelRole[]; found: string } {
  const summary = inspectOnnx(bytes);
  const roles: ModelRole[] = [];
  const reasons: string[] = [];
  for (const role of ['segmenter', 'extractor'] as const) {
    try {
      matchInterface(summary, role);
      roles.push(role);
    } catch (error) {
      reasons.push(sentenceOf(error));
    }
  }
  if (roles.length === 0) {
    throw new WorkbenchError('onnx/unsupported-interface', [...new Set(reasons)].join(' '));
  }
  const shapes = [...summary.inputs, ...summary.outputs].map(
    ({ name, shape }) => `'${name}' [${shape?.map((size) => size ?? '?').join(', ') ?? 'unknown shape'}]`,
  );
  return { roles, found: `Input and output: ${shapes.join(' and ')}.` };
}

/** Takes dropped or picked model files, one after the other. */
export async function addModelFiles(files: readonly FoundFile[]): Promise<void> {
  for (const { file } of files) {
    fileCount++;
    const key = String(fileCount);
    try {
      if (file.size > MAX_MODEL_BYTES) {
        throw new WorkbenchError('file/too-large', 'A model file must be smaller than 2 GB.');
      }
      const bytes = new Uint8Array(await file.arrayBuffer());
      const { roles, found } = rolesOf(bytes);
      const [role] = roles;
      if (roles.length === 1 && role !== undefined) await addModel(key, file.name, bytes, role);
      else {
        waitingBytes.set(key, bytes);
        const waiting = { key, name: file.name, sizeBytes: file.size, found };
        update('models', (models) => withModelWithoutRole(models, waiting));
      }
    } catch (error) {
      reject(key, file.name, file.size, error);
    }
  }
}

/** Gives a waiting file its role and loads it. */
export async function chooseRole(key: string, role: ModelRole): Promise<void> {
  const waiting = store.getState().models.withoutRole.find((one) => one.key === key);
  const bytes = waitingBytes.get(key);
  putAside(key);
  if (waiting !== undefined && bytes !== undefined) await addModel(key, waiting.name, bytes, role);
}

/** Lets go of a file that waits for its role. */
export function putAside(key: string): void {
  waitingBytes.delete(key);
  update('models', (models) => withoutWaiting(models, key));
}

/** Unloads a dropped model and deletes what was kept of it. */
export async function removeModel(id: ModelId): Promise<void> {
  droppedSources.delete(id);
  update('models', (models) => withoutModel(models, id));
  await removeStoredModel(id);
  const { worker } = await startCompute();
  await worker.unload(id);
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
