/** What the dot beside Models in the rail says. */
import type { WorkbenchState } from '../../state/store.ts';
import type { PlaceStatus } from '../../state/ui.ts';

/** `empty` until there is something here, `attention` when something needs the person. */
export function modelsStatus(_state: WorkbenchState): PlaceStatus {
  return 'empty';
}
