/** Weights of images that make every group weigh equally much in the loss. */

/**
 * The weight of each image: the number of images divided by the number of groups and by the size of its group, so that
 * the mean weight is 1. Only known groups count, 0 to groupCount - 1; an image of another group has weight 1.
 */
export function inverseFrequencyWeights(groups: readonly number[], groupCount: number): number[] {
  const sizes = Array.from({ length: groupCount }, () => 0);
  for (const group of groups) if (group in sizes) sizes[group] = (sizes[group] as number) + 1;
  const known = sizes.reduce((sum, size) => sum + size, 0);
  const present = sizes.filter((size) => size > 0).length;
  return groups.map((group) => (group in sizes ? known / (present * (sizes[group] as number)) : 1));
}
