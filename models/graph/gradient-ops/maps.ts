/**
 * Gradients of the operations on maps, and the form of batch norm that training uses: formulas and shapes. The gradients of a
 * transposed convolution are convolutions. rstd = 1 / sqrt(variance + epsilon); n = (x - mean) rstd.
 */
import type { NoAttributes, ResizeCentres, Window } from '../ops.ts';
import { isSameShape, type Shape } from '../shape.ts';
import { requireThat, soleInput } from '../shape-rules/rule.ts';
import { inputAt, requireInputs, type ResultRule } from './rule.ts';

/** Height and width of the map whose gradient is made. */
interface SourceSize {
  readonly height: number;
  readonly width: number;
}

export interface MapGradients {
  /**
   * dx[n,i,Y,X] = sum over o,ky,kx of dOut[n,o,y,x] weight[o,i,ky,kx] where Y = y*stride+ky-rows and X = x*stride+kx-columns.
   * Inputs: dOut [N,O,h,w], weight [O,I,kh,kw].
   */
  readonly conv2dInputGradient: SourceSize & {
    readonly stride: number;
    readonly padding: readonly [rows: number, columns: number];
  };
  /** dWeight[o,i,ky,kx] = sum over n,y,x of dOut[n,o,y,x] in[n,i,y*stride+ky-rows,x*stride+kx-columns]. Inputs: dOut, in. */
  readonly conv2dWeightGradient: {
    readonly stride: number;
    readonly padding: readonly [rows: number, columns: number];
    readonly kernel: readonly [height: number, width: number];
  };
  /** Each element of dOut, divided as the mean was, added to the elements of its window. Input: dOut. */
  readonly averagePoolGradient: Window & SourceSize & { readonly countPadding: boolean };
  /** Each element of dOut added to the first largest element of its window, in row-major order. Inputs: dOut, x. */
  readonly maxPoolGradient: Window;
  /** Each element of dOut added to the four elements it was blended from, with their weights. Input: dOut. */
  readonly resizeGradient: SourceSize & { readonly centres: ResizeCentres };
  /**
   * n scale[c] + shift[c], with the mean and the biased variance of each channel over the images whose weight is not zero.
   * nextMean = (1 - momentum) runningMean + momentum * mean, likewise nextVariance with the unbiased variance; of no
   * image the statistics are 0 and stay as they were. Inputs: x, scale, shift, runningMean, runningVariance [C] each,
   * sampleWeight [N]; results out, mean, rstd, nextMean, nextVariance.
   */
  readonly batchNormTraining: { readonly epsilon: number; readonly momentum: number };
  /**
   * With e = dOut scale: dx = rstd (e - (sum of e + n * sum of e n) / count) with the sums over all images and the count of
   * elements that the statistics are over; rstd e for images of weight zero. Inputs: dOut, x, scale, mean, rstd, sampleWeight.
   */
  readonly batchNormInputGradient: NoAttributes;
  /** dScale[c] = sum over n,y,x of dOut n. Inputs: dOut, x, mean, rstd. */
  readonly batchNormScaleGradient: NoAttributes;
  /** As `layerNormInputGradient`, the means over each group of each image. Inputs: dOut, x, scale [C], mean [N,groups], rstd [N,groups]. */
  readonly groupNormInputGradient: { readonly groups: number };
  /** dScale[c] = sum over n,y,x of dOut n. Inputs: dOut, x, mean, rstd. */
  readonly groupNormScaleGradient: { readonly groups: number };
  /** rstd (dOut - mean of dOut - n * mean of dOut n), the means over each output channel. Inputs: dOut, weight, mean [O], rstd [O]. */
  readonly weightStandardizeGradient: NoAttributes;
}

function withSize(inputs: readonly Shape[], { height, width }: SourceSize): readonly Shape[] {
  const [n, c] = soleInput(inputs, 4) as [Shape[number], Shape[number]];
  return [[n, c, height, width]];
}

/** The second of several inputs, whose shape is dOut's and the result's. */
function likeSecond(inputs: readonly Shape[], count: number): readonly Shape[] {
  const [dOut, x] = requireInputs(inputs, count) as [Shape, Shape];
  requireThat(isSameShape(dOut, x), 'dOut and x must have the same shape');
  return [x];
}

/** One number a channel of the second input. */
function perChannel(inputs: readonly Shape[], count: number): readonly Shape[] {
  const [x] = likeSecond(inputs, count) as [Shape];
  return [[x[1] as number]];
}

export const mapGradientShapes: { readonly [K in keyof MapGradients]: ResultRule<K> } = {
  conv2dInputGradient(inputs, { height, width }) {
    const [dOut, weight] = requireInputs(inputs, 2) as [Shape, Shape];
    requireThat(
      weight.length === 4 && dOut[1] === weight[0],
      'the weight makes other channels than dOut has',
    );
    return [[dOut[0], weight[1], height, width] as Shape];
  },
  conv2dWeightGradient(inputs, { kernel }) {
    const [dOut, x] = requireInputs(inputs, 2) as [Shape, Shape];
    requireThat(dOut.length === 4 && x.length === 4, 'takes two maps');
    return [[dOut[1] as number, x[1] as number, ...kernel]];
  },
  averagePoolGradient: withSize,
  maxPoolGradient(inputs) {
    const [dOut, x] = requireInputs(inputs, 2) as [Shape, Shape];
    requireThat(
      isSameShape(dOut.slice(0, 2), x.slice(0, 2)),
      'dOut and x must have the same images and channels',
    );
    return [x];
  },
  resizeGradient: withSize,
  batchNormTraining(inputs, { epsilon, momentum }) {
    const [x, ...channels] = requireInputs(inputs, 6) as [Shape, ...Shape[]];
    const expected: Shape = [x[1] as number];
    requireThat(
      x.length === 4 && channels.slice(0, 4).every((shape) => isSameShape(shape, expected)),
      `takes a map and scale, shift, mean, variance of [${x[1]}] each`,
    );
    requireThat(isSameShape(inputAt(inputs, 5), [x[0] as 'N']), 'takes the weight of each image last');
    requireThat(
      epsilon > 0 && momentum >= 0 && momentum <= 1,
      'epsilon must be positive, momentum from 0 to 1',
    );
    return [x, expected, expected, expected, expected];
  },
  batchNormInputGradient: (inputs) => likeSecond(inputs, 6),
  batchNormScaleGradient: (inputs) => perChannel(inputs, 4),
  groupNormInputGradient: (inputs) => likeSecond(inputs, 5),
  groupNormScaleGradient: (inputs) => perChannel(inputs, 4),
  weightStandardizeGradient: (inputs) => likeSecond(inputs, 4),
};
