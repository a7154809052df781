/** The list of runs and the events of the one that is shown, as the compute worker keeps them; opening, exporting and deleting runs. */
import { WorkbenchError } from '../../core/errors.ts';
import type { TrainedForm, TrainRun, ValidationOverlay } from '../../workers/api/train.ts';
import { saveFile } from '../charts/export.ts';
import { store, update } from '../state/store.ts';
import { withEvents, withRuns, withShownRun } from '../state/train.ts';
import { formatBytes } from '../ui/format.ts';
import { startJob } from './jobs.ts';
import { loadMadeModel, refreshMade } from './models.ts';
import { goTo } from './navigation.ts';
import { runsElsewhere, withRunLock } from './run-lock.ts';
import { startCompute } from './workers.ts';

const EXPORT_JOB = 'export-trained';

/** How often the events of the shown run are asked for: often enough to look live, too rarely to cost anything. */
const FOLLOW_EVERY_MS = 500;

/** Reads the list of runs into the state. Errors: `runtime/start-failed`. */
export async function refreshTrainRuns(): Promise<void> {
  const { worker } = await startCompute();
  const [elsewhere, runs] = [await runsElsewhere(), await worker.trainRuns()];
  update('train', (train) => withRuns(train, runs, elsewhere));
}

/** What the place shows at first: models and runs of earlier visits. Failures are in the device's state already. */
export async function prepareTraining(): Promise<void> {
  try {
    const { worker } = await startCompute();
    await refreshMade(worker);
    await refreshTrainRuns();
  } catch {
    update('train', (train) => ({ ...train, restored: true }));
  }
}

/** Shows a run. */
export function showTrainRun(runId: string): void {
  if (store.getState().train.shownRunId === runId) return;
  update('train', (train) => withShownRun(train, runId));
}

/** Fetches what has been added to the events of the shown run, and with news beside steps the list of runs too. */
async function fetchEvents(runId: string): Promise<void> {
  const { worker } = await startCompute();
  if (store.getState().train.log.runId !== runId) {
    update('train', (train) => ({ ...train, log: { runId, events: [] } }));
  }
  const known = store.getState().train.log.events;
  const added = await worker.trainEvents(runId, known.length);
  // Started anew meanwhile: these events may be of before, and the next call asks from the beginning.
  if (store.getState().train.log.events !== known) return;
  update('train', (train) => withEvents(train, runId, added));
  if (added.some(({ kind }) => kind !== 'step')) await refreshTrainRuns();
}

/**
 * Reads the list, and the events of the shown run, anew whenever the person comes to this tab, for another one may have trained;
 * until the returned function is called.
 */
export function watchOtherTabs(): () => void {
  const onFocus = async () => {
    await refreshTrainRuns();
    const { shownRunId } = store.getState().train;
    if (shownRunId !== null) await fetchEvents(shownRunId);
  };
  // The worker may be being replaced; the next visit finds out.
  const listener = () => void onFocus().catch(() => undefined);
  window.addEventListener('focus', listener);
  return () => window.removeEventListener('focus', listener);
}

/** Fetches the events of a run, and keeps them up to date while it is under way, until the returned function is called. */
export function followTrainRun(runId: string, isUnderWay: boolean): () => void {
  let isStopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  async function fetchAgain(): Promise<void> {
    try {
      await fetchEvents(runId);
    } catch {
      // The run has no events yet, or its worker is being replaced: the next call finds out.
    }
    if (isUnderWay && !isStopped) timer = setTimeout(() => void fetchAgain(), FOLLOW_EVERY_MS);
  }
  void fetchAgain();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

/** Reads the list of runs until one that was just started is in it, or the returned function is called. */
export function awaitListing(runId: string): () => void {
  const timer = setInterval(() => {
    if (store.getState().train.runs.some(({ spec }) => spec.runId === runId)) clearInterval(timer);
    // The worker may be being replaced; the next call finds out.
    else refreshTrainRuns().catch(() => undefined);
  }, FOLLOW_EVERY_MS);
  return () => clearInterval(timer);
}

/** Asks for all events of a run anew: it goes on from a checkpoint, and what lay behind that is done again. */
export function forgetEvents(runId: string): void {
  update('train', (train) => (train.log.runId === runId ? { ...train, log: { runId, events: [] } } : train));
}

/** The overlays of a run's last validation. Errors: `train/no-run`. */
export async function fetchOverlays(runId: string): Promise<readonly ValidationOverlay[]> {
  const { worker } = await startCompute();
  return worker.trainOverlays(runId);
}

/** Deletes a run with its checkpoints. Errors: `train/elsewhere`; those of the worker. */
export async function deleteTrainRun(runId: string): Promise<void> {
  const { worker } = await startCompute();
  await withRunLock(runId, () => worker.deleteTrainRun(runId));
  await refreshTrainRuns();
  await refreshMade(worker);
}

/** Saves what a run has learnt as a file, as a job: a large model is read, merged and written anew. */
export function startExport({ spec }: TrainRun, which: 'best' | 'last', form: TrainedForm): void {
  const { runId, name } = spec;
  const { end } = startJob<File>({
    kind: EXPORT_JOB,
    label: `Exporting ${name}`,
    place: 'train',
    async run(signal) {
      const { worker } = await startCompute();
      const file = await worker.exportTrained(runId, which, form);
      signal.throwIfAborted();
      return file;
    },
    summarize: (outcome) =>
      outcome.status === 'done' ? `${outcome.value.name}, ${formatBytes(outcome.value.size)}.` : '',
  });
  void end.then((outcome) => {
    if (outcome.status === 'done') saveFile(outcome.value.name, outcome.value);
  });
}

/** The role that a place gives to a trained model: it segments for Evaluate, its encoder extracts features for Search. */
const ROLE_OF = { evaluate: 'segmenter', search: 'extractor' } as const;

/**
 * Loads what a run has learnt, takes it into use and goes to a place that uses it; of a run that did not come to its end the
 * models are made first. Errors: `train/no-run`, `train/elsewhere`; those of keeping models.
 */
export async function openTrainedModel(
  runId: string,
  which: 'best' | 'last',
  place: keyof typeof ROLE_OF,
): Promise<void> {
  const { worker } = await startCompute();
  const models = await withRunLock(runId, () => worker.addTrainedModels(runId));
  await refreshMade(worker);
  const step = models.find((model) => model.which === which)?.step;
  const found = store.getState().models.made.find(({ role, trainedIn }) => {
    const isOfRun = trainedIn?.runId === runId && trainedIn.which === which && trainedIn.step === step;
    return role === ROLE_OF[place] && isOfRun;
  });
  if (found === undefined) {
    throw new WorkbenchError('train/no-run', `The ${which} model of the run was deleted in Models.`);
  }
  goTo(place);
  await loadMadeModel(found.id);
}
