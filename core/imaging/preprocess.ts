/**
 * From a sample's pixels to a network's input, for segmenters and for feature extractors, and back: a predicted mask put
 * into the image it belongs to.
 */
import { type Augmentation, augmentationMap } from './augment.ts';
import { centreCrop, type CropFrame, type PreprocessPreset } from './crop.ts';
import { applyPixelMap } from './pixel-map.ts';
import { resizeAntialiased, resizeBilinear, resizeLikeSkimage } from './resize.ts';
import { type ZoomEdge, zoomCubic, zoomNearest } from './zoom.ts';

/** How a sample becomes the input of a segmenter (spec page data.md). */
export interface SegmentationPreprocess {
  readonly kind: 'segmentation';
  /** Centre crop in pixels before the resize; null keeps the whole image. */
  readonly crop: number | null;
  /** Side of the square network input, in pixels. */
  readonly side: number;
  /** `published` repeats the two accidents of the published pipeline, `corrected` does not. */
  readonly preset: PreprocessPreset;
}

/** How a sample becomes the input of a feature extractor: whole image, values in [0, 1], half-pixel centres. */
export interface FeaturePreprocess {
  readonly kind: 'features';
  readonly side: number;
  /**
   * `full` is one plain bilinear resize (FID convention); `via-64` first shrinks to 64x64 as the published SnP code does;
   * `clean` is the antialiased bicubic of clean-fid, which may overshoot [0, 1] slightly.
   */
  readonly preset: 'full' | 'via-64' | 'clean';
}

export interface PreparedSegmentation {
  /** [side, side] f32, one channel; in [0, 1] but for the overshoot of the spline, which is not clipped. */
  readonly image: Float32Array<ArrayBuffer>;
  /** [side, side] u8 classes. */
  readonly mask: Uint8Array<ArrayBuffer>;
  /** The crop in image pixels, before an augmentation. */
  readonly frame: CropFrame;
  /** What differed from the plain case, one sentence each. */
  readonly notes: readonly string[];
}

/** A mask and where it lies in its image. */
export interface FramedMask {
  readonly height: number;
  readonly width: number;
  /** [height, width] u8 classes. */
  readonly mask: Uint8Array;
  readonly frame: CropFrame;
}

/** Side that the published SnP code shrinks every image to before its features are taken. */
const SNP_SIDE = 64;

/** Pixels of a frame clipped to 0..255 and divided by 255, in f64 as the published code does. */
function unitValues(image: ArrayLike<number>, width: number, frame: CropFrame): Float64Array {
  const values = new Float64Array(frame.height * frame.width);
  for (let y = 0; y < frame.height; y++) {
    const source = (frame.top + y) * width + frame.left;
    const target = y * frame.width;
    for (let x = 0; x < frame.width; x++) {
      values[target + x] = Math.min(255, Math.max(0, image[source + x] as number)) / 255;
    }
  }
  return values;
}

function croppedMask(mask: Uint8Array, width: number, frame: CropFrame): Uint8Array<ArrayBuffer> {
  const values = new Uint8Array(frame.height * frame.width);
  for (let y = 0; y < frame.height; y++) {
    const source = (frame.top + y) * width + frame.left;
    values.set(mask.subarray(source, source + frame.width), y * frame.width);
  }
  return values;
}

/** Sentences about an axis shorter than the crop; empty when both are long enough. */
function cropNotes(
  height: number,
  width: number,
  frame: CropFrame,
  preprocess: SegmentationPreprocess,
): string[] {
  const crop = preprocess.crop;
  if (crop === null) return [];
  const axes = [
    { name: 'rows', length: height, kept: frame.height },
    { name: 'columns', length: width, kept: frame.width },
  ];
  return axes
    .filter((axis) => axis.length < crop)
    .map((axis) =>
      preprocess.preset === 'corrected'
        ? `The image has ${axis.length} ${axis.name}, fewer than the crop of ${crop}: all were kept.`
        : `The image has ${axis.length} ${axis.name}, fewer than the crop of ${crop}: the published crop keeps ${axis.kept}.`,
    );
}

/** Pixels of a frame, ready for the resize. */
interface CroppedSample {
  readonly height: number;
  readonly width: number;
  readonly values: Float64Array;
  readonly classes: Uint8Array<ArrayBuffer>;
}

