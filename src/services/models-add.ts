/**
 * From dropped files to models: each file is examined, an ONNX file gets its role, checkpoints wait until the person says
 * what to make of them. The files stay where they lie; only handles are kept, and only for this visit.
 */
import { serializeError, WorkbenchError } from '../../core/errors.ts';
import type { ConversionSettings } from '../../models/convert/conversion.ts';
import type { MakeModelSpec, ModelId, ModelReport, ModelRole } from '../../workers/api/compute.ts';
import { withModelWithoutRole, withoutWaiting } from '../state/models.ts';
import {
  baseOf,
  type CheckpointCard,
  INITIAL_SETTINGS,
  recipeOf,
  type OutlineState,
  withChangedCheckpoint,
  withCheckpoint,
} from '../state/models-checkpoints.ts';
import { store, update } from '../state/store.ts';
import type { FoundFile } from './dropped-files.ts';
import { startJob } from './jobs.ts';
import {
  chooseModel,
  ensureModels,
  loadModel,
  refreshMade,
  reject,
  rememberSpec,
  unloadModel,
} from './models.ts';
import { startCompute } from './workers.ts';

interface OnnxFiles {
  readonly file: File;
  readonly dataFiles: readonly File[];
}

/** Files behind the cards, by key. */
const onnxFiles = new Map<string, OnnxFiles>();
const checkpointFiles = new Map<string, File>();
let fileCount = 0;

const isOnnx = ({ file }: FoundFile) => file.name.toLowerCase().endsWith('.onnx');
const isCheckpoint = ({ file }: FoundFile) => /\.(pth|pt|safetensors|npz)$/i.test(file.name);

/** Makes a model, loads it and takes it into use; the model where it was made. Its errors end up in the state. */
async function addModel(
  key: string,
  name: string,
  sizeBytes: number,
  spec: MakeModelSpec,
): Promise<ModelId | undefined> {
  let made: ModelId | undefined;
  const { end } = startJob<ModelReport>({
    kind: `make-model-${key}`,
    label: spec.kind === 'onnx' ? `Loading ${name}` : `Making ${name}`,
    place: 'models',
    async run(signal, report) {
      const worker = await ensureModels();
      const id = await worker.makeModel(spec, signal, report);
      rememberSpec(id, spec);
      made = id;
      await refreshMade(worker);
      report({ phase: 'Testing on every provider', done: 0, total: 1, unit: 'models' });
      const model = await loadModel(worker, { kind: 'made', id });
      if (signal.aborted) await unloadModel(id);
      signal.throwIfAborted();
      return model;
    },
    summarize: (outcome) => {
      if (outcome.status === 'done') {
        return `In use as ${outcome.value.role}. ${outcome.value.selfTest.summary}`;
      }
      if (outcome.status === 'failed') return '';
      return made !== undefined ? 'The model is kept, not loaded.' : 'Nothing of it was kept.';
    },
  });
  const outcome = await end;
  if (outcome.status === 'done') {
    const { id, role } = outcome.value;
    chooseModel(role, id);
  } else if (outcome.status === 'failed') {
    const { code, message } = outcome.error;
    reject(key, name, sizeBytes, new WorkbenchError(code, message, outcome.error));
  }
  return made;
}

async function addOnnx(key: string, { file, dataFiles }: OnnxFiles, role: ModelRole): Promise<void> {
  await addModel(key, file.name, file.size, { kind: 'onnx', role, file, dataFiles });
}

/** The files that would make a card's model: adapters come after their SAM. Undefined while the SAM is missing. */
function filesOf(card: CheckpointCard): readonly File[] | undefined {
  const { checkpoints } = store.getState().models;
  const file = checkpointFiles.get(card.key);
  if (file === undefined) return undefined;
  if (card.recognised.family !== 'samed-lora') return [file];
  const base = baseOf(checkpoints, card);
  const baseFile = base === undefined ? undefined : checkpointFiles.get(base.key);
  return baseFile === undefined ? undefined : [baseFile, file];
}

function change(key: string, changed: Partial<CheckpointCard>): void {
  update('models', (models) => ({
    ...models,
    checkpoints: withChangedCheckpoint(models.checkpoints, key, changed),
  }));
}

const cardOf = (key: string) => store.getState().models.checkpoints.find((card) => card.key === key);

/** What a card would be made of and how, as things stand; undefined for a card that is gone. */
function recipeNow(key: string): string | undefined {
  const card = cardOf(key);
  return card === undefined ? undefined : recipeOf(store.getState().models.checkpoints, card);
}

/** Asks what would be made of a checkpoint. */
async function replan(key: string): Promise<void> {
  const card = cardOf(key);
  const files = card === undefined ? undefined : filesOf(card);
  if (card === undefined || files === undefined) return;
  const recipe = recipeNow(key);
  // Settings or the SAM may change meanwhile: then another answer is on its way.
  const answer = (outline: OutlineState) => {
    if (recipeNow(key) === recipe) change(key, { outline });
  };
  change(key, { outline: { status: 'planning' } });
  try {
    const { worker } = await startCompute();
    answer({ status: 'done', outline: await worker.outline(files, card.settings) });
  } catch (error) {
    answer({ status: 'failed', error: serializeError(error) });
  }
}

