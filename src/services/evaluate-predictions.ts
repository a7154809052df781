/** Runs from predictions made elsewhere: matched with the samples by file name, scored by the data workers as a job. */
import { serializeError, WorkbenchError } from '../../core/errors.ts';
import type { Report } from '../../core/tasks.ts';
import type { PredictionResult } from '../../workers/api/data.ts';
import { isForSample, matchFiles, recordsByStem } from '../state/evaluate-match.ts';
import type { EvaluationRun, RunFailure, RunImage } from '../state/evaluate.ts';
import { memoizeLast } from '../state/memoize.ts';
import { store } from '../state/store.ts';
import { formatCount, formatCounted } from '../ui/format.ts';
import { registerDropHandler } from './drop-router.ts';
import type { FoundFile } from './dropped-files.ts';
import { EVALUATE_JOB, keepRun, preprocessOf, runFacts, stopReason, summarizeRun } from './evaluate.ts';
import { startJob, type StartedJob } from './jobs.ts';
import { sampleAccess } from './workers.ts';

/** Files in one call: what a cancel can lose. */
const PART_LENGTH = 32;

const stems = memoizeLast(recordsByStem);

function unmatchedError(path: string, reason: string): RunFailure {
  return {
    name: path,
    error: serializeError(new WorkbenchError('evaluate/prediction-unmatched', `"${path}": ${reason}`)),
  };
}

/** Each sentence once, with the number of files it is about. */
function countNotes(notes: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const note of notes) counts.set(note, (counts.get(note) ?? 0) + 1);
  return [...counts].map(([note, count]) => `${note} (${formatCounted(count, 'file')})`);
}

/** Errors carry a stack that nobody needs in a stored list of files. */
function withoutStack(failure: RunFailure): RunFailure {
  const { stack: _stack, ...error } = failure.error;
  return { ...failure, error };
}

/** Starts a run over dropped or picked files. */
export function startPredictionRun(files: readonly FoundFile[]): StartedJob<EvaluationRun> {
  const state = store.getState();
  const preprocess = preprocessOf(state.evaluate.settings);
  const { matched, unmatched } = matchFiles(files, stems(state.cohort.records));
  let kept: EvaluationRun | undefined;

  async function run(signal: AbortSignal, report: Report): Promise<EvaluationRun> {
    if (matched.length === 0) {
      const [first] = unmatched;
      throw new WorkbenchError(
        'evaluate/prediction-unmatched',
        `None of the ${formatCounted(files.length, 'file')} could be matched with a sample${first === undefined ? '' : `, such as "${first.file.path}": ${first.reason}`}.`,
        { context: { files: unmatched.slice(0, 20).map(({ file }) => file.path) } },
      );
    }
    const facts = await runFacts(preprocess);
    const images: RunImage[] = [];
    const failures: RunFailure[] = [];
    const notes: string[] = [];
    const nameOf = new Map(matched.map(({ record }) => [record.id, record.name]));
    const add = (result: PredictionResult): void => {
      if (result.status === 'rejected') {
        failures.push(withoutStack({ name: result.path, error: result.error }));
        return;
      }
      const { id, overlap } = result;
      images.push({ id, overlap, name: nameOf.get(id) ?? id });
      notes.push(`Compared at ${result.comparedAt}.`, ...result.notes);
    };
    const finish = (status: EvaluationRun['status'], stoppedBecause: string): EvaluationRun => ({
      ...facts,
      images,
      failures,
      name: `Predictions of ${formatCounted(files.length, 'file')}`,
      source: { kind: 'files', fileCount: files.length },
      elapsedMs: Date.now() - facts.startedMs,
      status,
      stoppedBecause,
      setLabel: 'Samples with a dropped prediction',
      plannedCount: matched.length,
      unmatched: unmatched.map(({ file, reason }) => withoutStack(unmatchedError(file.path, reason))),
      notes: countNotes(notes),
    });
    try {
      for (let at = 0; at < matched.length; at += PART_LENGTH) {
        signal.throwIfAborted();
        const part = matched
          .slice(at, at + PART_LENGTH)
          .map(({ file, record }) => ({ path: file.path, file: file.file, id: record.id }));
        const results = await sampleAccess.scorePredictions(
          { runId: facts.id, files: part, preprocess },
          signal,
          (progress) => report({ ...progress, done: at + progress.done, total: matched.length }),
        );
        results.forEach(add);
      }
    } catch (error) {
      if (images.length > 0) kept = await keepRun(finish('partial', stopReason(signal, error)));
      throw error;
    }
    return keepRun(finish('whole', ''));
  }

  return startJob({
    kind: EVALUATE_JOB,
    label: `Scoring ${formatCount(matched.length)} of ${formatCounted(files.length, 'prediction')}`,
    place: 'evaluate',
    run,
    summarize: (end) => summarizeRun(end, kept),
  });
}

/** Masks dropped while Evaluate is shown: pictures and bare arrays, and `.npz` files named like a sample that are not its own file. */
registerDropHandler({
  claims: (found, kind, page) => {
    if (page !== 'evaluate') return false;
    if (kind === 'prediction') return true;
    const { path, file } = found;
    return (
      kind === 'sample' && isForSample({ path, sizeBytes: file.size }, stems(store.getState().cohort.records))
    );
  },
  handle: (files) => void startPredictionRun(files),
});
