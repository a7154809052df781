/** What the dot beside Search in the rail says. */
import type { WorkbenchState } from '../../state/store.ts';
import type { PlaceStatus } from '../../state/ui.ts';

/** `empty` until there is something here, `attention` when something needs the person. */
export function searchStatus(_state: WorkbenchState): PlaceStatus {
  return 'empty';
}
