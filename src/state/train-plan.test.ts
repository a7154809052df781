/** What a run would train on: apart from validation and the test split, the same in whatever order files were read. */
import { describe, expect, it } from 'vitest';
import type { SampleRecord, Split } from '../../core/cohort/sample.ts';
import { recordOf } from '../../core/cohort/testing-record.ts';
import { PLAIN_GROUPINGS } from './cohort.ts';
import type { KeptSearch } from './search.ts';
import { defaultChoices, type TrainChoices } from './train-choices.ts';
import { type PlanInputs, planTrainingData } from './train-plan.ts';

/** Ids in another order than names, as hashes are. */
const record = (index: number): SampleRecord =>
  recordOf({
    id: String((index * 37) % 101).padStart(3, '0'),
    path: `data_${index}.npz`,
    codes: index % 7 === 0 ? {} : { race: index % 3 },
  });

const RECORDS = Array.from({ length: 100 }, (_, index) => record(index));
/** 20 test, 10 validation, 70 train. */
function splitOf({ name }: SampleRecord): Split {
  const index = Number(/\d+/.exec(name)?.[0]);
  if (index % 5 === 0) return 'test';
  return index % 10 === 1 ? 'validation' : 'train';
}
const idsIn = (...splits: readonly Split[]) =>
  RECORDS.filter((each) => splits.includes(splitOf(each))).map(({ id }) => id);

function kept(selected: readonly string[], part: Partial<KeptSearch> = {}): KeptSearch {
  return {
    id: 's',
    name: 'Greedy',
    target: [],
    heldOut: [],
    result: { selected },
    ...part,
  } as unknown as KeptSearch;
}

function plan(
  change: Partial<TrainChoices> = {},
  inputs: Partial<PlanInputs> = {},
  records: readonly SampleRecord[] = RECORDS,
) {
  const choices = defaultChoices('plain', {
    trainingSet: 'train-split',
    imageCount: 70,
    family: 'samed',
    crop: undefined,
  });
  return planTrainingData(
    {
      records,
      shards: records.map((_, index) => index % 3),
      withoutFile: new Set(),
      passing: Uint32Array.from(records, (_, index) => index),
      splits: records.map(splitOf),
      coding: { race: 'card', ageUnit: 'years' },
      groupings: PLAIN_GROUPINGS,
      searches: [],
      ...inputs,
    },
    { ...choices, ...change },
  );
}

const ids = (samples: readonly { readonly id: string }[]) => samples.map(({ id }) => id);

describe('planTrainingData', () => {
  it('takes the validation share out of the train split and keeps both apart from the test split', () => {
    const { training, validation, problem } = plan({ validationFrac: 0.2 });
    expect(problem).toBeUndefined();
    expect(validation).toHaveLength(14);
    expect([...ids(training), ...ids(validation)].toSorted()).toEqual(idsIn('train').toSorted());
  });

  it('gives the same lists in whatever order the files were read, and others for another seed', () => {
    const turned = plan({}, {}, RECORDS.toReversed());
    const straight = plan();
    expect(ids(turned.training)).toEqual(ids(straight.training));
    expect(ids(turned.validation)).toEqual(ids(straight.validation));
    expect(ids(plan({ validationSeed: 2 }).validation)).not.toEqual(ids(straight.validation));
  });

  it('leaves a selection whole and draws validation from the rest of the train split, without what the search looked at', () => {
    const train = idsIn('train');
    const selected = train.slice(0, 30);
    const [target, heldOut] = [train.slice(30, 50), train.slice(50, 60)];
    const { training, validation } = plan(
      { trainingSet: 'search:s', validationFrac: 0.5 },
      { searches: [kept(selected, { target, heldOut })] },
    );
    expect(ids(training)).toEqual(selected.toSorted());
    expect(ids(validation)).toEqual(train.slice(60).toSorted());
  });

  it('never trains on the test split, and says how many images that leaves out', () => {
    const filter = plan({ trainingSet: 'filter', validationSource: 'none' });
    expect(ids(filter.training).toSorted()).toEqual(idsIn('train', 'validation').toSorted());
    expect(filter.testLeftOutCount).toBe(20);
    const [test] = idsIn('test');
    const [train] = idsIn('train');
    const selection = plan(
      { trainingSet: 'search:s' },
      { searches: [kept([test as string, train as string, 'gone'])] },
    );
    expect(ids(selection.training)).toEqual([train]);
    expect([selection.testLeftOutCount, selection.missingCount]).toEqual([1, 1]);
  });

  it('validates with the validation split where asked to, at most with as many as are wanted, and does not train on it', () => {
    const { training, validation } = plan({
      trainingSet: 'filter',
      validationSource: 'validation-split',
      maxValidationCount: 4,
    });
    expect(validation).toHaveLength(4);
    expect(ids(validation).every((id) => idsIn('validation').includes(id))).toBe(true);
    expect(ids(training).toSorted()).toEqual(idsIn('train').toSorted());
  });

  it('counts groups with the unknown last, and gives every sample its group and data worker', () => {
    const { training, trainingCounts, groups } = plan({ validationSource: 'none' });
    expect(trainingCounts).toHaveLength(groups.length + 1);
    expect(trainingCounts.reduce((sum, count) => sum + count, 0)).toBe(training.length);
    expect(trainingCounts.at(-1)).toBe(training.filter(({ group }) => group === -1).length);
    const at = RECORDS.findIndex(({ id }) => id === training[0]?.id);
    expect(training[0]?.shard).toBe(at % 3);
    expect(training[0]?.group).toBe(at % 7 === 0 ? -1 : at % 3);
  });

  it('leaves out samples whose file has not been dropped again', () => {
    const [first] = idsIn('train');
    const { training, missingCount } = plan(
      { validationSource: 'none' },
      { withoutFile: new Set([first as string]) },
    );
    expect(ids(training)).not.toContain(first);
    expect(missingCount).toBe(1);
  });

  it('says what stands in the way', () => {
    expect(plan({ trainingSet: 'search:gone' }).problem).toContain('deleted');
    expect(plan({}, { passing: new Uint32Array() }).problem).toContain('empty');
    expect(plan({}, { withoutFile: new Set(RECORDS.map(({ id }) => id)) }).problem).toContain('not open');
    expect(plan({}, {}, []).problem).toContain('no cohort');
  });
});
