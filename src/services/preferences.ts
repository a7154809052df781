/** Keeps preferences across reloads: reads them once at the start, writes a slice when it has changed. */
import { loadPreferences, savePreferences } from '../state/persist.ts';
import { PERSISTED_SLICES } from '../state/persist-slices.ts';
import { store } from '../state/store.ts';

/** Waits for the last of a run of changes, such as a slider being dragged. */
const WRITE_AFTER_MS = 300;

/** Loads the saved preferences into the store and keeps them saved. Without localStorage nothing is kept. */
export function keepPreferences(): void {
  let storage: Storage;
  try {
    storage = window.localStorage;
  } catch {
    // Reading the property throws where the person has blocked storage; the workbench runs on defaults.
    return;
  }
  store.setState((state) => loadPreferences(state, storage, PERSISTED_SLICES));

  for (const persisted of PERSISTED_SLICES) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let written = JSON.stringify(persisted.save(store.getState()[persisted.slice]));
    const write = () => {
      clearTimeout(timer);
      const now = JSON.stringify(persisted.save(store.getState()[persisted.slice]));
      if (now === written) return;
      written = now;
      savePreferences(store.getState(), storage, persisted);
    };
    store.subscribe((state, previous) => {
      if (state[persisted.slice] === previous[persisted.slice]) return;
      clearTimeout(timer);
      timer = setTimeout(write, WRITE_AFTER_MS);
    });
    // A change made just before a reload must not be lost with its timer.
    window.addEventListener('pagehide', write);
  }
}
