/** Distances between the surfaces of two masks: HD95, Hausdorff and average surface distances, unit pixel spacing. */
import { WorkbenchError } from '../errors.ts';
import { squaredDistanceTransform } from './distance-transform.ts';
import type { Convention } from './overlap.ts';

export interface SurfaceDistances {
  /** 95th percentile (linear interpolation) of both directions' distances pooled. */
  readonly hd95: number;
  /** Hausdorff distance: the largest. */
  readonly hausdorff: number;
  /** Mean distance of the predicted surface's pixels to the true surface. */
  readonly predictedToTruth: number;
  readonly truthToPredicted: number;
  /** Average symmetric surface distance: the mean of the two directed means. */
  readonly assd: number;
}

interface Frame {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** The rows and columns that hold either mask; undefined when a mask has no pixel. */
function jointFrame(a: Uint8Array, b: Uint8Array, width: number): Frame | undefined {
  let [top, bottom, left, right] = [Infinity, -1, Infinity, -1];
  let [aCount, bCount] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if (a[i] === 0 && b[i] === 0) continue;
    if (a[i] !== 0) aCount++;
    if (b[i] !== 0) bCount++;
    const y = Math.floor(i / width);
    const x = i - y * width;
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
    left = Math.min(left, x);
    right = Math.max(right, x);
  }
  if (aCount === 0 || bCount === 0) return undefined;
  return { top, left, height: bottom - top + 1, width: right - left + 1 };
}

/** Mask minus its erosion by a 4-connected cross, cut to the frame. Outside the image counts as background. */
function surface(mask: Uint8Array, height: number, width: number, frame: Frame): Uint8Array {
  const out = new Uint8Array(frame.height * frame.width);
  for (let y = 0; y < frame.height; y++) {
    for (let x = 0; x < frame.width; x++) {
      const row = y + frame.top;
      const column = x + frame.left;
      const i = row * width + column;
      if (mask[i] === 0) continue;
      const inside =
        row > 0 &&
        row < height - 1 &&
        column > 0 &&
        column < width - 1 &&
        mask[i - width] !== 0 &&
        mask[i + width] !== 0 &&
        mask[i - 1] !== 0 &&
        mask[i + 1] !== 0;
      if (!inside) out[y * frame.width + x] = 1;
    }
  }
  return out;
}

/** Distance of every pixel of surface `from` to the nearest pixel of surface `to`. */
function directedDistances(from: Uint8Array, to: Uint8Array, frame: Frame): Float64Array {
  const squared = squaredDistanceTransform(to, frame.height, frame.width);
  return squared.filter((_, i) => from[i] !== 0).map(Math.sqrt);
}

/** Percentile with linear interpolation between order statistics, as NumPy's default. `values` ascending, not empty. */
function percentile(values: Float64Array, share: number): number {
  const position = share * (values.length - 1);
  const below = Math.floor(position);
  const low = values[below] as number;
  const high = values[Math.min(below + 1, values.length - 1)] as number;
  return low + (high - low) * (position - below);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

/**
 * Distances between the surfaces of two binary masks; undefined when either mask is empty.
 * Shapes: `predicted`, `truth` [height, width] u8, any non-zero value is inside.
 * Units: pixels. Errors: `evaluate/prediction-shape`.
 * Cost: linear in the pixels of the frame that holds both masks.
 */
export function surfaceDistances(
  predicted: Uint8Array,
  truth: Uint8Array,
  height: number,
  width: number,
): SurfaceDistances | undefined {
  if (predicted.length !== height * width || truth.length !== height * width) {
    throw new WorkbenchError(
      'evaluate/prediction-shape',
      `Masks of ${predicted.length} and ${truth.length} pixels cannot be compared at ${height} x ${width}.`,
    );
  }
  const frame = jointFrame(predicted, truth, width);
  if (frame === undefined) return undefined;
  const predictedSurface = surface(predicted, height, width, frame);
  const truthSurface = surface(truth, height, width, frame);
  const forward = directedDistances(predictedSurface, truthSurface, frame);
  const backward = directedDistances(truthSurface, predictedSurface, frame);
  const pooled = new Float64Array(forward.length + backward.length);
  pooled.set(forward);
  pooled.set(backward, forward.length);
  pooled.sort();
  const predictedToTruth = mean(forward);
  const truthToPredicted = mean(backward);
  return {
    hd95: percentile(pooled, 0.95),
    hausdorff: pooled.at(-1) as number,
    predictedToTruth,
    truthToPredicted,
    assd: (predictedToTruth + truthToPredicted) / 2,
  };
}

/** HD95 under a convention: with an empty mask `published` gives 0, the best value, and `strict` gives undefined. */
export function hd95Under(
  convention: Convention,
  distances: SurfaceDistances | undefined,
): number | undefined {
  return distances?.hd95 ?? (convention === 'published' ? 0 : undefined);
}
