/**
 * Zoom with the conventions of SciPy's `ndimage.zoom`: corner-aligned sampling, cubic B-spline with prefilter and mirror
 * boundary for images, nearest pixel for masks. Nothing is smoothed first when shrinking: that is what was published.
 */
import { mirrorIndex } from './axis-filter.ts';

/**
 * What happens at a last sample that rounding puts one ulp outside the input: `clamped` takes the edge pixel, `published`
 * gives 0 as SciPy does, hence a last row or column of zeros for some size pairs (512 to 224 among them).
 */
export type ZoomEdge = 'clamped' | 'published';

/** Distance of neighbouring samples in input pixels; a single sample lies at 0. */
function sampleStep(inputLength: number, outputLength: number): number {
  return outputLength > 1 ? (inputLength - 1) / (outputLength - 1) : 1;
}

/** Whether SciPy leaves the last sample of such an axis at 0. Exact: the same float64 operations as SciPy's. */
export function hasZeroEdge(inputLength: number, outputLength: number): boolean {
  return sampleStep(inputLength, outputLength) * (outputLength - 1) > inputLength - 1;
}

/** Samples of an axis that are computed; those after them stay 0. */
function filledLength(inputLength: number, outputLength: number, edge: ZoomEdge): number {
  return edge === 'published' && hasZeroEdge(inputLength, outputLength) ? outputLength - 1 : outputLength;
}

/** The pole of the cubic B-spline's inverse filter, and the gain that its two passes need. */
const POLE = Math.sqrt(3) - 2;
const GAIN = 6;

/**
 * Turns samples into cubic B-spline coefficients, in place, along the first axis of `data [length, stride]`.
 * Working on whole rows keeps the memory access sequential on both axes.
 * Source: Unser, "Splines: a perfect fit", IEEE Signal Processing Magazine 16 (1999), box 2; mirror boundary as in SciPy.
 */
function prefilter(data: Float64Array, length: number, stride: number): void {
  if (length < 2) return;
  const last = (length - 1) * stride;
  for (let i = 0; i < length * stride; i++) data[i] = (data[i] as number) * GAIN;
  const poleToEnd = POLE ** (length - 1);
  const norm = 1 / (1 - poleToEnd * poleToEnd);
  for (let x = 0; x < stride; x++) {
    let sum = (data[x] as number) + poleToEnd * (data[last + x] as number);
    let power = POLE;
    for (let i = 1; i < length - 1 && power !== 0; i++) {
      sum += power * ((data[i * stride + x] as number) + poleToEnd * (data[last - i * stride + x] as number));
      power *= POLE;
    }
    data[x] = sum * norm;
  }
  for (let i = stride; i < length * stride; i++) {
    data[i] = (data[i] as number) + POLE * (data[i - stride] as number);
  }
  const endGain = POLE / (POLE * POLE - 1);
  for (let x = 0; x < stride; x++) {
    data[last + x] = (POLE * (data[last - stride + x] as number) + (data[last + x] as number)) * endGain;
  }
  for (let i = last - 1; i >= 0; i--) data[i] = POLE * ((data[i + stride] as number) - (data[i] as number));
}

/** For each sample of an axis the four coefficients it takes and their weights. */
function cubicTaps(
  inputLength: number,
  outputLength: number,
): { indices: Int32Array; weights: Float64Array } {
  const indices = new Int32Array(outputLength * 4);
  const weights = new Float64Array(outputLength * 4);
  const step = sampleStep(inputLength, outputLength);
  for (let i = 0; i < outputLength; i++) {
    const position = Math.min(i * step, inputLength - 1);
    const floor = Math.floor(position);
    const t = position - floor;
    const u = 1 - t;
    for (let k = 0; k < 4; k++) indices[i * 4 + k] = mirrorIndex(floor - 1 + k, inputLength);
    weights[i * 4] = (u * u * u) / 6;
    weights[i * 4 + 1] = (t * t * (t - 2) * 3 + 4) / 6;
    weights[i * 4 + 2] = (u * u * (u - 2) * 3 + 4) / 6;
    weights[i * 4 + 3] = (t * t * t) / 6;
  }
  return { indices, weights };
}

/** Zooms the first axis of `data [length, stride]` and transposes: the result is [stride, outputLength]. Overwrites `data`. */
function zoomFirstAxis(
  data: Float64Array,
  length: number,
  stride: number,
  outputLength: number,
  edge: ZoomEdge,
): Float64Array {
  prefilter(data, length, stride);
  const { indices, weights } = cubicTaps(length, outputLength);
  const filled = filledLength(length, outputLength, edge);
  const output = new Float64Array(stride * outputLength);
  for (let i = 0; i < filled; i++) {
    const tap = i * 4;
    const row0 = (indices[tap] as number) * stride;
    const row1 = (indices[tap + 1] as number) * stride;
    const row2 = (indices[tap + 2] as number) * stride;
    const row3 = (indices[tap + 3] as number) * stride;
    const weight0 = weights[tap] as number;
    const weight1 = weights[tap + 1] as number;
    const weight2 = weights[tap + 2] as number;
    const weight3 = weights[tap + 3] as number;
    for (let x = 0; x < stride; x++) {
      output[x * outputLength + i] =
        weight0 * (data[row0 + x] as number) +
        weight1 * (data[row1 + x] as number) +
        weight2 * (data[row2 + x] as number) +
        weight3 * (data[row3 + x] as number);
    }
  }
  return output;
}

/**
 * An image zoomed by cubic spline interpolation. May overshoot the input's range; not clipped.
 * Shapes: `image [height, width]` row-major, not changed; result [outputHeight, outputWidth] f64.
 * Source: `scipy.ndimage.zoom(order=3)`; spec page data.md, step 3.
 * Cost: one copy and two intermediate images.
 */
export function zoomCubic(
  image: ArrayLike<number>,
  height: number,
  width: number,
  outputHeight: number,
  outputWidth: number,
  edge: ZoomEdge,
): Float64Array {
  const rowsDone = zoomFirstAxis(new Float64Array(image), height, width, outputHeight, edge);
  return zoomFirstAxis(rowsDone, width, outputHeight, outputWidth, edge);
}

/** For each sample of an axis the nearest pixel, a half going up; -1 where `published` leaves a 0. */
function nearestPixels(inputLength: number, outputLength: number, edge: ZoomEdge): Int32Array {
  const step = sampleStep(inputLength, outputLength);
  const pixels = new Int32Array(outputLength).fill(-1);
  const filled = filledLength(inputLength, outputLength, edge);
  for (let i = 0; i < filled; i++) pixels[i] = Math.floor(Math.min(i * step, inputLength - 1) + 0.5);
  return pixels;
}

/**
 * A mask zoomed by taking the nearest pixel.
 * Shapes: `mask [height, width]` u8 row-major; result [outputHeight, outputWidth] u8.
 * Source: `scipy.ndimage.zoom(order=0)`.
 */
export function zoomNearest(
  mask: Uint8Array,
  height: number,
  width: number,
  outputHeight: number,
  outputWidth: number,
  edge: ZoomEdge,
): Uint8Array<ArrayBuffer> {
  const rows = nearestPixels(height, outputHeight, edge);
  const columns = nearestPixels(width, outputWidth, edge);
  const output = new Uint8Array(outputHeight * outputWidth);
  for (let y = 0; y < outputHeight; y++) {
    const row = rows[y] as number;
    if (row < 0) continue;
    for (let x = 0; x < outputWidth; x++) {
      const column = columns[x] as number;
      if (column >= 0) output[y * outputWidth + x] = mask[row * width + column] as number;
    }
  }
  return output;
}
