/**
 * Starts and resumes runs as jobs. A run whose device is lost starts again from its checkpoint by itself; one whose page is
 * hidden writes a checkpoint at once.
 */
import { isAbortError, serializeError, WorkbenchError } from '../../core/errors.ts';
import type { Report } from '../../core/tasks.ts';
import type { TrainRun, TrainSample, TrainSpec } from '../../workers/api/train.ts';
import { sampleRefOf, selectPassing } from '../state/cohort-selectors.ts';
import { isKindRunning } from '../state/jobs.ts';
import { store, update } from '../state/store.ts';
import { withShownRun } from '../state/train.ts';
import { METHOD_LABELS } from '../state/train-recipes.ts';
import {
  selectTrainChoices,
  selectTrainDraft,
  selectTrainModel,
  selectTrainPlan,
} from '../state/train-selectors.ts';
import { formatCounted, formatPercent } from '../ui/format.ts';
import { announce } from './announce.ts';
import type { RunningCompute } from './compute-service.ts';
import { type JobEnd, startJob } from './jobs.ts';
import { refreshMade } from './models.ts';
import { cohortHash, describeFilter } from './provenance.ts';
import { withRunLock } from './run-lock.ts';
import { awaitListing, forgetEvents, refreshTrainRuns } from './train-runs.ts';
import { startCompute } from './workers.ts';
import { softwareVersion } from './version.ts';

/** Jobs of this place: one run at a time, because there is one device. */
export const TRAIN_JOB = 'train';

/** A device that is lost again and again is not worth a further try. */
const MAX_RESTARTS = 3;
/** How long the replacement of a lost worker may take to be begun. */
const REPLACED_WITHIN_MS = 10_000;

function noGpu(reason: string): WorkbenchError {
  return new WorkbenchError('train/no-gpu', `Training needs WebGPU. ${reason}`);
}

async function startOnGpu(): Promise<RunningCompute> {
  const started = await startCompute();
  if (started.report.provider !== 'webgpu') throw noGpu(started.report.reason);
  return started;
}

