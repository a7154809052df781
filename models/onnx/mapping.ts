/**
 * How images become the input of a network of another maker, and its output becomes ours: order of axes, normalisation of
 * pixels, order of classes. What its file tells is found by interface.ts; the rest a person says.
 */
import { WorkbenchError } from '../../core/errors.ts';
import { CLASS_COUNT } from '../../core/segmentation/classes.ts';

/** `channels-first` is [N,C,h,w], `channels-last` [N,h,w,C]. */
export type AxisOrder = 'channels-first' | 'channels-last';

export interface NetworkMapping {
  readonly axes: AxisOrder;
  /** For each input channel what is subtracted from pixels in [0, 1], and what they are then divided by. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /** For background, rim and cup the output channel that holds it. An extractor's is not looked at. */
  readonly classOrder: readonly number[];
}

/** Pixels as they are, classes in our order. */
export function plainMapping(channels: number, axes: AxisOrder): NetworkMapping {
  return {
    axes,
    mean: Array.from({ length: channels }, () => 0),
    deviation: Array.from({ length: channels }, () => 1),
    classOrder: Array.from({ length: CLASS_COUNT }, (_, index) => index),
  };
}

/** Errors: `onnx/unsupported-interface` for a mapping that does not fit a network of so many input channels. */
export function checkMapping({ mean, deviation, classOrder }: NetworkMapping, channels: number): void {
  const refuse = (message: string) => new WorkbenchError('onnx/unsupported-interface', message);
  if (mean.length !== channels || deviation.length !== channels) {
    throw refuse(
      channels === 1
        ? 'The model has one input channel: give one mean and one deviation.'
        : `The model has ${channels} input channels: give as many means and deviations.`,
    );
  }
  if (![...mean, ...deviation].every(Number.isFinite)) throw refuse('Means and deviations must be numbers.');
  if (!deviation.every((value) => value > 0)) throw refuse('Deviations must be above 0.');
  if (classOrder.toSorted((a, b) => a - b).join() !== plainMapping(0, 'channels-first').classOrder.join()) {
    throw refuse('Background, rim and cup must be three different output channels.');
  }
}

/**
 * The network's input for some grey images: the channel repeated and normalised, the batch filled up with empty images.
 * Shapes: `images [imageCount, pixelCount]` -> [batchSize, channels, pixelCount], or [batchSize, pixelCount, channels].
 * Cost: no copy where nothing changes.
 */
export function mapInput(
  images: Float32Array,
  pixelCount: number,
  batchSize: number,
  { axes, mean, deviation }: NetworkMapping,
): Float32Array {
  const channels = mean.length;
  const isPlain = mean.every((value) => value === 0) && deviation.every((value) => value === 1);
  if (isPlain && channels === 1 && images.length === batchSize * pixelCount) return images;
  const input = new Float32Array(batchSize * channels * pixelCount);
  const imageCount = images.length / pixelCount;
  for (let image = 0; image < imageCount; image++) {
    const pixels = images.subarray(image * pixelCount, (image + 1) * pixelCount);
    for (let channel = 0; channel < channels; channel++) {
      if (isPlain && axes === 'channels-first') {
        input.set(pixels, (image * channels + channel) * pixelCount);
        continue;
      }
      const shift = mean[channel] as number;
      const scale = deviation[channel] as number;
      const isFirst = axes === 'channels-first';
      const start = image * channels * pixelCount + (isFirst ? channel * pixelCount : channel);
      const step = isFirst ? 1 : channels;
      for (let i = 0; i < pixelCount; i++) {
        input[start + i * step] = ((pixels[i] as number) - shift) / scale;
      }
    }
  }
  return input;
}

/**
 * An output with channels first, in our order of classes where `classOrder` is given.
 * Shapes: `data [images, cells, channels]` with `isLast`, else [images, channels, cells] -> [images, channels, cells].
 * Cost: no copy where nothing changes.
 */
export function mapOutput(
  data: Float32Array,
  channels: number,
  cells: number,
  isLast: boolean,
  classOrder: readonly number[] | undefined,
): Float32Array {
  const order = classOrder ?? Array.from({ length: channels }, (_, index) => index);
  if (!isLast && order.every((from, to) => from === to)) return data;
  const mapped = new Float32Array(data.length);
  const imageSize = channels * cells;
  for (let start = 0; start < data.length; start += imageSize) {
    for (const [to, from] of order.entries()) {
      for (let cell = 0; cell < cells; cell++) {
        const at = start + (isLast ? cell * channels + from : from * cells + cell);
        mapped[start + to * cells + cell] = data[at] as number;
      }
    }
  }
  return mapped;
}
