/** The person's choices about the cohort survive a reload; damaged ones leave the default. */
import { describe, expect, it } from 'vitest';
import type { Grouping } from '../../core/cohort/groups.ts';
import { initialCohort, PLAIN_GROUPINGS, withGrouping } from './cohort.ts';
import { withFilterText, withGroupToggled, withSplitToggled } from './cohort-filter.ts';
import { persistedCohort } from './cohort-persist.ts';

const BINS: Grouping = { kind: 'age-bins', edgesYears: [40, 60] };

function reloaded(saved: unknown) {
  return persistedCohort.load(
    initialCohort,
    JSON.parse(JSON.stringify(saved)),
  ) as unknown as typeof initialCohort;
}

describe('preferences of the cohort', () => {
  it('brings back filter, codes, split and derived groups', () => {
    let cohort = withGrouping(initialCohort, BINS);
    cohort = withFilterText(withSplitToggled(withGroupToggled(cohort, BINS, -1), 'test'), 'data_01');
    cohort = {
      ...cohort,
      codingChoice: { race: 'code' },
      randomSplit: { shares: { validationFrac: 0.1, testFrac: 0.2 }, seed: 5 },
      splitLists: { train: ['a.npz'] },
    };
    const after = reloaded(persistedCohort.save(cohort));
    expect(after.filter).toEqual(cohort.filter);
    expect(after.codingChoice).toEqual(cohort.codingChoice);
    expect(after.randomSplit).toEqual(cohort.randomSplit);
    expect(after.splitLists).toEqual(cohort.splitLists);
    expect(after.groupings).toEqual([...PLAIN_GROUPINGS, BINS]);
  });

  it('leaves out what is damaged', () => {
    const after = reloaded({
      filter: {
        splits: ['nowhere'],
        groups: { x: { grouping: { kind: 'age-bins', edgesYears: [9, 3] }, chosen: [0] } },
      },
      derived: [{ kind: 'intersection', parts: [] }],
      codingChoice: { race: 'other' },
      randomSplit: { shares: { validationFrac: 7, testFrac: 0 }, seed: 1 },
      view: { tab: 'cellar', demoCount: 3 },
    });
    expect(after.filter).toEqual(initialCohort.filter);
    expect(after.groupings).toEqual(PLAIN_GROUPINGS);
    expect(after.codingChoice).toEqual({});
    expect(after.randomSplit).toBeNull();
    expect(after.view).toEqual(initialCohort.view);
  });
});
