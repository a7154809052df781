/** Settings of the place as the rows of the settings column want them. */
import { DEFAULT_SEARCH_SETTINGS, type SearchSettings, withSearchSettings } from '../../state/search.ts';
import { update, useStore } from '../../state/store.ts';
import { bindSettings } from '../../ui/bind-settings.ts';

/** Changes some settings of the next search. */
export function changeSearchSettings(part: Partial<SearchSettings>): void {
  update('search', (search) => withSearchSettings(search, part));
}

/** Returns the binding of a setting by its key. */
export function useSearchSetting() {
  const settings = useStore((state) => state.search.settings);
  return bindSettings(settings, DEFAULT_SEARCH_SETTINGS, changeSearchSettings);
}
