/** What the dot beside Evaluate in the rail says. */
import type { WorkbenchState } from '../../state/store.ts';
import type { PlaceStatus } from '../../state/ui.ts';

/** `empty` until there is a run. */
export function evaluateStatus({ evaluate }: WorkbenchState): PlaceStatus {
  return evaluate.runs.length > 0 ? 'ready' : 'empty';
}
