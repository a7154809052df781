/** What a search would run on: independent of reading order, pool and target apart, clusters bounded. */
import { describe, expect, it } from 'vitest';
import type { SampleRecord, Split } from '../../core/cohort/sample.ts';
import { recordOf } from '../../core/cohort/testing-record.ts';
import { PLAIN_GROUPINGS } from './cohort.ts';
import { DEFAULT_SEARCH_SETTINGS } from './search.ts';
import { divideTarget, planSearch } from './search-plan.ts';

const CODING = { race: 'card', ageUnit: 'years' } as const;

/** Ids in another order than names, as hashes are. */
const record = (index: number): SampleRecord =>
  recordOf({
    id: String((index * 37) % 101).padStart(3, '0'),
    path: `data_${index}.npz`,
    codes: { race: index % 3 },
  });

const RECORDS = Array.from({ length: 90 }, (_, index) => record(index));
const splitOf = ({ name }: SampleRecord): Split =>
  Number(/\d+/.exec(name)?.[0]) % 5 === 0 ? 'test' : 'train';

function plan(records: readonly SampleRecord[], change: Partial<typeof DEFAULT_SEARCH_SETTINGS> = {}) {
  const all = Uint32Array.from(records, (_, index) => index);
  const settings = { ...DEFAULT_SEARCH_SETTINGS, ...change };
  return planSearch(records, all, records.map(splitOf), CODING, PLAIN_GROUPINGS, settings);
}

describe('planSearch', () => {
  it('gives the same plan in whatever order the files were read', () => {
    const halves = { targetPart: 'search-half' } as const;
    expect(plan(RECORDS.toReversed(), halves)).toEqual(plan(RECORDS, halves));
    expect(plan(RECORDS.toReversed())).toEqual(plan(RECORDS));
  });

  it('takes the target from its split and group, and keeps it out of a pool that holds it', () => {
    const { target, pool, sharedWithTestCount } = plan(RECORDS);
    const black = RECORDS.filter((each) => each.codes.race === 1 && splitOf(each) === 'test');
    expect(target.toSorted()).toEqual(black.map(({ id }) => id).toSorted());
    expect(pool.length).toBe(RECORDS.filter((each) => splitOf(each) === 'train').length);
    expect(sharedWithTestCount).toBe(black.length);
    const whole = plan(RECORDS, { poolSplit: 'all' });
    expect(whole.pool.length).toBe(RECORDS.length - black.length);
    expect(whole.removedFromPoolCount).toBe(black.length);
  });

  it('uses fewer clusters than asked for in a small pool, and says so', () => {
    const { clusterCount, clusterNote, pool } = plan(RECORDS);
    expect(clusterCount).toBe(Math.floor(pool.length / 10));
    expect(clusterNote).toContain('not 100');
    expect(plan(RECORDS, { clusterCount: 2 }).clusterNote).toBeUndefined();
  });

  it('refuses a selection larger than the pool and a target without samples', () => {
    expect(plan(RECORDS, { selectionSize: 89 }).sizeProblem).toContain('Select that many or fewer');
    expect(plan(RECORDS, { targetSplit: 'validation' }).problem).toContain('no samples');
  });
});

describe('divideTarget', () => {
  it('divides all samples into two halves, the larger one searched with', () => {
    const ids = RECORDS.slice(0, 7).map(({ id }) => id);
    const { searched, heldOut } = divideTarget(ids, 3);
    expect([...searched, ...heldOut].toSorted()).toEqual(ids.toSorted());
    expect([searched.length, heldOut.length]).toEqual([4, 3]);
    expect(divideTarget(ids, 4).heldOut).not.toEqual(heldOut);
  });
});
