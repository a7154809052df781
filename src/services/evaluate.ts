/**
 * Makes evaluation runs: the active segmenter over a set of samples, or predictions made elsewhere. Both are jobs; a
 * stopped one keeps what it scored as a partial run.
 */
import type { SampleRecord } from '../../core/cohort/sample.ts';
import { serializeError, WorkbenchError } from '../../core/errors.ts';
import type { Report } from '../../core/tasks.ts';
import type { SampleRef } from '../../workers/api/compute.ts';
import type { SegmentationPreprocess } from '../../workers/api/data.ts';
import { sampleRefOf } from '../state/cohort-selectors.ts';
import {
  type EvaluateSettings,
  type EvaluationRun,
  type RunFailure,
  type RunImage,
  withNewRun,
} from '../state/evaluate.ts';
import { selectEvaluationSet, selectHeldOut, setLabel as labelOfSet } from '../state/evaluate-set.ts';
import { store, update } from '../state/store.ts';
import { imagesSeenBy } from '../state/train-models.ts';
import { formatCount } from '../ui/format.ts';
import { storeRun } from './evaluate-store.ts';
import { type JobEnd, startJob, type StartedJob } from './jobs.ts';
import { type ActiveModel, activeModel } from './models.ts';
import { cohortHash, describeFilter } from './provenance.ts';
import { softwareVersion } from './version.ts';
import { startCompute } from './workers.ts';

/** Jobs of this place: one at a time, whichever way the run is made. */
export const EVALUATE_JOB = 'evaluate';

/** Samples in one message: a cancelled run loses at most this many, and the pipeline inside stays busy. */
const PART_LENGTH = 16;

/** The preprocessing that the settings stand for. */
export function preprocessOf({ crop, side, preset }: EvaluateSettings): SegmentationPreprocess {
  return { kind: 'segmentation', crop: crop === 0 ? null : crop, side, preset };
}

/** What every run records at its start, however it is made. */
export async function runFacts(preprocess: SegmentationPreprocess) {
  const { records, filter } = store.getState().cohort;
  const startedMs = Date.now();
  return {
    id: `run-${startedMs.toString(36)}-${crypto.randomUUID().slice(0, 8)}`,
    startedMs,
    preprocess,
    filter,
    softwareVersion,
    cohortHash: await cohortHash(records.map(({ id }) => id)),
    cohortCount: records.length,
  };
}

/** Keeps a run beyond the page and shows it. */
export async function keepRun(run: EvaluationRun): Promise<EvaluationRun> {
  update('evaluate', (evaluate) => withNewRun(evaluate, run));
  await storeRun(run);
  return run;
}

/** One sentence for the record of the job. */
export function summarizeRun(end: JobEnd<EvaluationRun>, kept: EvaluationRun | undefined): string {
  const run = end.status === 'done' ? end.value : kept;
  if (run === undefined) return end.status === 'cancelled' ? 'Nothing had been scored yet.' : '';
  const failed = run.failures.length === 0 ? '' : `, ${formatCount(run.failures.length)} failed`;
  const counted = `${formatCount(run.images.length)} of ${formatCount(run.plannedCount)} images scored${failed}`;
  return run.status === 'partial' ? `${counted}; kept as a partial run.` : `${counted}.`;
}

/** Why a run stopped early, for its record. */
export function stopReason(signal: AbortSignal, error: unknown): string {
  return signal.aborted ? 'Cancelled.' : `Failed: ${serializeError(error).message}`;
}

interface Gathered {
  readonly images: RunImage[];
  readonly failures: RunFailure[];
}

/** Predicts part by part, so that what was scored before a stop is not lost. */
async function predictParts(
  spec: {
    readonly runId: string;
    readonly preprocess: SegmentationPreprocess;
    readonly members: readonly SampleRecord[];
  },
  segmenter: ActiveModel,
  gathered: Gathered,
  signal: AbortSignal,
  report: Report,
): Promise<void> {
  const { runId, preprocess, members } = spec;
  const nameOf = new Map(members.map(({ id, name }) => [id, name]));
  for (let at = 0; at < members.length; at += PART_LENGTH) {
    signal.throwIfAborted();
    const state = store.getState();
    const part = members.slice(at, at + PART_LENGTH);
    const samples: SampleRef[] = [];
    for (const { id, name } of part) {
      const ref = sampleRefOf(state, id);
      if (ref !== undefined) samples.push(ref);
      else {
        const gone = new WorkbenchError('sample/not-loaded', 'The sample was removed from the cohort.');
        gathered.failures.push({ name, error: serializeError(gone) });
      }
    }
    const { images, failures } = await segmenter.worker.predict(
      { runId, modelId: segmenter.model.id, preprocess, samples },
      signal,
      (progress) => report({ ...progress, done: at + progress.done, total: members.length }),
    );
    gathered.images.push(...images.map((image) => ({ ...image, name: nameOf.get(image.id) ?? image.id })));
    gathered.failures.push(...failures.map(({ id, error }) => ({ name: nameOf.get(id) ?? id, error })));
  }
}

/** Starts a run of the active segmenter over the chosen set, with the present settings. */
export function startSegmenterRun(): StartedJob<EvaluationRun> {
  const state = store.getState();
  const { settings } = state.evaluate;
  const members = selectEvaluationSet(state);
  const preprocess = preprocessOf(settings);
  const isFiltered = describeFilter(state.cohort.filter) !== 'none';
  const setLabel = `${labelOfSet(settings.set, selectHeldOut(state).length > 0)}${isFiltered ? ', filtered' : ''}`;
  let kept: EvaluationRun | undefined;

  async function run(signal: AbortSignal, report: Report): Promise<EvaluationRun> {
    if (members.length === 0) {
      throw new WorkbenchError(
        'evaluate/no-images',
        `No image is in the chosen set (${setLabel.toLowerCase()}).`,
      );
    }
    report({ phase: 'Loading the segmenter', done: 0, total: members.length, unit: 'images' });
    const facts = await runFacts(preprocess);
    const segmenter = await activeModel('segmenter');
    const { id: modelId, name: modelName, provider } = segmenter.model;
    const seen = imagesSeenBy(segmenter.model, await (await startCompute()).worker.trainRuns());
    const seenInTraining = members.flatMap(({ id }) => (seen.has(id) ? [id] : []));
    const gathered: Gathered = { images: [], failures: [] };
    const finish = (status: EvaluationRun['status'], stoppedBecause: string): EvaluationRun => ({
      ...facts,
      ...gathered,
      name: `${modelName}, ${setLabel.toLowerCase()}`,
      source: { kind: 'segmenter', modelId, modelName, provider },
      elapsedMs: Date.now() - facts.startedMs,
      status,
      stoppedBecause,
      setLabel,
      plannedCount: members.length,
      unmatched: [],
      notes: [],
      ...(seenInTraining.length === 0 ? {} : { seenInTraining }),
    });
    try {
      await predictParts({ runId: facts.id, preprocess, members }, segmenter, gathered, signal, report);
    } catch (error) {
      if (gathered.images.length > 0) kept = await keepRun(finish('partial', stopReason(signal, error)));
      throw error;
    }
    return keepRun(finish('whole', ''));
  }

  return startJob({
    kind: EVALUATE_JOB,
    label: `Evaluating ${formatCount(members.length)} images`,
    place: 'evaluate',
    run,
    summarize: (end) => summarizeRun(end, kept),
  });
}
