/** Linear interpolation of position embeddings, channels last: tables of relative positions and grids of absolute ones. */

/** Where sample `index` of `outputLength` lies among `inputLength`, in samples from the first. */
export type Alignment = (index: number, inputLength: number, outputLength: number) => number;

/**
 * Half-pixel centres: PyTorch `interpolate(align_corners=False)`. The scale is rounded to f32 as there: over a table of 127
 * rows that moves the result by more than f32 resolves.
 */
export const halfPixel: Alignment = (index, inputLength, outputLength) =>
  Math.fround(inputLength / outputLength) * (index + 0.5) - 0.5;

/** First on first and last on last: `scipy.ndimage.zoom`. */
export const cornerAligned: Alignment = (index, inputLength, outputLength) =>
  outputLength > 1 ? (index * (inputLength - 1)) / (outputLength - 1) : 0;

/**
 * Interpolates along the first axis; positions outside take the edge.
 * Shapes: `rows [length, width]`; result [outputLength, width] f64.
 */
function interpolateRows(
  rows: Float32Array | Float64Array,
  width: number,
  outputLength: number,
  alignment: Alignment,
): Float64Array {
  const length = rows.length / width;
  const output = new Float64Array(outputLength * width);
  for (let i = 0; i < outputLength; i++) {
    const position = Math.min(Math.max(0, alignment(i, length, outputLength)), length - 1);
    const floor = Math.floor(position);
    const fraction = position - floor;
    const low = floor * width;
    const high = Math.min(floor + 1, length - 1) * width;
    for (let x = 0; x < width; x++) {
      const a = rows[low + x] as number;
      output[i * width + x] = a + fraction * ((rows[high + x] as number) - a);
    }
  }
  return output;
}

/**
 * A table of relative positions at another length.
 * Shapes: `table [length, width]`; result [outputLength, width].
 * Source: `get_rel_pos` of Segment Anything, linear with half-pixel centres.
 */
export function resizeTable(
  table: Float32Array,
  width: number,
  outputLength: number,
): Float32Array<ArrayBuffer> {
  return new Float32Array(interpolateRows(table, width, outputLength, halfPixel));
}

/** A square grid of vectors at another side. Shapes: `grid [side, side, width]`; result [outputSide, outputSide, width]. */
export function resizeGrid(
  grid: Float32Array,
  width: number,
  outputSide: number,
  alignment: Alignment,
): Float32Array<ArrayBuffer> {
  const side = Math.round(Math.sqrt(grid.length / width));
  const tall = interpolateRows(grid, side * width, outputSide, alignment);
  const output = new Float32Array(outputSide * outputSide * width);
  for (let y = 0; y < outputSide; y++) {
    const row = tall.subarray(y * side * width, (y + 1) * side * width);
    output.set(interpolateRows(row, width, outputSide, alignment), y * outputSide * width);
  }
  return output;
}