function augment(cropped: CroppedSample, augmentation: Augmentation): CroppedSample {
  const map = augmentationMap(augmentation, cropped.height, cropped.width);
  if (map === undefined) return cropped;
  const { values, classes } = cropped;
  return {
    height: map.height,
    width: map.width,
    values: applyPixelMap(map, values, new Float64Array(values.length)),
    classes: applyPixelMap(map, classes, new Uint8Array(classes.length)),
  };
}

/**
 * A sample as the input and target of a segmenter: clip, scale to [0, 1], centre crop, for training an augmentation, and zoom
 * (cubic for the image, nearest for the mask).
 * Shapes: `image`, `mask` [height, width] row-major, borrowed; `mask` holds classes 0, 1, 2.
 * Source: spec page data.md, "Preprocessing for segmentation", steps 1 to 3; the published code augments before it resizes.
 */
export function prepareForSegmentation(
  image: ArrayLike<number>,
  mask: Uint8Array,
  height: number,
  width: number,
  preprocess: SegmentationPreprocess,
  augmentation: Augmentation = { kind: 'none' },
): PreparedSegmentation {
  const { side } = preprocess;
  const frame = centreCrop(height, width, preprocess.crop, preprocess.preset);
  const notes = cropNotes(height, width, frame, preprocess);
  const cropped = augment(
    {
      height: frame.height,
      width: frame.width,
      values: unitValues(image, width, frame),
      classes: croppedMask(mask, width, frame),
    },
    augmentation,
  );
  // The published code leaves an image of the right size alone; the spline would only add rounding.
  if (cropped.height === side && cropped.width === side) {
    return { image: new Float32Array(cropped.values), mask: cropped.classes, frame, notes };
  }
  const edge = edgeOf(preprocess.preset);
  return {
    image: new Float32Array(zoomCubic(cropped.values, cropped.height, cropped.width, side, side, edge)),
    mask: zoomNearest(cropped.classes, cropped.height, cropped.width, side, side, edge),
    frame,
    notes,
  };
}

function edgeOf(preset: PreprocessPreset): ZoomEdge {
  return preset === 'published' ? 'published' : 'clamped';
}

/**
 * The training target at the network's output size: the prepared mask zoomed once more.
 * Shapes: `mask [side, side]`; result [targetSide, targetSide] u8.
 * Source: spec page data.md, step 5.
 */
export function lowResolutionTarget(
  mask: Uint8Array,
  side: number,
  targetSide: number,
  preset: PreprocessPreset,
): Uint8Array<ArrayBuffer> {
  return zoomNearest(mask, side, side, targetSide, targetSide, edgeOf(preset));
}

/**
 * A sample as the input of a feature extractor: clip, scale to [0, 1], resize the whole image to a square.
 * Shapes: `image [height, width]` row-major, borrowed; result [side, side] f32, one channel.
 * Source: spec page data.md, "Preprocessing for InceptionV3 features".
 */
export function prepareForFeatures(
  image: ArrayLike<number>,
  height: number,
  width: number,
  preprocess: FeaturePreprocess,
): Float32Array<ArrayBuffer> {
  const { side, preset } = preprocess;
  const values = unitValues(image, width, { top: 0, left: 0, height, width });
  if (preset === 'via-64') {
    const small = resizeLikeSkimage(values, height, width, SNP_SIDE, SNP_SIDE);
    return new Float32Array(resizeBilinear(small, SNP_SIDE, SNP_SIDE, side, side));
  }
  const resize = preset === 'clean' ? resizeAntialiased : resizeBilinear;
  return new Float32Array(resize(values, height, width, side, side));
}

/**
 * A predicted mask in the coordinates of its whole image, nearest pixel, background outside the mask's frame.
 * The inverse of the zoom that made the network's input, so corner aligned as that is.
 * Shapes: result [imageHeight, imageWidth] u8.
 */
export function placeMask(
  predicted: FramedMask,
  imageHeight: number,
  imageWidth: number,
): Uint8Array<ArrayBuffer> {
  const { frame } = predicted;
  const inside = zoomNearest(
    predicted.mask,
    predicted.height,
    predicted.width,
    frame.height,
    frame.width,
    'clamped',
  );
  const placed = new Uint8Array(imageHeight * imageWidth);
  for (let y = 0; y < frame.height; y++) {
    const row = inside.subarray(y * frame.width, (y + 1) * frame.width);
    placed.set(row, (frame.top + y) * imageWidth + frame.left);
  }
  return placed;
}