/** A new SAM may be what adapters waited for. */
function replanAdapters(): void {
  for (const { key, recognised } of store.getState().models.checkpoints) {
    if (recognised.family === 'samed-lora') void replan(key);
  }
}

/** Adds a checkpoint file; its errors end up in the state. */
export async function addCheckpoint(file: File): Promise<void> {
  fileCount++;
  const key = String(fileCount);
  try {
    const { worker } = await startCompute();
    const examined = await worker.examine(file, []);
    if (examined.kind !== 'checkpoint') return;
    const { recognised } = examined;
    checkpointFiles.set(key, file);
    const card: CheckpointCard = {
      key,
      name: file.name,
      sizeBytes: file.size,
      recognised,
      settings: INITIAL_SETTINGS,
      chosenBase: null,
      outline: { status: 'planning' },
      made: {},
    };
    update('models', (models) => ({ ...models, checkpoints: withCheckpoint(models.checkpoints, card) }));
    await replan(key);
    if (recognised.family === 'sam') replanAdapters();
  } catch (error) {
    reject(key, file.name, file.size, error);
  }
}

async function addOnnxFile(file: File, dataFiles: readonly File[]): Promise<void> {
  fileCount++;
  const key = String(fileCount);
  try {
    const { worker } = await startCompute();
    const examined = await worker.examine(
      file,
      dataFiles.map(({ name }) => name),
    );
    if (examined.kind !== 'onnx') return;
    const { roles, found } = examined;
    const [role] = roles;
    if (roles.length === 1 && role !== undefined) {
      await addOnnx(key, { file, dataFiles }, role);
      return;
    }
    onnxFiles.set(key, { file, dataFiles });
    const waiting = { key, name: file.name, sizeBytes: file.size, found };
    update('models', (models) => withModelWithoutRole(models, waiting));
  } catch (error) {
    reject(key, file.name, file.size, error);
  }
}

/** Adds a model that the command line exported, of its record and the files beside it. */
async function addExported(record: File, files: readonly File[]): Promise<void> {
  fileCount++;
  const sizeBytes = files.reduce((sum, { size }) => sum + size, 0);
  await addModel(String(fileCount), record.name, sizeBytes, { kind: 'exported', record, files });
}

/** Takes dropped or picked files, one after the other. Those of one folder with a model.json are one model. Of what is neither an .onnx file takes those it names. */
export async function addModelFiles(found: readonly FoundFile[]): Promise<void> {
  const folderOf = ({ path }: FoundFile) => path.slice(0, path.lastIndexOf('/') + 1);
  const records = found.filter(({ file }) => file.name === 'model.json');
  for (const record of records) {
    const beside = found.filter((one) => one !== record && folderOf(one) === folderOf(record));
    await addExported(
      record.file,
      beside.map(({ file }) => file),
    );
  }
  const exported = new Set(records.map(folderOf));
  await addSingleFiles(found.filter((one) => !exported.has(folderOf(one))));
}

async function addSingleFiles(files: readonly FoundFile[]): Promise<void> {
  const dataFiles = files.filter((found) => !isOnnx(found) && !isCheckpoint(found)).map(({ file }) => file);
  for (const found of files) {
    if (isOnnx(found)) await addOnnxFile(found.file, dataFiles);
    else if (isCheckpoint(found)) await addCheckpoint(found.file);
  }
  if (files.some(isOnnx)) return;
  for (const file of dataFiles) {
    const reason = 'It may hold the weights of an .onnx file. Drop both together.';
    reject(file.name, file.name, file.size, new WorkbenchError('checkpoint/unknown-format', reason));
  }
}

/** Gives a waiting file its role and loads it. */
export async function chooseRole(key: string, role: ModelRole): Promise<void> {
  const files = onnxFiles.get(key);
  putAside(key);
  if (files !== undefined) await addOnnx(key, files, role);
}

/** Lets go of a file that waits for its role. */
export function putAside(key: string): void {
  onnxFiles.delete(key);
  update('models', (models) => withoutWaiting(models, key));
}

/** Changes what is to be made of a checkpoint. */
export function changeSettings(key: string, changed: Partial<ConversionSettings>): void {
  const card = cardOf(key);
  if (card === undefined) return;
  change(key, { settings: { ...card.settings, ...changed } });
  void replan(key);
}

/** Chooses the SAM that adapters go with. */
export function chooseBase(key: string, base: string): void {
  change(key, { chosenBase: base });
  void replan(key);
}

/** Starts the conversion of a checkpoint; it can be cancelled in the job tray. */
export async function convertCheckpoint(key: string): Promise<void> {
  const card = cardOf(key);
  const files = card === undefined ? undefined : filesOf(card);
  if (card === undefined || files === undefined || card.outline.status !== 'done') return;
  const { settings, outline, sizeBytes } = card;
  const recipe = recipeNow(key);
  const id = await addModel(key, outline.outline.words, sizeBytes, { kind: 'checkpoints', files, settings });
  const made = cardOf(key)?.made;
  if (id !== undefined && recipe !== undefined) change(key, { made: { ...made, [recipe]: id } });
}

/** Lets go of a checkpoint. What was made of it stays. */
export function dismissCheckpoint(key: string): void {
  checkpointFiles.delete(key);
  update('models', (models) => ({
    ...models,
    checkpoints: models.checkpoints.filter((card) => card.key !== key),
  }));
  replanAdapters();
}
