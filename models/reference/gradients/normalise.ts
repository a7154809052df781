/**
 * Normalisation and its gradients once for all norms: they differ in which elements share a mean and which share a scale.
 * n = (x - mean) rstd.
 */
import { elementCount } from '../../graph/shape.ts';
import { accumulate } from './kernel.ts';

/** Where each element of a value belongs. */
export interface Partition {
  /** Index of the mean and variance that an element shares. */
  readonly groupOf: (index: number) => number;
  /** Index of the scale that an element has. */
  readonly channelOf: (index: number) => number;
}

/** Along one axis, with a scale for each position of it. */
export function alongAxis(shape: readonly number[], axis: number): Partition {
  const count = shape[axis] as number;
  const stride = elementCount(shape.slice(axis + 1));
  return {
    groupOf: (index) => Math.floor(index / (count * stride)) * stride + (index % stride),
    channelOf: (index) => Math.floor(index / stride) % count,
  };
}

/** Channels of each image in groups of neighbours. */
export function withinGroups([, c, h, w]: readonly number[], groups: number): Partition {
  const [channels, pixels] = [c as number, (h as number) * (w as number)];
  const run = (channels * pixels) / groups;
  return {
    groupOf: (index) => Math.floor(index / run),
    channelOf: (index) => Math.floor(index / pixels) % channels,
  };
}

/** Each channel over all images and pixels. */
export function withinChannels([, c, h, w]: readonly number[]): Partition {
  const pixels = (h as number) * (w as number);
  const channelOf = (index: number) => Math.floor(index / pixels) % (c as number);
  return { groupOf: channelOf, channelOf };
}

/** Each slice along the first axis. */
export function withinRows(shape: readonly number[]): Partition {
  const run = elementCount(shape.slice(1));
  const groupOf = (index: number) => Math.floor(index / run);
  return { groupOf, channelOf: groupOf };
}

export interface Moments {
  readonly mean: Float64Array;
  /** Biased; 0 of no element, as the mean. */
  readonly variance: Float64Array;
  readonly count: Float64Array;
}

/** Mean and biased variance of each group, in two passes. `isIncluded` leaves elements out. */
export function momentsOf(
  x: Float64Array,
  groupCount: number,
  { groupOf }: Partition,
  isIncluded: (index: number) => boolean = () => true,
): Moments {
  const [mean, variance, count] = [1, 2, 3].map(() => new Float64Array(groupCount)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const forEachIncluded = (visit: (group: number, value: number) => void) =>
    x.forEach((value, index) => isIncluded(index) && visit(groupOf(index), value));
  forEachIncluded((group, value) => {
    accumulate(mean, group, value);
    accumulate(count, group, 1);
  });
  const divide = (sums: Float64Array) =>
    sums.forEach((sum, group) => {
      sums[group] = sum / Math.max(count[group] as number, 1);
    });
  divide(mean);
  forEachIncluded((group, value) => accumulate(variance, group, (value - (mean[group] as number)) ** 2));
  divide(variance);
  return { mean, variance, count };
}

/** 1 / sqrt(variance + epsilon). */
export function rstdOf(variance: Float64Array, epsilon: number): Float64Array {
  return variance.map((value) => 1 / Math.sqrt(value + epsilon));
}

export interface Normalised {
  readonly dOut: Float64Array;
  readonly x: Float64Array;
  readonly mean: Float64Array;
  readonly rstd: Float64Array;
  readonly partition: Partition;
}

function normal({ x, mean, rstd, partition: { groupOf } }: Normalised, index: number): number {
  const group = groupOf(index);
  return ((x[index] as number) - (mean[group] as number)) * (rstd[group] as number);
}

/**
 * dx = rstd (e - mean of e - n * mean of e n) where e = dOut * scale. The statistics follow from the included elements only:
 * the sums are over all elements and are divided by the number of those included; of the others the gradient is rstd e.
 */
export function normaliseInputGradient(
  operands: Normalised,
  scaleOf: (channel: number) => number,
  isIncluded: (index: number) => boolean = () => true,
): Float64Array {
  const { dOut, mean, rstd, partition } = operands;
  const { groupOf, channelOf } = partition;
  const [sums, products, counts] = [1, 2, 3].map(() => new Float64Array(mean.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const e = dOut.map((value, index) => value * scaleOf(channelOf(index)));
  e.forEach((value, index) => {
    accumulate(sums, groupOf(index), value);
    accumulate(products, groupOf(index), value * normal(operands, index));
    if (isIncluded(index)) accumulate(counts, groupOf(index), 1);
  });
  return e.map((value, index) => {
    const group = groupOf(index);
    const common = (sums[group] as number) + normal(operands, index) * (products[group] as number);
    const centred = isIncluded(index) ? value - common / (counts[group] as number) : value;
    return centred * (rstd[group] as number);
  });
}

/** dScale[c] = sum of dOut n over the channel's elements. */
export function normaliseScaleGradient(operands: Normalised, channels: number): Float64Array {
  const out = new Float64Array(channels);
  operands.dOut.forEach((value, index) =>
    accumulate(out, operands.partition.channelOf(index), value * normal(operands, index)),
  );
  return out;
}
