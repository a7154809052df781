/** Centre crop: which rows and columns of an image a network sees. */

/** `published` repeats the two accidents of the published pipeline (wrap-around crop, zero edge), `corrected` does not. */
export type PreprocessPreset = 'corrected' | 'published';

/** A rectangle of whole pixels inside an image. */
export interface CropFrame {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Where a centre crop lies on one axis. */
export interface AxisCrop {
  readonly start: number;
  readonly length: number;
}

/**
 * The part of an axis of `length` pixels that a centre crop of `crop` pixels keeps; start = floor(length/2) - floor(crop/2).
 * An axis shorter than the crop: `corrected` keeps it whole; `published` does what a Python slice with a negative start does,
 * which is to count it from the end, so that 200 pixels cropped to 512 keep only their last 156.
 * Source: spec page data.md, "Preprocessing for segmentation", step 2.
 */
export function cropAxis(length: number, crop: number, preset: PreprocessPreset): AxisCrop {
  if (preset === 'corrected' && length <= crop) return { start: 0, length };
  const wanted = Math.floor(length / 2) - Math.floor(crop / 2);
  const start = wanted >= 0 ? wanted : Math.max(0, wanted + length);
  const stop = Math.min(length, wanted + crop);
  return { start, length: Math.max(0, stop - start) };
}

/** The frame of a centre crop of a `height` x `width` image; null keeps all of it. */
export function centreCrop(
  height: number,
  width: number,
  crop: number | null,
  preset: PreprocessPreset,
): CropFrame {
  if (crop === null) return { top: 0, left: 0, height, width };
  const rows = cropAxis(height, crop, preset);
  const columns = cropAxis(width, crop, preset);
  return { top: rows.start, left: columns.start, height: rows.length, width: columns.length };
}
