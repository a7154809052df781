/** The one list of preferences that survive a reload. A place registers its settings here. */
import { definePersisted, mergeSettings, type PersistedSlice } from './persist.ts';
import { COLOR_SCHEMES } from './ui.ts';

const ui = definePersisted({
  slice: 'ui',
  version: 1,
  save: ({ railCollapsed, colorScheme }) => ({ railCollapsed, colorScheme }),
  load: (state, saved) => {
    const { railCollapsed, colorScheme } = mergeSettings(
      { railCollapsed: state.railCollapsed, colorScheme: state.colorScheme },
      saved,
    );
    return {
      ...state,
      railCollapsed,
      colorScheme: COLOR_SCHEMES.includes(colorScheme) ? colorScheme : state.colorScheme,
    };
  },
  migrations: {},
});

export const PERSISTED_SLICES: readonly PersistedSlice[] = [ui];
