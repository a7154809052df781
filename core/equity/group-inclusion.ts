/** Which groups take part in equity-scaled scores and gaps, and the warnings that stand beside their numbers. */
import { FEW_SUBJECTS, MIN_SUBJECTS_FOR_INTERVAL } from '../statistics/bootstrap.ts';

/** Groups below this many images say more about chance than about fairness. */
export const DEFAULT_MIN_GROUP_SIZE = 10;

export type EquityWarningCode =
  /** The group has no image. */
  | 'group-empty'
  /** The group is below the minimum size and left out of equity-scaled scores and gaps. */
  | 'group-below-minimum-size'
  /** Too few subjects for an interval. */
  | 'too-few-subjects-for-interval'
  /** Few enough subjects that the interval is rough. */
  | 'few-subjects'
  /** Fewer than two groups are large enough, so there is no equity-scaled score and no gap. */
  | 'fewer-than-two-groups'
  /** Images of unknown group: they count in the overall mean only. */
  | 'unknown-group';

/** A warning as data: the page words it. `group` is null when it concerns the whole grouping; `count` is the number of images (or groups). */
export interface EquityWarning {
  readonly code: EquityWarningCode;
  readonly group: number | null;
  readonly count: number;
}

export interface GroupInclusion {
  /** Indices of the groups of at least the minimum size. */
  readonly included: readonly number[];
  readonly excluded: readonly number[];
  readonly warnings: readonly EquityWarning[];
}

function groupWarning(group: number, count: number, minSize: number): EquityWarning[] {
  if (count === 0) return [{ code: 'group-empty', group, count }];
  const warnings: EquityWarning[] = [];
  if (count < minSize) warnings.push({ code: 'group-below-minimum-size', group, count });
  if (count < MIN_SUBJECTS_FOR_INTERVAL) {
    warnings.push({ code: 'too-few-subjects-for-interval', group, count });
  } else if (count < FEW_SUBJECTS) warnings.push({ code: 'few-subjects', group, count });
  return warnings;
}

/** Splits groups by the minimum size (an empty group never takes part) and lists what the reader must know. */
export function includeGroups(
  counts: readonly number[],
  unknownCount: number,
  minSize = DEFAULT_MIN_GROUP_SIZE,
): GroupInclusion {
  const indices = counts.map((_, group) => group);
  const isIncluded = (group: number) => (counts[group] as number) >= Math.max(1, minSize);
  const included = indices.filter(isIncluded);
  const warnings = counts.flatMap((count, group) => groupWarning(group, count, minSize));
  if (included.length < 2) {
    warnings.push({ code: 'fewer-than-two-groups', group: null, count: included.length });
  }
  if (unknownCount > 0) warnings.push({ code: 'unknown-group', group: null, count: unknownCount });
  return { included, excluded: indices.filter((group) => !isIncluded(group)), warnings };
}
