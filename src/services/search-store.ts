/** Results of searches between visits: plain records in IndexedDB, by id. Imported once by the page, which brings them back. */
import { createStore, del, set, type UseStore, values } from 'idb-keyval';
import type { SampleId } from '../../core/cohort/sample.ts';
import { type KeptSearch, withRestoredSearches } from '../state/search.ts';
import { update } from '../state/store.ts';
import { registerMemberships } from './sample-memberships.ts';

let opened: UseStore | undefined;

function database(): UseStore {
  opened ??= createStore('equiseg-searches', 'results');
  return opened;
}

/** Writes a result, or writes it anew. Where the browser keeps nothing the result lasts as long as the page. */
export async function storeSearch(kept: KeptSearch): Promise<void> {
  try {
    await set(kept.id, kept, database());
  } catch {
    // Private windows refuse; the result is still in the page.
  }
}

/** Deletes a stored result. */
export async function removeStoredSearch(id: string): Promise<void> {
  try {
    await del(id, database());
  } catch {
    // There is nothing stored.
  }
}

function isKept(value: unknown): value is KeptSearch {
  return typeof value === 'object' && value !== null && 'result' in value && 'origin' in value;
}

async function restoreSearches(): Promise<void> {
  let found: KeptSearch[] = [];
  try {
    found = (await values<unknown>(database())).filter(isKept);
  } catch {
    // Nothing is stored, or nothing may be.
  }
  update('search', (search) => withRestoredSearches(search, found));
}

const selectedSets = new WeakMap<KeptSearch, ReadonlySet<SampleId>>();

function selectedSetOf(kept: KeptSearch): ReadonlySet<SampleId> {
  const known = selectedSets.get(kept) ?? new Set(kept.result.selected);
  selectedSets.set(kept, known);
  return known;
}

registerMemberships(({ search }, sampleId) =>
  search.kept
    .filter((kept) => selectedSetOf(kept).has(sampleId))
    .map(({ id, name }) => ({ kind: 'selection', id, label: name, href: '#/search' })),
);
void restoreSearches();
