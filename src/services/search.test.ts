// @vitest-environment happy-dom
/** What a search records of its origin: the state it was planned from, in the result and in every export of it. */
import { beforeEach, expect, it, vi } from 'vitest';
import type { SampleRecord } from '../../core/cohort/sample.ts';
import { recordOf } from '../../core/cohort/testing-record.ts';
import { withGroupsChosen } from '../state/cohort-filter.ts';
import { initialState, store, update } from '../state/store.ts';
import { cohortHash, createProvenance } from './provenance.ts';
import { searchProvenance } from './search-export.ts';
import { startSearch } from './search.ts';

const work = vi.hoisted(() => ({ search: vi.fn<() => Promise<unknown>>() }));

vi.mock('./workers.ts', () => ({
  analysisWorker: () => work,
  sampleDirectory: { refs: (ids: readonly string[]) => ids.map((id) => ({ id })) },
}));
vi.mock('./models.ts', () => ({
  activeModel: () =>
    Promise.resolve({
      model: { id: 'ab12', name: 'Extractor', input: { side: 64 } },
      worker: {
        extractFeatures: () =>
          Promise.resolve({ featureSetId: 'set', computed: 4, fromCache: 0, failures: [] }),
      },
    }),
}));
vi.mock('../state/search-plan.ts', async (original) => ({
  ...(await original<typeof import('../state/search-plan.ts')>()),
  selectSearchPlan: () => ({
    pool: ['a', 'b'],
    target: ['c', 'd'],
    heldOut: [],
    clusterCount: 1,
    poolLabel: 'train split',
    targetLabel: 'Recorded race: Black',
    sharedWithTestCount: 0,
  }),
}));

const recordsOf = (ids: readonly string[]): readonly SampleRecord[] =>
  ids.map((id) => recordOf({ id, path: `${id}.npz`, codes: { race: 1 } }));

/** The cohort grows and its filter changes. */
function changeCohort(): void {
  update('cohort', (cohort) => ({ ...cohort, records: recordsOf(['a', 'b', 'c', 'd', 'e']) }));
  update('cohort', (cohort) => withGroupsChosen(cohort, { kind: 'attribute', attribute: 'race' }, [1]));
}

beforeEach(() => {
  store.setState(initialState, true);
  update('cohort', (cohort) => ({ ...cohort, records: recordsOf(['a', 'b', 'c', 'd']) }));
});

it('records the cohort and the filter that it started with, and its exports name them with model, settings and seed', async () => {
  work.search.mockImplementation(() => {
    changeCohort();
    return Promise.resolve({ selected: ['a'], selectionDistance: 1 });
  });
  startSearch();
  await expect.poll(() => store.getState().search.kept).toHaveLength(1);
  const [kept] = store.getState().search.kept;
  if (kept === undefined) throw new Error('nothing was kept');
  const hash = await cohortHash(['a', 'b', 'c', 'd']);
  expect(kept.origin).toMatchObject({
    cohortHash: hash,
    cohortCount: 4,
    filterText: 'none',
    filterPassingCount: 4,
  });

  const now = await createProvenance();
  expect(now.cohort.count).toBe(5);
  expect(now.filter.text).not.toBe('none');
  expect(await searchProvenance(kept)).toMatchObject({
    cohort: { hash, count: 4 },
    filter: { text: 'none', passingCount: 4 },
    model: { id: 'ab12', name: 'Extractor' },
    settings: { strategy: kept.settings.strategy, target: 'Recorded race: Black', featureSide: 64 },
    seed: kept.settings.seed,
  });
});
