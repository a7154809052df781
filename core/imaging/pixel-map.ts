/**
 * Augmentation geometry: rotations, quarter turns and flips as maps from output pixel to source pixel, made once and
 * applied to the image and its mask alike. Which of them to draw is the training loop's business.
 */

/** For every output pixel the index of its source pixel, -1 where there is none. */
export interface PixelMap {
  readonly height: number;
  readonly width: number;
  /** [height, width]. */
  readonly source: Int32Array;
}

/**
 * Rotation about the image's centre, counter-clockwise as displayed, same size, nearest pixel, nothing outside.
 * Units: `degrees`.
 * Source: `scipy.ndimage.rotate(order=0, reshape=False)`, with its order of float64 operations, because halves decide.
 */
export function rotationMap(height: number, width: number, degrees: number): PixelMap {
  const radians = (degrees * Math.PI) / 180;
  const cosine = Math.cos(radians);
  const sine = Math.sin(radians);
  const centreY = (height - 1) / 2;
  const centreX = (width - 1) / 2;
  const offsetY = centreY - (cosine * centreY + sine * centreX);
  const offsetX = centreX - (-sine * centreY + cosine * centreX);
  const source = new Int32Array(height * width).fill(-1);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sourceY = offsetY + y * cosine + x * sine;
      const sourceX = offsetX + y * -sine + x * cosine;
      if (sourceY < 0 || sourceY > height - 1 || sourceX < 0 || sourceX > width - 1) continue;
      source[y * width + x] = Math.floor(sourceY + 0.5) * width + Math.floor(sourceX + 0.5);
    }
  }
  return { height, width, source };
}

/**
 * `turns` quarter turns counter-clockwise, then, if `flipAxis` is given, a flip: axis 0 swaps top and bottom, axis 1 left and right.
 * Source: `numpy.rot90`, `numpy.flip`.
 */
export function quarterTurnMap(
  height: number,
  width: number,
  turns: number,
  flipAxis: 0 | 1 | null = null,
): PixelMap {
  const quarter = ((turns % 4) + 4) % 4;
  const turned = quarter % 2 === 1;
  const outputHeight = turned ? width : height;
  const outputWidth = turned ? height : width;
  const source = new Int32Array(height * width);
  for (let outputY = 0; outputY < outputHeight; outputY++) {
    for (let outputX = 0; outputX < outputWidth; outputX++) {
      const y = flipAxis === 0 ? outputHeight - 1 - outputY : outputY;
      const x = flipAxis === 1 ? outputWidth - 1 - outputX : outputX;
      // After k turns, output (y, x) came from: k=1 (x, W-1-y), k=2 (H-1-y, W-1-x), k=3 (H-1-x, y), H and W of the input.
      const sourceY = quarter === 0 ? y : quarter === 1 ? x : height - 1 - (quarter === 2 ? y : x);
      const sourceX = quarter === 0 ? x : quarter === 3 ? y : width - 1 - (quarter === 1 ? y : x);
      source[outputY * outputWidth + outputX] = sourceY * width + sourceX;
    }
  }
  return { height: outputHeight, width: outputWidth, source };
}

/** Writes the mapped pixels of `input` to `output` and returns it; pixels without a source become 0. `output` must not be `input`. */
export function applyPixelMap<T extends Uint8Array | Int8Array | Float32Array | Float64Array>(
  map: PixelMap,
  input: T,
  output: T,
): T {
  for (let i = 0; i < map.source.length; i++) {
    const from = map.source[i] as number;
    output[i] = from < 0 ? 0 : (input[from] as number);
  }
  return output;
}
