/**
 * Preferences that survive a reload: small, versioned, in localStorage. What is persisted is listed once, in
 * persist-slices.ts. A value that is missing, damaged or from a newer version leaves the default.
 */
import type { WorkbenchState } from './store.ts';

/** How one slice's preferences are written, read and brought up to date. */
export interface PersistedSlice<Slice extends keyof WorkbenchState = keyof WorkbenchState> {
  readonly slice: Slice;
  readonly version: number;
  /** The plain part worth keeping. The same reference for the same preferences keeps writes rare. */
  readonly save: (state: WorkbenchState[Slice]) => unknown;
  /** The slice with the saved part put in; must check what it reads. */
  readonly load: (state: WorkbenchState[Slice], saved: unknown) => WorkbenchState[Slice];
  /** `migrations[n]` turns the saved part of version n into that of version n + 1. */
  readonly migrations: Readonly<Record<number, (saved: unknown) => unknown>>;
}

const KEY_PREFIX = 'equiseg.preferences.';

/** Anything with the two methods of localStorage that are used here. */
export type PreferenceStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** Hides the slice's type, so that different slices fit in one list; the pairing stays checked where it is defined. */
export function definePersisted<Slice extends keyof WorkbenchState>(
  definition: PersistedSlice<Slice>,
): PersistedSlice {
  return definition as unknown as PersistedSlice;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The defaults with those saved values put in that have the type of the default (and are finite, if numbers);
 * unknown keys are dropped.
 */
export function mergeSettings<Settings extends object>(defaults: Settings, saved: unknown): Settings {
  if (!isRecord(saved)) return defaults;
  const kept = Object.entries(defaults).map(([key, value]): [string, unknown] => {
    const candidate = saved[key];
    const fits =
      typeof candidate === typeof value && (typeof candidate !== 'number' || Number.isFinite(candidate));
    return [key, fits && isRecord(candidate) === isRecord(value) ? candidate : value];
  });
  return Object.fromEntries(kept) as Settings;
}

function readSaved(storage: PreferenceStorage, persisted: PersistedSlice): unknown {
  const text = storage.getItem(KEY_PREFIX + persisted.slice);
  if (text === null) return undefined;
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (!isRecord(stored) || typeof stored['version'] !== 'number' || stored['version'] > persisted.version) {
    return undefined;
  }
  let saved = stored['saved'];
  for (let version = stored['version']; version < persisted.version; version++) {
    const migrate = persisted.migrations[version];
    if (migrate === undefined) return undefined;
    saved = migrate(saved);
  }
  return saved;
}

/** The state with every saved preference put in. */
export function loadPreferences(
  state: WorkbenchState,
  storage: PreferenceStorage,
  list: readonly PersistedSlice[],
): WorkbenchState {
  let loaded = state;
  for (const persisted of list) {
    const saved = readSaved(storage, persisted);
    if (saved === undefined) continue;
    loaded = { ...loaded, [persisted.slice]: persisted.load(loaded[persisted.slice], saved) };
  }
  return loaded;
}

/** Writes the preferences of one slice. */
export function savePreferences(
  state: WorkbenchState,
  storage: PreferenceStorage,
  persisted: PersistedSlice,
): void {
  const stored = { version: persisted.version, saved: persisted.save(state[persisted.slice]) };
  storage.setItem(KEY_PREFIX + persisted.slice, JSON.stringify(stored));
}
