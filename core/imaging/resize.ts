/**
 * The three resizes of the feature extractors, all with half-pixel centres: plain bilinear (PyTorch), antialiased bicubic
 * (Pillow, as clean-fid uses it) and scikit-image's `resize` (Gaussian, then bilinear).
 */
import { type AxisFilter, composeFilters, createAxisFilter, filterAxes, mirrorIndex } from './axis-filter.ts';

/** Where the centre of output pixel `index` lies in the input, in pixels from the centre of the first. */
function halfPixelPosition(index: number, inputLength: number, outputLength: number): number {
  return ((index + 0.5) * inputLength) / outputLength - 0.5;
}

function bilinearFilter(inputLength: number, outputLength: number): AxisFilter {
  const filter = createAxisFilter(outputLength, 2);
  for (let i = 0; i < outputLength; i++) {
    const position = Math.max(0, halfPixelPosition(i, inputLength, outputLength));
    const floor = Math.min(Math.floor(position), inputLength - 1);
    const fraction = position - floor;
    filter.indices[i * 2] = floor;
    filter.indices[i * 2 + 1] = Math.min(floor + 1, inputLength - 1);
    filter.weights[i * 2] = 1 - fraction;
    filter.weights[i * 2 + 1] = fraction;
  }
  return filter;
}

/**
 * Plain bilinear resize, edges clamped, no smoothing when shrinking.
 * Shapes: `image [height, width]`; result [outputHeight, outputWidth] f64.
 * Source: PyTorch `interpolate(mode="bilinear", align_corners=False)`, the resize of the FID Inception network.
 */
export function resizeBilinear(
  image: ArrayLike<number>,
  height: number,
  width: number,
  outputHeight: number,
  outputWidth: number,
): Float64Array {
  return filterAxes(
    image,
    height,
    width,
    bilinearFilter(height, outputHeight),
    bilinearFilter(width, outputWidth),
  );
}

/** Keys' cubic convolution kernel with a = -1/2, support 2. */
function keysCubic(distance: number): number {
  const d = Math.abs(distance);
  if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
  if (d < 2) return ((-0.5 * d + 2.5) * d - 4) * d + 2;
  return 0;
}

function antialiasedCubicFilter(inputLength: number, outputLength: number): AxisFilter {
  const scale = inputLength / outputLength;
  const stretch = Math.max(1, scale);
  const support = 2 * stretch;
  const tapCount = Math.ceil(support) * 2 + 1;
  const filter = createAxisFilter(outputLength, tapCount);
  for (let i = 0; i < outputLength; i++) {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - support + 0.5));
    const end = Math.min(inputLength, Math.floor(centre + support + 0.5));
    let sum = 0;
    for (let j = first; j < end; j++) {
      const weight = keysCubic((j + 0.5 - centre) / stretch);
      filter.indices[i * tapCount + j - first] = j;
      filter.weights[i * tapCount + j - first] = weight;
      sum += weight;
    }
    for (let k = 0; k < tapCount; k++) {
      filter.weights[i * tapCount + k] = (filter.weights[i * tapCount + k] as number) / sum;
    }
  }
  return filter;
}

/**
 * Antialiased bicubic resize: the kernel is stretched by the shrink factor, its weights are cut at the edges and renormalised.
 * May overshoot the input's range; not clipped.
 * Shapes: `image [height, width]`; result [outputHeight, outputWidth] f64.
 * Source: Pillow `resize(BICUBIC)` on float images; Parmar, Zhang and Zhu, "On aliased resizing" (clean-fid), CVPR 2022.
 */
export function resizeAntialiased(
  image: ArrayLike<number>,
  height: number,
  width: number,
  outputHeight: number,
  outputWidth: number,
): Float64Array {
  return filterAxes(
    image,
    height,
    width,
    antialiasedCubicFilter(height, outputHeight),
    antialiasedCubicFilter(width, outputWidth),
  );
}

/** A normalised Gaussian on an axis with mirror boundary, cut at 4 sigma as SciPy does. Sigma 0 is the identity. */
function gaussianFilter(length: number, sigma: number): AxisFilter {
  const radius = Math.floor(4 * sigma + 0.5);
  const tapCount = 2 * radius + 1;
  const kernel = new Float64Array(tapCount);
  let sum = 0;
  for (let k = -radius; k <= radius; k++) {
    const weight = sigma > 0 ? Math.exp((-0.5 * k * k) / (sigma * sigma)) : 1;
    kernel[k + radius] = weight;
    sum += weight;
  }
  const filter = createAxisFilter(length, tapCount);
  for (let i = 0; i < length; i++) {
    for (let k = 0; k < tapCount; k++) {
      filter.indices[i * tapCount + k] = mirrorIndex(i + k - radius, length);
      filter.weights[i * tapCount + k] = (kernel[k] as number) / sum;
    }
  }
  return filter;
}

function mirroredBilinearFilter(inputLength: number, outputLength: number): AxisFilter {
  const filter = createAxisFilter(outputLength, 2);
  for (let i = 0; i < outputLength; i++) {
    const position = halfPixelPosition(i, inputLength, outputLength);
    const floor = Math.floor(position);
    for (let k = 0; k < 2; k++) filter.indices[i * 2 + k] = mirrorIndex(floor + k, inputLength);
    filter.weights[i * 2] = 1 - (position - floor);
    filter.weights[i * 2 + 1] = position - floor;
  }
  return filter;
}

function minMax(values: ArrayLike<number>): { min: number; max: number } {
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}

/** Smoothing of (in/out - 1)/2 pixels when an axis shrinks, none when it grows, then sampling. */
function skimageFilter(inputLength: number, outputLength: number): AxisFilter {
  const sigma = Math.max(0, (inputLength / outputLength - 1) / 2);
  return composeFilters(
    gaussianFilter(inputLength, sigma),
    mirroredBilinearFilter(inputLength, outputLength),
  );
}

/**
 * scikit-image's `resize` with its defaults: a Gaussian of sigma (in/out - 1)/2 when shrinking, then bilinear sampling, both
 * with mirror boundary; the result is clipped to the input's range, or to `clipRange` where the image is one channel of several.
 * Shapes: `image [height, width]`; result [outputHeight, outputWidth] f64.
 * Source: scikit-image 0.19 `transform.resize`, which the published SnP code uses to shrink to 64 x 64.
 */
export function resizeLikeSkimage(
  image: ArrayLike<number>,
  height: number,
  width: number,
  outputHeight: number,
  outputWidth: number,
  clipRange = minMax(image),
): Float64Array {
  const resized = filterAxes(
    image,
    height,
    width,
    skimageFilter(height, outputHeight),
    skimageFilter(width, outputWidth),
  );
  for (let i = 0; i < resized.length; i++) {
    resized[i] = Math.min(clipRange.max, Math.max(clipRange.min, resized[i] as number));
  }
  return resized;
}
