/** What the dot beside Cohort in the rail says. */
import type { WorkbenchState } from '../../state/store.ts';
import type { PlaceStatus } from '../../state/ui.ts';

/** `empty` without samples; `attention` while files of an earlier visit are not at hand, for then nothing can be computed. */
export function cohortStatus({ cohort }: WorkbenchState): PlaceStatus {
  if (cohort.records.length === 0) return cohort.rejected.length > 0 ? 'attention' : 'empty';
  return cohort.withoutFile.size > 0 ? 'attention' : 'ready';
}
