/** Random fields of the synthetic fundus: smooth value noise on a grid, optical blur, and sensor noise. */
import { createRandom, type Random } from '../../random.ts';

/** One scale of smooth noise: normal values of standard deviation `amplitude` on a grid of `cell` pixels. */
export interface Octave {
  readonly cell: number;
  readonly amplitude: number;
}

/**
 * Adds smooth noise to `image [height, width]`: grids of normal values joined by quadratic B-splines (bilinear joints would show
 * as a lattice). `octaves` go from fine to coarse; the coarse ones are added to the grid of the finest, so that the image
 * itself is gone through once.
 */
export function addSmoothNoise(
  image: Float32Array,
  height: number,
  width: number,
  octaves: readonly Octave[],
  random: Random,
): void {
  const [finest, ...coarser] = octaves;
  if (finest === undefined) return;
  const { cell, amplitude } = finest;
  const gridWidth = Math.ceil(width / cell) + 3;
  const gridHeight = Math.ceil(height / cell) + 3;
  const grid = new Float32Array(gridWidth * gridHeight);
  for (let i = 0; i < grid.length; i++) grid[i] = amplitude * random.normal();
  addSmoothNoise(
    grid,
    gridHeight,
    gridWidth,
    coarser.map((octave) => ({ ...octave, cell: octave.cell / cell })),
    random,
  );
  const columns = splineTable(width, cell);
  const rows = splineTable(height, cell);
  const line = new Float32Array(gridWidth);
  for (let y = 0; y < height; y++) {
    const base = (rows.first[y] as number) * gridWidth;
    const r0 = rows.weights[y * 3] as number;
    const r1 = rows.weights[y * 3 + 1] as number;
    const r2 = rows.weights[y * 3 + 2] as number;
    for (let g = 0; g < gridWidth; g++) {
      line[g] =
        r0 * (grid[base + g] as number) +
        r1 * (grid[base + gridWidth + g] as number) +
        r2 * (grid[base + 2 * gridWidth + g] as number);
    }
    const target = y * width;
    for (let x = 0; x < width; x++) {
      const g = columns.first[x] as number;
      image[target + x] =
        (image[target + x] as number) +
        (columns.weights[x * 3] as number) * (line[g] as number) +
        (columns.weights[x * 3 + 1] as number) * (line[g + 1] as number) +
        (columns.weights[x * 3 + 2] as number) * (line[g + 2] as number);
    }
  }
}

function splineTable(length: number, cell: number): { first: Int32Array; weights: Float32Array } {
  const first = new Int32Array(length);
  const weights = new Float32Array(length * 3);
  for (let i = 0; i < length; i++) {
    const position = i / cell;
    const t = position - Math.floor(position);
    first[i] = Math.floor(position);
    weights[i * 3] = 0.5 * (1 - t) * (1 - t);
    weights[i * 3 + 1] = 0.5 + t * (1 - t);
    weights[i * 3 + 2] = 0.5 * t * t;
  }
  return { first, weights };
}

/** Blurs `image [height, width]` in place, close to a Gaussian of standard deviation `sd` pixels: repeated three-tap passes, edges held. */
export function blur(image: Float32Array, height: number, width: number, sd: number): void {
  const passes = Math.ceil((sd * sd) / 0.5);
  // Each pass adds a variance of twice the side weight.
  const side = (sd * sd) / (2 * passes);
  const middle = 1 - 2 * side;
  const above = new Float32Array(width);
  for (let pass = 0; pass < passes; pass++) {
    above.set(image.subarray(0, width));
    for (let y = 0; y < height; y++) {
      const row = y * width;
      const below = y + 1 < height ? row + width : row;
      let left = 0;
      let here = 0;
      // Vertically and horizontally in one sweep: `here` and `left` hold vertical sums of the untouched rows.
      for (let x = 0; x <= width; x++) {
        let right = here;
        if (x < width) {
          const value = image[row + x] as number;
          right = middle * value + side * ((above[x] as number) + (image[below + x] as number));
          above[x] = value;
        }
        if (x > 0) {
          image[row + x - 1] = middle * here + side * ((x > 1 ? left : here) + right);
        }
        left = here;
        here = right;
      }
    }
  }
}

/** Length of the table of normal values that sensor noise is read from, a power of two. */
const NOISE_TABLE_LENGTH = 1 << 16;
let noiseTable: Float32Array | undefined;

function normalTable(): Float32Array {
  if (noiseTable === undefined) {
    const random = createRandom(1, 'demo-cohort/noise-table');
    noiseTable = new Float32Array(NOISE_TABLE_LENGTH);
    for (let i = 0; i < NOISE_TABLE_LENGTH; i++) noiseTable[i] = random.normal();
  }
  return noiseTable;
}

/**
 * The final image: sensor noise of `sd` grey levels and speckle of `speckle` times the value added, rounded and clipped to 0..255.
 * Every row reads the table of normal values from its own random place, which is enough for noise that nobody must predict.
 */
export function quantizeWithNoise(
  image: Float32Array,
  width: number,
  sd: number,
  speckle: number,
  random: Random,
): Uint8Array<ArrayBuffer> {
  const table = normalTable();
  const output = new Uint8ClampedArray(image.length);
  for (let row = 0; row < image.length; row += width) {
    const start = random.integer(NOISE_TABLE_LENGTH);
    for (let x = 0; x < width; x++) {
      const value = image[row + x] as number;
      output[row + x] =
        value + (sd + speckle * value) * (table[(start + x) & (NOISE_TABLE_LENGTH - 1)] as number);
    }
  }
  return new Uint8Array(output.buffer);
}
