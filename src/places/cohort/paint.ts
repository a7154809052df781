/** Paints images with mask contours into RGBA pixels. Pure. */
import type { CropFrame } from '../../../core/imaging/crop.ts';

/** A contour to be drawn: classes of a mask and the colour of their edges. */
export interface Overlay {
  /** [height, width] u8 classes. */
  readonly mask: Uint8Array;
  /** `#rrggbb`. */
  readonly color: string;
  /** 0 to 1. */
  readonly opacity: number;
  /** Fills what differs from zero instead of drawing its edge: the difference of two masks. */
  readonly filled?: boolean;
  /** Width of the contour in image pixels; 1 unless given. */
  readonly thickness?: number;
}

function channels(color: string): readonly [number, number, number] {
  const value = Number.parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Whether a pixel has one of a lower class at this distance to its left, right, above or below: the inner edge of a region. */
function isEdge(
  mask: Uint8Array,
  width: number,
  height: number,
  x: number,
  y: number,
  thickness: number,
): boolean {
  const at = y * width + x;
  const own = mask[at] as number;
  return (
    (x >= thickness && (mask[at - thickness] as number) < own) ||
    (x < width - thickness && (mask[at + thickness] as number) < own) ||
    (y >= thickness && (mask[at - thickness * width] as number) < own) ||
    (y < height - thickness && (mask[at + thickness * width] as number) < own)
  );
}

/** Grey pixels with overlays on top. Shapes: `image` [height, width] u8. */
export function paintImage(
  image: Uint8Array,
  width: number,
  height: number,
  overlays: readonly Overlay[],
): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < image.length; i++) {
    const grey = image[i] as number;
    rgba[4 * i] = grey;
    rgba[4 * i + 1] = grey;
    rgba[4 * i + 2] = grey;
    rgba[4 * i + 3] = 255;
  }
  for (const { mask, color, opacity, filled = false, thickness = 1 } of overlays) {
    const rgb = channels(color);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = y * width + x;
        if (mask[at] === 0 || (!filled && !isEdge(mask, width, height, x, y, thickness))) continue;
        for (let c = 0; c < 3; c++) {
          const before = rgba[4 * at + c] as number;
          rgba[4 * at + c] = before + opacity * ((rgb[c] as number) - before);
        }
      }
    }
  }
  return rgba;
}

/** A predicted mask brought to the image's size, nearest pixel, 0 outside the crop it was made from. */
export function placeMask(
  mask: {
    readonly height: number;
    readonly width: number;
    readonly mask: Uint8Array;
    readonly frame: CropFrame;
  },
  width: number,
  height: number,
): Uint8Array {
  const { frame } = mask;
  const placed = new Uint8Array(width * height);
  const bottom = Math.min(height, frame.top + frame.height);
  const right = Math.min(width, frame.left + frame.width);
  for (let y = Math.max(0, frame.top); y < bottom; y++) {
    const row = Math.floor(((y - frame.top + 0.5) * mask.height) / frame.height);
    for (let x = Math.max(0, frame.left); x < right; x++) {
      const column = Math.floor(((x - frame.left + 0.5) * mask.width) / frame.width);
      placed[y * width + x] = mask.mask[row * mask.width + column] as number;
    }
  }
  return placed;
}

/** 1 where two masks name different classes. */
export function differenceOf(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((value, i) => (value === b[i] ? 0 : 1));
}
