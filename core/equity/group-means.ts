/** Mean scores over all images and by group. Images of unknown group count in the overall mean and in no group. */

export interface GroupMeans {
  /** Mean over all images, those of unknown group included; NaN without images. */
  readonly overall: number;
  /** NaN for a group without images. */
  readonly means: readonly number[];
  readonly counts: readonly number[];
  /** Images whose group is unknown. */
  readonly unknownCount: number;
}

/**
 * Means by group.
 * Shapes: `values` and `groups` of equal length; `groups` holds 0 to groupCount - 1, and -1 for unknown.
 */
export function groupMeans(
  values: ArrayLike<number>,
  groups: ArrayLike<number>,
  groupCount: number,
): GroupMeans {
  const sums = new Float64Array(groupCount);
  const counts = new Int32Array(groupCount);
  let total = 0;
  let unknownCount = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const group = groups[i] as number;
    total += value;
    if (group < 0) {
      unknownCount++;
      continue;
    }
    sums[group] = (sums[group] as number) + value;
    counts[group] = (counts[group] as number) + 1;
  }
  return {
    overall: total / values.length,
    means: Array.from(sums, (sum, group) => sum / (counts[group] as number)),
    counts: Array.from(counts),
    unknownCount,
  };
}