/** The worker that replaces a lost one. */
async function awaitReplacement(lost: RunningCompute, signal: AbortSignal): Promise<void> {
  const deadlineMs = performance.now() + REPLACED_WITHIN_MS;
  while (performance.now() < deadlineMs) {
    signal.throwIfAborted();
    if ((await startCompute()).worker !== lost.worker) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
}

function noteRestart(runId: string, restartCount: number, restartReason: string): void {
  update('train', (train) => ({
    ...train,
    incidents: { runId, hiddenCount: train.incidents?.hiddenCount ?? 0, restartCount, restartReason },
  }));
  announce(`The device was lost; training starts again from its last checkpoint. ${restartReason}`);
}

/** Pauses a run of a worker, or lets it go on. */
function setPausedIn({ worker }: RunningCompute, runId: string, isPaused: boolean): void {
  // A run that has just ended has nothing to pause; one that has not begun is told when it begins.
  worker.pauseTraining(runId, isPaused).catch(() => undefined);
}

/** Trains to the end, starting again from the last checkpoint when the device is lost: paused where the person wants it so. */
async function trainThroughLosses(
  spec: TrainSpec,
  isPaused: () => boolean,
  signal: AbortSignal,
  report: Report,
): Promise<TrainRun> {
  for (let restartCount = 0; ; restartCount++) {
    const started = await startOnGpu();
    signal.throwIfAborted();
    forgetEvents(spec.runId);
    try {
      const training = started.worker.train(spec, signal, report);
      if (isPaused()) setPausedIn(started, spec.runId, true);
      return await training;
    } catch (error) {
      const { code, message } = serializeError(error);
      const isLost = code === 'gpu/device-lost' || code === 'worker/crashed';
      if (!isLost || signal.aborted || isAbortError(error) || restartCount === MAX_RESTARTS) throw error;
      await awaitReplacement(started, signal);
      noteRestart(spec.runId, restartCount + 1, message);
    }
  }
}

/** Writes a checkpoint of a run whenever the page is hidden, until the returned function is called. */
function checkpointWhenHidden(runId: string): () => void {
  const onChange = () => {
    if (document.visibilityState !== 'hidden') return;
    update('train', ({ incidents, ...train }) => ({
      ...train,
      incidents: incidents === null ? null : { ...incidents, hiddenCount: incidents.hiddenCount + 1 },
    }));
    startCompute()
      .then(({ worker }) => worker.checkpointTraining(runId))
      // A run that has not begun or has just ended has nothing to write.
      .catch(() => undefined);
  };
  document.addEventListener('visibilitychange', onChange);
  return () => document.removeEventListener('visibilitychange', onChange);
}

function summarize(end: JobEnd<TrainRun>): string {
  if (end.status === 'cancelled') return 'What it has done is kept; the run can go on.';
  if (end.status === 'failed') return '';
  const { step, best } = end.value;
  const score = best === undefined ? '' : `, best disc Dice ${formatPercent(best.discDice)}`;
  return `${formatCounted(step, 'step')}${score}.`;
}

function runJob(spec: TrainSpec): void {
  const { runId, name, training } = spec;
  update('train', (train) => ({
    ...withShownRun(train, runId),
    incidents: { runId, restartCount: 0, restartReason: '', hiddenCount: 0 },
  }));
  let isPaused = false;
  const { end } = startJob<TrainRun>({
    kind: TRAIN_JOB,
    label: `Training on ${formatCounted(training.length, 'image')}: ${name}`,
    place: 'train',
    async run(signal, report) {
      const stopWatching = checkpointWhenHidden(runId);
      const stopListing = awaitListing(runId);
      try {
        return await withRunLock(runId, () => trainThroughLosses(spec, () => isPaused, signal, report));
      } finally {
        stopWatching();
        stopListing();
      }
    },
    summarize,
    setPaused(paused) {
      isPaused = paused;
      startCompute()
        .then((compute) => setPausedIn(compute, runId, paused))
        // A worker that cannot start fails the run, which tells.
        .catch(() => undefined);
    },
  });
  void end.then(async () => {
    update('train', (train) => ({ ...train, incidents: null }));
    try {
      await refreshTrainRuns();
      await refreshMade((await startCompute()).worker);
    } catch {
      // The device's state says why there is no worker; the list is read again at the next visit.
    }
  });
}

/** The name, with a number behind it where a run of this browser has it already: models are told apart by it. */
function unusedName(name: string): string {
  const taken = new Set(store.getState().train.runs.map(({ spec }) => spec.name));
  const nameOf = (count: number) => (count === 1 ? name : `${name} (${count})`);
  let count = 1;
  while (taken.has(nameOf(count))) count++;
  return nameOf(count);
}

/** Starts the run that the present settings describe. Called only when nothing stands in its way. */
export async function startTraining(): Promise<void> {
  const state = store.getState();
  const draft = selectTrainDraft(state);
  if (draft === undefined) return;
  const { method, seed } = selectTrainChoices(state);
  const { trainingLabel, validationLabel } = selectTrainPlan(state);
  const { records, filter } = state.cohort;
  const hash = await cohortHash(records.map(({ id }) => id));
  // Asked for twice while the cohort was hashed.
  if (isKindRunning(store.getState().jobs, TRAIN_JOB)) return;
  runJob({
    ...draft,
    runId: crypto.randomUUID(),
    name: unusedName(`${METHOD_LABELS[method]}, ${trainingLabel}, seed ${seed}`),
    origin: {
      softwareVersion,
      cohortHash: hash,
      cohortCount: records.length,
      filterText: describeFilter(filter),
      filterPassingCount: selectPassing(state).length,
      modelName: selectTrainModel(state)?.name ?? '',
      trainingLabel,
      validationLabel,
    },
  });
}

/** Where a run's samples are now: other workers have them after a reload. */
function located(samples: readonly TrainSample[]): readonly TrainSample[] {
  const state = store.getState();
  return samples.flatMap((sample) => {
    const found = sampleRefOf(state, sample.id);
    return found === undefined ? [] : [{ ...sample, shard: found.shard }];
  });
}

/** Goes on with a run from its last checkpoint. Called only when all its samples are there. */
export function resumeTraining({ spec }: TrainRun): void {
  runJob({ ...spec, training: located(spec.training), validation: located(spec.validation) });
}
