/** Losses in float64: each is its formula in `graph/gradient-ops/losses.ts`. */
import type { LossOperations } from '../../graph/gradient-ops/losses.ts';
import { operand, type Tensor64 } from '../kernels/kernel.ts';
import { febsWeights, groupDroWeights, LARGEST_FEBS_WEIGHT } from './group-weights.ts';
import { accumulate, dataOf, type GradientKernel } from './kernel.ts';

/** Softmax over the classes of one pixel, whose logits lie `stride` apart. */
function softmaxAt(logits: Float64Array, offset: number, stride: number, classes: number): number[] {
  const values = Array.from({ length: classes }, (_, k) => logits[offset + k * stride] as number);
  const largest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** Visits each pixel with its probabilities, its label and its first logit's offset. */
function forEachPixel(
  { shape, data }: Tensor64,
  label: Float64Array,
  visit: (image: number, probabilities: readonly number[], target: number, offset: number) => void,
): void {
  const [n, classes, h, w] = shape as [number, number, number, number];
  const pixels = h * w;
  for (let at = 0; at < n * pixels; at++) {
    const image = Math.floor(at / pixels);
    const offset = image * classes * pixels + (at % pixels);
    visit(image, softmaxAt(data, offset, pixels, classes), label[at] as number, offset);
  }
}

/** One image in a sum over images: `weight` multiplies its loss, `scale` its probabilities. */
interface Term {
  readonly image: number;
  readonly weight: number;
  readonly scale: number;
}

/** Loss of some images and its derivatives with respect to their sums. */
interface PartialLoss {
  readonly crossEntropy: number;
  /** Of each class. */
  readonly dice: readonly number[];
  addDerivatives(factor: number): void;
}

interface Batch {
  readonly sums: Float64Array;
  readonly crossEntropy: Float64Array;
  readonly classes: number;
  readonly dSums: Float64Array;
  readonly dCrossEntropy: Float64Array;
}

type Weights = Pick<LossOperations['segmentationLoss'], 'crossEntropyWeight' | 'diceWeight' | 'smoothing'>;

function lossOf(batch: Batch, terms: readonly Term[], settings: Weights): PartialLoss {
  const { sums, classes } = batch;
  const { crossEntropyWeight, diceWeight, smoothing } = settings;
  const sumAt = (image: number, which: number, k: number) =>
    sums[(image * 3 + which) * classes + k] as number;
  const total = (valueOf: (term: Term) => number) => terms.reduce((sum, term) => sum + valueOf(term), 0);
  const weightSum = total((term) => term.weight);
  const crossEntropy =
    weightSum === 0
      ? 0
      : total((term) => term.weight * (batch.crossEntropy[term.image] as number)) / weightSum;
  const ofClasses = Array.from({ length: classes }, (_, k) => {
    const overlap = total(({ image, weight, scale }) => weight * scale * sumAt(image, 0, k));
    const predicted = total(({ image, weight, scale }) => weight * scale ** 2 * sumAt(image, 1, k));
    const labelled = total(({ image, weight }) => weight * sumAt(image, 2, k));
    return { numerator: 2 * overlap + smoothing, denominator: predicted + labelled + smoothing };
  });
  return {
    crossEntropy,
    dice: ofClasses.map(({ numerator, denominator }) => 1 - numerator / denominator),
    addDerivatives(factor) {
      for (const { image, weight: a, scale } of terms) {
        if (weightSum > 0)
          accumulate(batch.dCrossEntropy, image, (factor * crossEntropyWeight * a) / weightSum);
        for (const [k, { numerator, denominator }] of ofClasses.entries()) {
          const share = (factor * diceWeight * a * scale) / classes;
          accumulate(batch.dSums, image * 2 * classes + k, (-2 * share) / denominator);
          accumulate(
            batch.dSums,
            (image * 2 + 1) * classes + k,
            (share * scale * numerator) / denominator ** 2,
          );
        }
      }
    },
  };
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** The factor of each image's probabilities with FEBS. `diceOf` is the sum of the classes' Dice losses of one group. */
function febsScales(
  group: Float64Array,
  present: readonly number[],
  groupCount: number,
  { gamma, minimum }: { readonly gamma: number; readonly minimum: 'present' | 'all' },
  diceOf: (group: number) => number,
): (image: number) => number {
  const isKnown = (code: number) => code >= 0 && code < groupCount;
  if (minimum === 'present') {
    const known = present.filter(isKnown);
    const weights = febsWeights(known.map(diceOf), gamma, minimum);
    return (image) => weights[known.indexOf(group[image] as number)] ?? LARGEST_FEBS_WEIGHT;
  }
  // The published code indexes an array of all groups by the group's number, of which -1 is the last.
  const indexOf = (code: number) => (code === -1 ? groupCount - 1 : code);
  const losses = Array.from({ length: groupCount }, () => 0);
  for (const code of present.toSorted((a, b) => a - b)) {
    if (isKnown(indexOf(code))) losses[indexOf(code)] = diceOf(code);
  }
  const weights = febsWeights(losses, gamma, minimum);
  return (image) => weights[indexOf(group[image] as number)] ?? LARGEST_FEBS_WEIGHT;
}

export const lossKernels: { readonly [K in keyof LossOperations]: GradientKernel<K> } = {
  segmentationSums(inputs) {
    const [logits, label] = [operand(inputs), operand(inputs, 1).data];
    const [n, classes, h, w] = logits.shape as [number, number, number, number];
    const sums = new Float64Array(n * 3 * classes);
    const crossEntropy = new Float64Array(n);
    forEachPixel(logits, label, (image, probabilities, target, offset) => {
      for (const [k, p] of probabilities.entries()) {
        accumulate(sums, (image * 3 + 1) * classes + k, p * p);
      }
      accumulate(sums, image * 3 * classes + target, probabilities[target] as number);
      accumulate(sums, (image * 3 + 2) * classes + target, 1);
      // From the logits, for a probability that underflows to 0 has no logarithm.
      const values = probabilities.map((_, k) => logits.data[offset + k * h * w] as number);
      const largest = Math.max(...values);
      const logSum = Math.log(sumOf(values.map((value) => Math.exp(value - largest)))) + largest;
      accumulate(crossEntropy, image, (logSum - (values[target] as number)) / (h * w));
    });
    return [sums, crossEntropy];
  },
  segmentationLoss(inputs, { groupCount, method, ...settings }) {
    const [sums, crossEntropy, group, sampleWeight] = dataOf(inputs) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const n = group.length;
    const classes = sums.length / (3 * n);
    const dSums = new Float64Array(n * 2 * classes);
    const dCrossEntropy = new Float64Array(n);
    const batch = { sums, crossEntropy, classes, dSums, dCrossEntropy };
    const images = Array.from(group.keys()).filter((image) => sampleWeight[image] !== 0);
    const termsOf = (members: readonly number[], scaleOf: (image: number) => number): Term[] =>
      members.map((image) => ({ image, weight: sampleWeight[image] as number, scale: scaleOf(image) }));
    const ofGroup = (code: number) => {
      const members = images.filter((image) => group[image] === code);
      return {
        members,
        partial: lossOf(
          batch,
          termsOf(members, () => 1),
          settings,
        ),
      };
    };
    const { crossEntropyWeight, diceWeight } = settings;
    const combine = (partial: PartialLoss) =>
      crossEntropyWeight * partial.crossEntropy + (diceWeight * sumOf(partial.dice)) / classes;

    const groups = Array.from({ length: groupCount }, (_, code) => ofGroup(code));
    const groupLoss = groups.map(({ members, partial }) => (members.length === 0 ? 0 : combine(partial)));
    const present = [...new Set(images.map((image) => group[image] as number))];
    const scaleOf =
      method.kind === 'febs'
        ? febsScales(group, present, groupCount, method, (code) => sumOf(ofGroup(code).partial.dice))
        : () => 1;
    const whole = lossOf(batch, termsOf(images, scaleOf), settings);

    let loss = combine(whole);
    const nextGroupWeight: Float64Array[] = [];
    if (method.kind === 'groupDro') {
      const q = groupDroWeights(Array.from(operand(inputs, 4).data), groupLoss, method.rate);
      loss = sumOf(q.map((weight, code) => weight * (groupLoss[code] as number)));
      for (const [code, { members, partial }] of groups.entries()) {
        if (members.length > 0) partial.addDerivatives(q[code] as number);
      }
      nextGroupWeight.push(Float64Array.from(q));
    } else if (images.length > 0) {
      whole.addDerivatives(1);
    }
    return [
      Float64Array.of(loss),
      Float64Array.of(whole.crossEntropy),
      Float64Array.of(sumOf(whole.dice) / classes),
      Float64Array.from(groupLoss),
      Float64Array.from(groups, ({ members }) => members.length),
      dSums,
      dCrossEntropy,
      ...nextGroupWeight,
    ];
  },
  segmentationGradient(inputs) {
    const [logits, label] = [operand(inputs), operand(inputs, 1).data];
    const [dSums, dCrossEntropy] = [operand(inputs, 2).data, operand(inputs, 3).data];
    const [, classes, h, w] = logits.shape as [number, number, number, number];
    const out = new Float64Array(logits.data.length);
    forEachPixel(logits, label, (image, probabilities, target, offset) => {
      const e = probabilities.map((p, k) => {
        const overlap = k === target ? (dSums[image * 2 * classes + k] as number) : 0;
        return overlap + 2 * (dSums[(image * 2 + 1) * classes + k] as number) * p;
      });
      const mean = sumOf(e.map((value, k) => value * (probabilities[k] as number)));
      const dPixel = (dCrossEntropy[image] as number) / (h * w);
      for (const [k, p] of probabilities.entries()) {
        out[offset + k * h * w] = p * ((e[k] as number) - mean) + dPixel * (p - (k === target ? 1 : 0));
      }
    });
    return [out];
  },
  classificationLoss(inputs, { weight: factor }) {
    const [logits, label, sampleWeight] = dataOf(inputs) as [Float64Array, Float64Array, Float64Array];
    const [n, classes] = operand(inputs).shape as [number, number];
    const known = Array.from({ length: n }, (_, image) => image).filter(
      (image) => (label[image] as number) >= 0 && (label[image] as number) < classes,
    );
    const total = sumOf(known.map((image) => sampleWeight[image] as number));
    const dLogits = new Float64Array(logits.length);
    let loss = 0;
    for (const image of total > 0 ? known : []) {
      const share = (sampleWeight[image] as number) / total;
      const probabilities = softmaxAt(logits, image * classes, 1, classes);
      const target = label[image] as number;
      const values = logits.subarray(image * classes, (image + 1) * classes);
      const largest = Math.max(...values);
      const logSum = Math.log(sumOf(Array.from(values, (value) => Math.exp(value - largest)))) + largest;
      loss += share * (logSum - (values[target] as number));
      for (const [k, p] of probabilities.entries()) {
        dLogits[image * classes + k] = factor * share * (p - (k === target ? 1 : 0));
      }
    }
    return [Float64Array.of(loss), dLogits];
  },
};
