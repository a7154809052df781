/** What the cohort says about itself stays true as records come. */
import { describe, expect, it } from 'vitest';
import { demoFolder } from '../../core/cohort/demo-cohort/demo-folder.ts';
import type { SampleRecord } from '../../core/cohort/sample.ts';
import { type CohortState, initialCohort, syntheticCountOf, withDemo, withRecords } from './cohort.ts';

const DEMO = { count: 200, seed: 1 };
const OTHER = { count: 200, seed: 2 };

const placed = (path: string) => ({ record: { id: path, path } as SampleRecord, shard: 0 });
const demoPath = (spec: typeof DEMO) => `${demoFolder(spec)}/train/data_1.npz`;
const added = (cohort: CohortState, ...paths: string[]) => withRecords(cohort, paths.map(placed));

describe('the demo cohort of a cohort', () => {
  it('is named while all records are of it', () => {
    const empty = withDemo(initialCohort, DEMO);
    expect(empty.demo).toEqual(DEMO);
    const drawn = added(empty, demoPath(DEMO));
    expect(drawn.demo).toEqual(DEMO);
    expect(withDemo(drawn, DEMO).demo).toEqual(DEMO);
    expect(syntheticCountOf(drawn.records)).toBe(1);
  });

  it('is not named for a cohort with files or with another demo cohort', () => {
    const drawn = added(withDemo(initialCohort, DEMO), demoPath(DEMO));
    const mixed = added(drawn, 'fairseg/data_1.npz');
    expect(mixed.demo).toBeNull();
    expect(syntheticCountOf(mixed.records)).toBe(1);
    expect(withDemo(added(initialCohort, 'fairseg/data_1.npz'), DEMO).demo).toBeNull();
    expect(withDemo(drawn, OTHER).demo).toBeNull();
  });

  it('is not taken from a file that was here already', () => {
    const drawn = added(withDemo(initialCohort, DEMO), demoPath(DEMO));
    expect(added(drawn, demoPath(DEMO)).demo).toEqual(DEMO);
  });
});
