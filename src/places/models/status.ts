/** What the dot beside Models in the rail says. */
import type { WorkbenchState } from '../../state/store.ts';
import type { PlaceStatus } from '../../state/ui.ts';

/** `empty` before models are loaded, `attention` when a file was refused or waits for its role, or the device failed. */
export function modelsStatus({ models, device }: WorkbenchState): PlaceStatus {
  if (device.status === 'failed' || models.rejected.length > 0 || models.withoutRole.length > 0)
    return 'attention';
  return models.models.length > 0 ? 'ready' : 'empty';
}
