import { describe, expect, it } from 'vitest';
import type { SampleRecord } from '../../core/cohort/sample.ts';
import { isForSample, matchFiles, recordsByStem } from './evaluate-match.ts';
import {
  type EvaluationRun,
  hasNoCup,
  initialEvaluate,
  withNewRun,
  withoutRun,
  withRestoredRuns,
  withUndeletedRun,
} from './evaluate.ts';

const record = (id: string, name: string) => ({ id, name }) as SampleRecord;
const run = (id: string, startedMs: number) =>
  ({ id, startedMs, name: id, images: [] }) as unknown as EvaluationRun;

describe('matching predictions with samples', () => {
  const byStem = recordsByStem([
    record('a', 'data_1.npz'),
    record('b', 'data_2.npz'),
    record('c', 'x/data_2.npz'),
  ]);
  const match = (...paths: string[]) =>
    matchFiles(
      paths.map((path) => ({ path })),
      byStem,
    );

  it('takes no sample for its own prediction', () => {
    const sized = (path: string, sizeBytes: number) => ({ ...record(path, path), sizeBytes });
    const samples = recordsByStem([sized('data_1.npz', 900), sized('data_2.npz', 800)]);
    const isTaken = (path: string, sizeBytes: number) => isForSample({ path, sizeBytes }, samples);
    expect(isTaken('cohort/data_1.npz', 900)).toBe(false);
    expect(isTaken('out/data_1.npz', 100)).toBe(true);
    expect(isTaken('out/DATA_1_pred.npz', 900)).toBe(true);
    expect(isTaken('out/data_3.npz', 100)).toBe(false);
  });

  it('goes by name without folders, ending, case, and the usual suffixes', () => {
    for (const path of ['data_1.png', 'out/DATA_1.npy', 'data_1_pred.npz', 'data_1-mask.png']) {
      expect(match(path).matched.map((each) => each.record.id)).toEqual(['a']);
    }
  });

  it('says why a file has no sample: no name, an ambiguous one, or one that is taken', () => {
    const { matched, unmatched } = match('data_1.png', 'data_1.npz', 'data_2.png', 'other.png');
    expect(matched).toHaveLength(1);
    expect(unmatched.map(({ reason }) => reason)).toEqual([
      'The sample data_1.npz has a prediction already: data_1.png.',
      '2 samples of the cohort have this name.',
      'No sample of the cohort has this name.',
    ]);
  });
});

describe('list of runs', () => {
  const two = withNewRun(withNewRun(initialEvaluate, run('old', 1)), run('new', 2));

  it('shows the newest, and another one when it is deleted; undo brings it back', () => {
    expect(two.runs.map(({ id }) => id)).toEqual(['new', 'old']);
    const one = withoutRun({ ...two, comparedRunId: 'old' }, 'new');
    expect([one.shownRunId, one.comparedRunId, one.deleted?.id]).toEqual(['old', null, 'new']);
    const again = withUndeletedRun(one);
    expect([again.runs.length, again.shownRunId, again.deleted]).toEqual([2, 'new', null]);
  });

  it('keeps the chosen run of the last visit where it still exists', () => {
    const restored = (shownRunId: string) =>
      withRestoredRuns({ ...initialEvaluate, shownRunId }, [run('a', 1), run('b', 2)]).shownRunId;
    expect(restored('a')).toBe('a');
    expect(restored('gone')).toBe('b');
  });
});

describe('predictions without a cup', () => {
  const counts = (predicted: number) => ({ predicted, truth: 5, intersection: 0 });
  const filesRun = (cups: readonly number[]) =>
    ({
      ...run('a', 1),
      source: { kind: 'files', fileCount: cups.length },
      images: cups.map((cup) => ({ overlap: { rim: counts(9), cup: counts(cup), disc: counts(9 + cup) } })),
    }) as unknown as EvaluationRun;

  it('are a doubt about a whole run of files, not about single images', () => {
    expect(hasNoCup(filesRun([0, 0]))).toBe(true);
    expect(hasNoCup(filesRun([0, 3]))).toBe(false);
    expect(hasNoCup(filesRun([]))).toBe(false);
  });

  it('are what a segmenter predicts, without any doubt how it is read', () => {
    const source = { kind: 'segmenter', modelId: 'm', modelName: 'm', provider: 'wasm' };
    expect(hasNoCup({ ...filesRun([0]), source } as unknown as EvaluationRun)).toBe(false);
  });
});
