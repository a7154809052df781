/** What of the search slice survives a reload among the preferences; results are in IndexedDB. */
import { definePersisted, mergeSettings } from './persist.ts';
import { checkedSearchSettings } from './search.ts';

export const persistedSearch = definePersisted({
  slice: 'search',
  version: 1,
  save: ({ settings, shownId, compositionGroupingId }) => ({ settings, shownId, compositionGroupingId }),
  load: (state, saved) => {
    const { settings, shownId, compositionGroupingId } = (
      typeof saved === 'object' && saved !== null ? saved : {}
    ) as Record<string, unknown>;
    return {
      ...state,
      settings: checkedSearchSettings(mergeSettings(state.settings, settings)),
      // Whether this result still exists is seen when the results have been read.
      shownId: typeof shownId === 'string' ? shownId : null,
      compositionGroupingId:
        typeof compositionGroupingId === 'string' ? compositionGroupingId : state.compositionGroupingId,
    };
  },
  migrations: {},
});
