/** Words of this place: groupings that tell two age bins apart, ratios of equal length. */
import { type Grouping, groupingTitle } from '../../../core/cohort/groups.ts';
import { NOT_DEFINED } from '../../ui/format.ts';

/** "Race", "Age bins at 40, 60", "Race × Gender". */
export function groupingName(grouping: Grouping): string {
  if (grouping.kind === 'age-bins') return `Age bins at ${grouping.edgesYears.join(', ')}`;
  if (grouping.kind === 'intersection') return grouping.parts.map(groupingName).join(' × ');
  return groupingTitle(grouping);
}

/** A cup-to-disc ratio to two digits, "0.30"; a mask without a disc has none. */
export function formatRatio(ratio: number | undefined): string {
  return ratio === undefined || Number.isNaN(ratio) ? NOT_DEFINED : ratio.toFixed(2);
}
