/** Small square pictures of a sample for the gallery: the image averaged, the mask by nearest pixel, both in the same place. */
import { wordsOf } from '../formats/words.ts';

export interface ThumbnailPixels {
  /** [side, side] u8 grey. */
  readonly image: Uint8Array<ArrayBuffer>;
  /** [side, side] u8 classes. */
  readonly mask: Uint8Array<ArrayBuffer>;
}

/** Weighted share of the pixels that an output pixel covers: pixels `first` to `last`, the end ones in part. */
interface Coverage {
  readonly first: Int32Array;
  readonly last: Int32Array;
  readonly firstShare: Float64Array;
  readonly lastShare: Float64Array;
}

function coverage(inputLength: number, outputLength: number): Coverage {
  const first = new Int32Array(outputLength);
  const last = new Int32Array(outputLength);
  const firstShare = new Float64Array(outputLength);
  const lastShare = new Float64Array(outputLength);
  for (let i = 0; i < outputLength; i++) {
    const start = (i * inputLength) / outputLength;
    const end = ((i + 1) * inputLength) / outputLength;
    first[i] = Math.floor(start);
    last[i] = Math.min(Math.ceil(end) - 1, inputLength - 1);
    firstShare[i] = Math.min(Math.floor(start) + 1, end) - start;
    lastShare[i] = end - (last[i] as number);
  }
  return { first, last, firstShare, lastShare };
}

/**
 * The image and mask fitted into a square, centred, black and background around them.
 * Shapes: `image`, `mask` [height, width] row-major, borrowed; `image` is clipped to 0..255.
 * Cost: one pass over the image, one row of scratch for each output row.
 */
export function makeThumbnail(
  image: ArrayLike<number>,
  mask: Uint8Array,
  height: number,
  width: number,
  side: number,
): ThumbnailPixels {
  const longest = Math.max(height, width);
  const fittedHeight = Math.max(1, Math.round((height * side) / longest));
  const fittedWidth = Math.max(1, Math.round((width * side) / longest));
  const top = (side - fittedHeight) >> 1;
  const left = (side - fittedWidth) >> 1;
  const rows = coverage(height, fittedHeight);
  const columns = coverage(width, fittedWidth);
  const smallImage = new Uint8ClampedArray(side * side);
  const smallMask = new Uint8Array(side * side);
  const column = new Float64Array(width);
  const areaScale = (fittedHeight * fittedWidth) / (height * width);
  for (let y = 0; y < fittedHeight; y++) {
    sumRows(image, width, rows, y, column);
    const target = (top + y) * side + left;
    const nearestRow = Math.floor(((y + 0.5) * height) / fittedHeight) * width;
    for (let x = 0; x < fittedWidth; x++) {
      const first = columns.first[x] as number;
      const last = columns.last[x] as number;
      let sum = (column[first] as number) * (columns.firstShare[x] as number);
      for (let i = first + 1; i < last; i++) sum += column[i] as number;
      if (last > first) sum += (column[last] as number) * (columns.lastShare[x] as number);
      smallImage[target + x] = sum * areaScale;
      smallMask[target + x] = mask[nearestRow + Math.floor(((x + 0.5) * width) / fittedWidth)] as number;
    }
  }
  return { image: new Uint8Array(smallImage.buffer), mask: smallMask };
}

/** Weighted sum of the rows that output row `y` covers, each pixel clipped to 0..255 first; written to `column [width]`. */
function sumRows(
  image: ArrayLike<number>,
  width: number,
  rows: Coverage,
  y: number,
  column: Float64Array,
): void {
  const first = rows.first[y] as number;
  const last = rows.last[y] as number;
  const firstShare = rows.firstShare[y] as number;
  const lastShare = last > first ? (rows.lastShare[y] as number) : 0;
  if (image instanceof Uint8Array) {
    sumByteRows(image, first * width, last * width, firstShare, lastShare, column);
    return;
  }
  column.fill(0);
  for (let row = first; row <= last; row++) {
    const share = row === first ? firstShare : row === last ? lastShare : 1;
    addClipped(image, row * width, share, column);
  }
}

/** Whole rows whose sums of bytes fit 16 bits. */
const MAX_PAIRED_ROWS = 257;

/** As `sumRows`, for bytes, which need no clipping: most images are 8-bit, and this is most of a thumbnail's cost. */
function sumByteRows(
  image: Uint8Array,
  first: number,
  last: number,
  firstShare: number,
  lastShare: number,
  column: Float64Array,
): void {
  const width = column.length;
  const words = wordsOf(image);
  const wholeRows = (last - first) / width - 1;
  const isPaired = width % 4 === 0 && words.length > 0 && wholeRows <= MAX_PAIRED_ROWS;
  const pairedWidth = isPaired ? width : 0;
  for (let x = 0; x < pairedWidth; x += 4) {
    // Two sums in one number each, of bytes 0 and 2 and of bytes 1 and 3.
    let even = 0;
    let odd = 0;
    const stop = (last + x) >> 2;
    for (let i = (first + width + x) >> 2; i < stop; i += width >> 2) {
      const word = words[i] as number;
      even = (even + (word & 0xff00ff)) | 0;
      odd = (odd + ((word >>> 8) & 0xff00ff)) | 0;
    }
    column[x] = even & 0xffff;
    column[x + 1] = odd & 0xffff;
    column[x + 2] = even >>> 16;
    column[x + 3] = odd >>> 16;
  }
  for (let x = pairedWidth; x < width; x++) {
    let whole = 0;
    for (let i = first + width + x; i < last; i += width) whole += image[i] as number;
    column[x] = whole;
  }
  for (let x = 0; x < width; x++) {
    column[x] =
      firstShare * (image[first + x] as number) +
      (column[x] as number) +
      lastShare * (image[last + x] as number);
  }
}

function addClipped(image: ArrayLike<number>, source: number, share: number, column: Float64Array): void {
  for (let x = 0; x < column.length; x++) {
    const value = Math.min(255, Math.max(0, image[source + x] as number));
    column[x] = (column[x] as number) + share * value;
  }
}
