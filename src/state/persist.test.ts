import { describe, expect, it } from 'vitest';
import { definePersisted, loadPreferences, mergeSettings, savePreferences } from './persist.ts';
import { PERSISTED_SLICES } from './persist-slices.ts';
import { initialState, type WorkbenchState } from './store.ts';

function memoryStorage(entries: Record<string, string> = {}) {
  const map = new Map(Object.entries(entries));
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    only: () => [...map.values()].map((text) => JSON.parse(text) as unknown),
  };
}

const UI_KEY = 'equiseg.preferences.ui';
const load = (text: string) =>
  loadPreferences(initialState, memoryStorage({ [UI_KEY]: text }), PERSISTED_SLICES).ui;

describe('preferences of the shell', () => {
  it('come back after a reload', () => {
    const storage = memoryStorage();
    const changed: WorkbenchState = {
      ...initialState,
      ui: { ...initialState.ui, railCollapsed: true, colorScheme: 'dark', page: 'search' },
    };
    for (const persisted of PERSISTED_SLICES) savePreferences(changed, storage, persisted);
    const { ui } = loadPreferences(initialState, storage, PERSISTED_SLICES);
    expect(ui.railCollapsed).toBe(true);
    expect(ui.colorScheme).toBe('dark');
    // The address bar says which page is shown, not the preferences.
    expect(ui.page).toBe('cohort');
  });

  it.each([
    ['no JSON', '{'],
    ['not an object', '[1]'],
    ['no version', '{"saved":{"colorScheme":"dark"}}'],
    ['a newer version', '{"version":99,"saved":{"colorScheme":"dark"}}'],
    ['an unknown scheme', '{"version":1,"saved":{"colorScheme":"sepia"}}'],
    ['a wrong type', '{"version":1,"saved":{"railCollapsed":"yes","colorScheme":3}}'],
  ])('stay at their defaults: %s', (_what, text) => {
    expect(load(text)).toEqual(initialState.ui);
  });
});

describe('migrations', () => {
  const persisted = definePersisted({
    slice: 'ui',
    version: 3,
    save: (ui) => ({ collapsed: ui.railCollapsed }),
    load: (ui, saved) => ({ ...ui, railCollapsed: (saved as { collapsed: boolean }).collapsed }),
    migrations: {
      1: (saved) => ({ narrow: saved }),
      2: (saved) => ({ collapsed: (saved as { narrow: boolean }).narrow }),
    },
  });

  it('run one after the other from the saved version on', () => {
    for (const text of ['{"version":1,"saved":true}', '{"version":2,"saved":{"narrow":true}}']) {
      const loaded = loadPreferences(initialState, memoryStorage({ [UI_KEY]: text }), [persisted]);
      expect(loaded.ui.railCollapsed).toBe(true);
    }
  });

  it('leave the defaults where a step is missing', () => {
    const storage = memoryStorage({ [UI_KEY]: '{"version":0,"saved":true}' });
    expect(loadPreferences(initialState, storage, [persisted]).ui.railCollapsed).toBe(null);
  });

  it('write the present version', () => {
    const storage = memoryStorage();
    savePreferences(initialState, storage, persisted);
    expect(storage.only()).toEqual([{ version: 3, saved: { collapsed: null } }]);
  });
});

describe('mergeSettings', () => {
  const defaults = { seed: 1, strategy: 'greedy', wide: false, crop: { side: 3 } };

  it('takes values of the right type and drops the rest', () => {
    expect(mergeSettings(defaults, { seed: 7, strategy: 5, wide: true, crop: null, extra: 1 })).toEqual({
      seed: 7,
      strategy: 'greedy',
      wide: true,
      crop: { side: 3 },
    });
  });

  it('refuses numbers that are not finite and anything that is not an object', () => {
    expect(mergeSettings(defaults, { seed: Number.NaN }).seed).toBe(1);
    expect(mergeSettings(defaults, null)).toBe(defaults);
    expect(mergeSettings(defaults, [2])).toBe(defaults);
  });
});
