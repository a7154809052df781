/** What the dot beside Search in the rail says. */
import type { WorkbenchState } from '../../state/store.ts';
import type { PlaceStatus } from '../../state/ui.ts';

/** `empty` until a search is kept. */
export function searchStatus({ search }: WorkbenchState): PlaceStatus {
  return search.kept.length > 0 ? 'ready' : 'empty';
}
