/**
 * The state of the shell itself: which page is shown, the rail, the colour scheme, what is open.
 * Pure updates, state in and state out; the store and the services call them.
 */
import type { SampleId } from '../../core/cohort/sample.ts';

/** The six places in working order. */
export const PLACES = ['cohort', 'models', 'search', 'train', 'evaluate', 'experiments'] as const;
export type PlaceName = (typeof PLACES)[number];

/** Everything that has an address: the places and the two pages about the workbench. */
export const PAGES = [...PLACES, 'privacy', 'help'] as const;
export type PageName = (typeof PAGES)[number];

/** What the dot beside a place says. `running` follows from the jobs and is never computed by a place. */
export type PlaceStatus = 'empty' | 'ready' | 'attention';

export const COLOR_SCHEMES = ['light', 'dark', 'auto'] as const;
export type ColorScheme = (typeof COLOR_SCHEMES)[number];

/** The list the inspector steps through, and where it stands in it. */
export interface Inspection {
  readonly sampleIds: readonly SampleId[];
  readonly index: number;
}

export interface UiState {
  readonly page: PageName;
  /** The person's choice; null leaves it to the width of the window. */
  readonly railCollapsed: boolean | null;
  readonly colorScheme: ColorScheme;
  readonly keysShown: boolean;
  /** The failed job whose details are open. */
  readonly shownFailureId: string | null;
  readonly inspection: Inspection | null;
  /** The host has a newer version, which the next load gets. */
  readonly newVersionReady: boolean;
  /** What the live region says; `serial` makes a repeated sentence a new announcement. */
  readonly announcement: { readonly text: string; readonly serial: number };
}

export const initialUi: UiState = {
  page: 'cohort',
  railCollapsed: null,
  colorScheme: 'auto',
  keysShown: false,
  shownFailureId: null,
  inspection: null,
  newVersionReady: false,
  announcement: { text: '', serial: 0 },
};

/** Opens the inspector on one sample of a list; an index outside the list closes it. */
export function withInspection(ui: UiState, sampleIds: readonly SampleId[], index: number): UiState {
  const inside = index >= 0 && index < sampleIds.length;
  return { ...ui, inspection: inside ? { sampleIds, index } : null };
}

/** Steps the inspector by some samples and stops at either end of the list. */
export function withInspectionStep(ui: UiState, step: number): UiState {
  if (ui.inspection === null) return ui;
  const { sampleIds, index } = ui.inspection;
  const next = Math.min(Math.max(index + step, 0), sampleIds.length - 1);
  return next === index ? ui : { ...ui, inspection: { sampleIds, index: next } };
}

/** Puts a sentence into the live region. */
export function withAnnouncement(ui: UiState, text: string): UiState {
  return { ...ui, announcement: { text, serial: ui.announcement.serial + 1 } };
}
