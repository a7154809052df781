/** Area under the ROC curve over pixels. */

/**
 * Area under the ROC curve by the rank-sum identity; tied scores share their mean rank, so each tie counts one half.
 * Undefined when all samples are positive or none is.
 */
export function areaUnderRoc(
  scores: Float32Array | Float64Array,
  isPositive: (index: number) => boolean,
): number | undefined {
  const order = Uint32Array.from(scores.keys());
  order.sort((a, b) => (scores[a] as number) - (scores[b] as number));
  const n = order.length;
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < n;) {
    let end = start + 1;
    while (end < n && scores[order[end] as number] === scores[order[start] as number]) end++;
    const midrank = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) {
      if (!isPositive(order[i] as number)) continue;
      positives++;
      rankSum += midrank;
    }
    start = end;
  }
  const negatives = n - positives;
  if (positives === 0 || negatives === 0) return undefined;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/**
 * Mean over the classes but the background of the one-vs-rest pixel AUC; undefined when a class is absent or fills the image.
 * Shapes: `probabilities` [C, pixels], class 0 the background; `labels` [pixels] u8.
 */
export function meanPixelAuc(
  probabilities: Float32Array | Float64Array,
  labels: Uint8Array,
): number | undefined {
  const pixels = labels.length;
  const classCount = probabilities.length / pixels;
  let sum = 0;
  for (let c = 1; c < classCount; c++) {
    const scores = probabilities.subarray(c * pixels, (c + 1) * pixels);
    const auc = areaUnderRoc(scores, (i) => labels[i] === c);
    if (auc === undefined) return undefined;
    sum += auc;
  }
  return sum / (classCount - 1);
}
