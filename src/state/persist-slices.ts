/** The one list of preferences that survive a reload. A place registers its settings here. */
import { checkedSettings } from './evaluate.ts';
import { definePersisted, mergeSettings, type PersistedSlice } from './persist.ts';
import { persistedCohort } from './cohort-persist.ts';
import { persistedModels } from './models-persist.ts';
import { persistedSearch } from './search-persist.ts';
import { persistedTrain } from './train-persist.ts';
import { COLOR_SCHEMES } from './ui.ts';

const ui = definePersisted({
  slice: 'ui',
  version: 1,
  save: ({ railCollapsed, colorScheme }) => ({ railCollapsed, colorScheme }),
  load: (state, saved) => {
    const { colorScheme } = mergeSettings({ colorScheme: state.colorScheme }, saved);
    const { railCollapsed } = (typeof saved === 'object' && saved !== null ? saved : {}) as Partial<
      typeof state
    >;
    return {
      ...state,
      railCollapsed: typeof railCollapsed === 'boolean' ? railCollapsed : state.railCollapsed,
      colorScheme: COLOR_SCHEMES.includes(colorScheme) ? colorScheme : state.colorScheme,
    };
  },
  migrations: {},
});

const evaluate = definePersisted({
  slice: 'evaluate',
  version: 1,
  save: ({ settings, shownRunId, comparedRunId }) => ({ settings, shownRunId, comparedRunId }),
  load: (state, saved) => {
    const { settings, shownRunId, comparedRunId } = (
      typeof saved === 'object' && saved !== null ? saved : {}
    ) as Partial<typeof state>;
    return {
      ...state,
      settings: checkedSettings(mergeSettings(state.settings, settings)),
      // Whether these runs still exist is seen when the runs have been read.
      shownRunId: typeof shownRunId === 'string' ? shownRunId : null,
      comparedRunId: typeof comparedRunId === 'string' ? comparedRunId : null,
    };
  },
  migrations: {},
});

export const PERSISTED_SLICES: readonly PersistedSlice[] = [
  ui,
  persistedCohort,
  persistedModels,
  persistedSearch,
  persistedTrain,
  evaluate,
];
