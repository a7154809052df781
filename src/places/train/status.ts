/** What the dot beside Train in the rail says. */
import type { WorkbenchState } from '../../state/store.ts';
import type { PlaceStatus } from '../../state/ui.ts';

/** `empty` until a run is kept. */
export function trainStatus({ train }: WorkbenchState): PlaceStatus {
  return train.runs.length > 0 ? 'ready' : 'empty';
}
