import { describe, expect, it } from 'vitest';
import type { SampleRecord } from '../../core/cohort/sample.ts';
import { matchFiles, recordsByStem } from './evaluate-match.ts';
import {
  type EvaluationRun,
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
