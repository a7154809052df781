/** What the dot beside each place says: its own status, unless one of its jobs runs or has failed unseen. */
import type { WorkbenchState } from '../state/store.ts';
import type { PlaceName } from '../state/ui.ts';
import { PLACE_STATUS } from './places.ts';

export type DotState = 'empty' | 'ready' | 'running' | 'attention';

/** In words, for the tooltip and for screen readers. */
export const DOT_WORDS: Readonly<Record<DotState, string>> = {
  empty: 'empty',
  ready: 'ready',
  running: 'running',
  attention: 'needs attention',
};

/** The dot of a place: running before attention before the place's own status. */
export function dotOf(state: WorkbenchState, place: PlaceName): DotState {
  const { running, ended, unseenFailures } = state.jobs;
  if (running.some((job) => job.place === place)) return 'running';
  if (ended.some((job) => job.place === place && unseenFailures.includes(job.id))) return 'attention';
  return PLACE_STATUS[place](state);
}
