/** From low-resolution logits to a mask: the last step of every segmenter, run once per image. */
import { WorkbenchError } from '../errors.ts';

/** Stands for "no class wins at both rows" in a row of winners. */
const UNDECIDED = 255;

/**
 * Bilinear upsampling (half-pixel centres, edges clamped) of the logits to `side` x `side` and the arg-max over classes;
 * the lower class wins a tie.
 * A class that wins at all four neighbours of a pixel also wins between them, so logits are interpolated near borders only.
 * Shapes: `logits [classCount, height, width]` row-major, borrowed, at most 255 classes; result [side, side] u8.
 * Errors: `runtime/run-failed` when a logit is not finite: a mask made from it would look like a result.
 * Cost: scratch of one u8 per low-resolution pixel; nothing of size side * side * classCount.
 * Source: spec page data.md, "Evaluation compares the arg-max".
 */
export function upsampleArgmax(
  logits: Float32Array,
  classCount: number,
  height: number,
  width: number,
  side: number,
): Uint8Array<ArrayBuffer> {
  const plane = height * width;
  const winners = findWinners(logits, classCount, plane);
  const rows = bilinearTable(height, side);
  const columns = bilinearTable(width, side);
  const mask = new Uint8Array(side * side);
  const rowWinners = new Uint8Array(width);
  for (let y = 0; y < side; y++) {
    const top = (rows.low[y] as number) * width;
    const bottom = (rows.high[y] as number) * width;
    const down = rows.fraction[y] as number;
    for (let x = 0; x < width; x++) {
      const winner = winners[top + x] as number;
      rowWinners[x] = winner === winners[bottom + x] ? winner : UNDECIDED;
    }
    for (let x = 0; x < side; x++) {
      const low = columns.low[x] as number;
      const high = columns.high[x] as number;
      let best = rowWinners[low] as number;
      if (best === UNDECIDED || best !== rowWinners[high]) {
        const right = columns.fraction[x] as number;
        let bestValue = -Infinity;
        for (let c = 0, at = 0; c < classCount; c++, at += plane) {
          const a = logits[at + top + low] as number;
          const b = logits[at + top + high] as number;
          const upper = a + (b - a) * right;
          const d = logits[at + bottom + low] as number;
          const e = logits[at + bottom + high] as number;
          const value = upper + (d + (e - d) * right - upper) * down;
          if (value > bestValue) {
            bestValue = value;
            best = c;
          }
        }
      }
      mask[y * side + x] = best;
    }
  }
  return mask;
}

/** The winning class of every low-resolution pixel. Errors: `runtime/run-failed`. */
function findWinners(logits: Float32Array, classCount: number, plane: number): Uint8Array {
  const winners = new Uint8Array(plane);
  for (let i = 0; i < plane; i++) {
    let bestValue = -Infinity;
    for (let c = 0; c < classCount; c++) {
      const value = logits[c * plane + i] as number;
      if (!Number.isFinite(value)) {
        throw new WorkbenchError(
          'runtime/run-failed',
          `The model's output holds ${value} for class ${c}: no mask can be made from it.`,
        );
      }
      if (value > bestValue) {
        bestValue = value;
        winners[i] = c;
      }
    }
  }
  return winners;
}

function bilinearTable(inputLength: number, outputLength: number) {
  const low = new Int32Array(outputLength);
  const high = new Int32Array(outputLength);
  const fraction = new Float64Array(outputLength);
  for (let i = 0; i < outputLength; i++) {
    const position = Math.max(0, ((i + 0.5) * inputLength) / outputLength - 0.5);
    const floor = Math.min(Math.floor(position), inputLength - 1);
    low[i] = floor;
    high[i] = Math.min(floor + 1, inputLength - 1);
    fraction[i] = position - floor;
  }
  return { low, high, fraction };
}
