import { describe, expect, it } from 'vitest';
import { applyFilter, type CohortFilter, NO_FILTER } from './filter.ts';
import type { AttributeKey, SampleRecord, Split } from './sample.ts';
import { reportSchema } from './schema-report.ts';
import { assignSplits, drawRandomSplit, splitOfListName } from './splits.ts';
import { recordOf } from './testing-record.ts';

const record = (
  path: string,
  codes: Partial<Record<AttributeKey, number>> = {},
  keys: SampleRecord['keys'] = {},
): SampleRecord => recordOf({ id: `id of ${path}`, path, codes, keys });

const splitCounts = (splits: readonly Split[]) => {
  const counts = { train: 0, validation: 0, test: 0, unassigned: 0 };
  for (const split of splits) counts[split]++;
  return counts;
};

describe('assignSplits', () => {
  it('goes by the innermost folder that names a split', () => {
    const paths = [
      'Training/a.npz',
      'x/val/b.npz',
      'train/more/test/c.npz',
      'd.npz',
      'contest/e.npz',
      'test.npz',
    ];
    const { splits, source } = assignSplits(paths.map((path) => record(path)));
    expect(splits).toEqual(['train', 'validation', 'test', 'unassigned', 'unassigned', 'unassigned']);
    expect(source).toBe('folders');
    expect(assignSplits([record('constructor/a.npz')]).source).toBe('none');
  });

  it('goes by lists alone where there are any', () => {
    const records = ['test/a.npz', 'test/b.npz', 'c.npz'].map((path) => record(path));
    const assignment = assignSplits(records, { train: ['a.npz'], test: ['c.npz', 'missing.npz'] });
    expect(assignment.splits).toEqual(['train', 'unassigned', 'test']);
    expect(assignment).toMatchObject({
      source: 'lists',
      notFound: [{ split: 'test', names: ['missing.npz'] }],
    });
  });

  it('leaves what is ambiguous unassigned and reports it', () => {
    const records = ['a.npz', 'b.npz', 'x/c.npz', 'y/c.npz', 'x/d.npz', 'y/d.npz'].map((path) =>
      record(path),
    );
    const assignment = assignSplits(records, { train: ['a.npz', 'b.npz'], test: ['b.npz', 'c.npz'] });
    expect(assignment.splits).toEqual(['train', ...Array.from({ length: 5 }, () => 'unassigned')]);
    expect(assignment.inSeveralLists).toEqual(['b.npz']);
    expect(assignment.sharedNames).toEqual(['c.npz']);
  });

  it('knows what a list is for by its name', () => {
    expect(['train.txt', 'Test_list.txt', 'fairseg-val.csv', 'validation.txt'].map(splitOfListName)).toEqual([
      'train',
      'test',
      'validation',
      'validation',
    ]);
    expect(['names.txt', 'train_test.txt', 'contest.txt', 'constructor.txt'].map(splitOfListName)).toEqual(
      Array.from({ length: 4 }, () => undefined),
    );
  });
});

describe('drawRandomSplit', () => {
  const records = Array.from({ length: 101 }, (_, i) => record(`${i}.npz`));
  const shares = { validationFrac: 0.1, testFrac: 0.2 };

  it('has the sizes asked for', () => {
    expect(splitCounts(drawRandomSplit(records, shares, 1))).toEqual({
      train: 71,
      validation: 10,
      test: 20,
      unassigned: 0,
    });
    expect(splitCounts(drawRandomSplit(records, { validationFrac: 0.5, testFrac: 1 }, 1)).test).toBe(101);
    expect(drawRandomSplit([], shares, 1)).toEqual([]);
  });

  it('depends on the seed and not on the order of the files', () => {
    const splits = drawRandomSplit(records, shares, 7);
    expect(drawRandomSplit(records.toReversed(), shares, 7).toReversed()).toEqual(splits);
    expect(drawRandomSplit(records, shares, 8)).not.toEqual(splits);
  });
});

describe('applyFilter', () => {
  const coding = { race: 'card', ageUnit: 'years' } as const;
  const records = [
    record('p/a.npz', { race: 0 }),
    record('p/b.npz', { race: 1 }),
    record('q/Ab.npz', { race: -1 }),
  ];
  const splits: readonly Split[] = ['train', 'test', 'train'];
  const passing = (filter: Partial<CohortFilter>) => [
    ...applyFilter(records, splits, { ...NO_FILTER, ...filter }, coding),
  ];
  const raceIn = (chosen: readonly number[]) => ({
    groups: { race: { grouping: { kind: 'attribute', attribute: 'race' } as const, chosen } },
  });

  it('keeps what passes every condition', () => {
    expect(passing({})).toEqual([0, 1, 2]);
    expect(passing({ splits: ['train'] })).toEqual([0, 2]);
    expect(passing(raceIn([0, 1]))).toEqual([0, 1]);
    expect(passing(raceIn([-1]))).toEqual([2]);
    expect(passing(raceIn([]))).toEqual([]);
    expect(passing({ text: ' A' })).toEqual([0, 2]);
    expect(passing({ text: 'p/' })).toEqual([0, 1]);
    expect(passing({ splits: ['train'], text: 'b', ...raceIn([-1]) })).toEqual([2]);
  });
});

it('reports which key was read for what, in how many files', () => {
  const rows = reportSchema([
    record('a', {}, { image: 'slo_fundus', race: 'race' }),
    record('b', {}, { image: 'fundus_slo' }),
    record('c', {}, { image: 'fundus_slo' }),
  ]);
  expect(rows.filter(({ field }) => field === 'image')).toEqual([
    { field: 'image', key: 'fundus_slo', fileCount: 2 },
    { field: 'image', key: 'slo_fundus', fileCount: 1 },
  ]);
  expect(rows.filter(({ field }) => field === 'race')).toEqual([
    { field: 'race', key: 'race', fileCount: 1 },
    { field: 'race', key: null, fileCount: 2 },
  ]);
});
